"""The import itself: components first, then one incident after the other, then the signals."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import TypeVar

from django.db import transaction

from troth.components.rules.results import Status
from troth.core import clock
from troth.incidents import actions
from troth.incidents.actions import recording
from troth.incidents.importing import declaring, flagging
from troth.incidents.importing.told import Found, Refused, Said, Table, Told
from troth.incidents.models import Incident
from troth.incidents.rules.impact import BY_IMPACT
from troth.incidents.rules.results import Impact
from troth.signals.imports import running as signals

T = TypeVar("T")
_AT_ONCE = 50  # incidents in one transaction
_SIGNALS_AT_ONCE = 2_000
_LONGEST_SOURCE = 100
_NAMELESS = "(no name)"
_BY = "import"

Progress = Callable[[int, int], None]  # incidents done, of how many


@dataclass(frozen=True, slots=True)
class Flagged:
    source_id: str
    name: str
    flags: tuple[str, ...]


@dataclass(slots=True)
class Report:
    """What an import came to; with `is_rehearsal` what it would have come to."""

    source: str
    is_rehearsal: bool = False
    new: int = 0
    changed: int = 0
    same: int = 0
    components: list[str] = field(default_factory=list)  # names of those declared
    flagged: list[Flagged] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    signals: int = 0
    signals_new: int | None = None  # None: nothing was sealed here

    @property
    def incidents(self) -> int:
        return self.new + self.changed + self.same


def run(
    *, found: Found, dry_run: bool = False, progress: Progress = lambda _done, _of: None
) -> Report:
    """Bring a history here and return what it came to.

    A history that is here already changes nothing; one that grew is brought up to date. When it
    is stopped, what was done stays, and importing again goes on.
    """
    found = replace(found, source=found.source[:_LONGEST_SOURCE])
    told = flagging.flagged(found)
    parts = declaring.matched(found, told)
    report = Report(found.source, dry_run, refused=list(found.refused), tables=list(found.tables))
    report.components = [part.name for part, _ in parts.wanted]
    report.notes = [*found.notes, *parts.late]
    report.flagged = [Flagged(one.source_id, one.name, one.flags) for one in told if one.flags]
    if not dry_run:
        with transaction.atomic():
            declaring.declare(parts, told, now=clock.now())
    _record(found.source, told, parts.uids, report, progress)
    _signals(found, report)
    return report


def _record(
    source: str, told: list[Told], uids: Mapping[str, str], report: Report, progress: Progress
) -> None:
    before = dict(Incident.objects.filter(source=source).values_list("source_id", "source_digest"))
    done = 0
    for some in _batched(told, _AT_ONCE):
        wanted = list(_count(some, source, uids, before, report))
        if not report.is_rehearsal:
            _write(wanted, now=clock.now())
        done += len(some)
        progress(done, len(told))


def _count(
    some: Iterable[Told], source: str, uids: Mapping[str, str], before: Mapping[str, str],
    report: Report,
) -> Iterator[actions.History]:  # fmt: skip
    """Yield what is not here yet as it is told."""
    for one in some:
        history = history_of(one, source, uids)
        digest = before.get(history.source_id)
        if digest == recording.digest(history):
            report.same += 1
            continue
        report.new += digest is None
        report.changed += digest is not None
        yield history


@transaction.atomic
def _write(histories: Iterable[actions.History], *, now: datetime) -> None:
    for history in histories:
        actions.record(history=history, by=_BY, now=now)


def history_of(one: Told, source: str, uids: Mapping[str, str]) -> actions.History:
    """Return an incident as our own history; components that nobody knows are in its flags."""
    name, flags = one.name, one.flags
    if not name.strip():
        name, flags = _NAMELESS, (*flags, "it has no name in the source")
    return actions.History(
        name=name, kind=one.kind, messages=tuple(_message(said, uids) for said in one.said),
        started_at=one.started_at, ended_at=one.ended_at, state=one.state, impact=one.impact,
        created_at=one.created_at, flags=flags, uid=one.uid, scheduled_for=one.scheduled_for,
        scheduled_until=one.scheduled_until, source=source, source_id=one.source_id[:200],
    )  # fmt: skip


def _message(said: Said, uids: Mapping[str, str]) -> actions.Message:
    impacts = {uids[key]: status for key, status in said.impacts.items() if key in uids}
    return actions.Message(
        body=said.body, state=said.state, at=said.at, impacts=impacts, since=said.since,
        notify=False,
    )  # fmt: skip


def affecting(said: tuple[Said, ...], keys: Iterable[str], one: Impact | Status, *,
              since: datetime) -> tuple[Said, ...]:  # fmt: skip
    """Let the first message say how all these components were, from `since` on."""
    status = one if isinstance(one, Status) else BY_IMPACT[one]
    impacts = dict.fromkeys(keys, status)
    if not impacts or not said:
        return said
    first = min(range(len(said)), key=lambda number: said[number].at)
    return tuple(
        replace(each, impacts=impacts, since=since) if number == first else each
        for number, each in enumerate(said)
    )


def _signals(found: Found, report: Report) -> None:
    if report.is_rehearsal:
        report.signals = sum(1 for _ in found.signals)
        return
    for some in _batched(found.signals, _SIGNALS_AT_ONCE):
        signals.accept(list(some))
        report.signals += len(some)
    if report.signals:
        report.signals_new = signals.seal_all()[0]


def _batched(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    left = iter(rows)
    while some := list(islice(left, size)):
        yield some
