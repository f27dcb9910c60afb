"""Who says what of components from when on: a person, an incident, a maintenance, a watch."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.db.models import QuerySet

from troth.components.actions.marking import owe_account, second, take_turn
from troth.components.models import Component, Condition
from troth.components.rules.combining import FAR
from troth.components.rules.results import Cause, Status
from troth.components.rules.words import WORDS
from troth.staff.actions import note as trail
from troth.staff.actions.audit import Actor, published_name

_LONGEST_NOTE = 2_000


class UnknownComponentError(LookupError):
    """There is no component of this uid: `uid` names it."""

    def __init__(self, uid: str) -> None:
        super().__init__(f"there is no component “{uid[:40]}”")
        self.uid = uid


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """Who speaks, and what is kept beside the word."""

    cause: Cause
    ref: str
    by: str
    note: str = ""
    announced: bool = True


@transaction.atomic
def say(  # noqa: PLR0913 - who says what of which, from when to when, and why
    *, component: str, status: Status, note: str = "", until: datetime | None = None, by: Actor,
    at: datetime | None = None, now: datetime,
) -> str:  # fmt: skip
    """Let a person's word stand for a component until it ends; return its ref.

    It begins now, or at `at` where it was meant for earlier. A word that stands already gives way
    and does not come back. Raises UnknownComponentError, and ValueError in plain words.
    """
    begins, ends = _begin_and_end(at or now, until)
    if begins > second(now):
        raise ValueError("a word cannot begin in the future; plan a maintenance for that")
    if len(note) > _LONGEST_NOTE:
        raise ValueError(f"a note has at most {_LONGEST_NOTE:,} characters")
    if "\x00" in note:
        raise ValueError("a note cannot hold the character U+0000")
    take_turn()
    (row,) = _held([component])
    ref = f"word:{uuid4().hex[:12]}"
    _silence(_standing(row.pk, cause=Cause.PERSON), at=begins, now=now)
    source = _Source(cause=Cause.PERSON, ref=ref, by=published_name(by), note=note)
    _add(row.pk, source, status, (begins, ends), now=now)
    owe_account([row], since=begins)
    trail(actor=by, verb="said", thing="component", thing_id=row.slug, now=now,
          after={"status": WORDS[status], "note": note, "from": begins,
                 "until": until and until.isoformat()})  # fmt: skip
    return ref


@transaction.atomic
def unsay(*, component: str, by: Actor, now: datetime) -> bool:
    """End the word that stands for a component; False where none does."""
    take_turn()
    (row,) = _held([component])
    words = [one for one in _standing(row.pk, cause=Cause.PERSON) if one.ends > second(now)]
    if not words:
        return False
    _silence(words, at=second(now), now=now)
    owe_account([row], since=second(now))
    trail(actor=by, verb="unsaid", thing="component", thing_id=row.slug, now=now,
          before={"status": words[0].status, "note": words[0].note})  # fmt: skip
    return True


@transaction.atomic
def affect(  # noqa: PLR0913 - who says what of which from when on
    *, components: Mapping[str, Status], ref: str, cause: Cause = Cause.INCIDENT, at: datetime,
    by: Actor = None, now: datetime, until: datetime | None = None, announced: bool = True,
    whole: Status | None = None, note: str = "",
) -> None:  # fmt: skip
    """Set what `ref` says of components from `at` on; of others it says what it said before.

    `components` maps uids to statuses; operational means that the ref says nothing more of it.
    `whole` is said of the whole, by an incident that names no component. What the ref said of
    these for later than `at` gives way. `announced` is False for a maintenance announced too late
    to be excluded from uptime. Saying the same again changes nothing. An end that does not come
    after the beginning, as dirty history has them, makes no span. Raises UnknownComponentError.
    """
    begins, ends = second(at), FAR if until is None else second(until)
    take_turn()
    source = _Source(cause=cause, ref=ref, by=published_name(by), note=note, announced=announced)
    rows = _held(list(components))
    for row in rows:
        _set(row.pk, source, components[row.uid], (begins, ends), now=now)
    if whole is not None:
        _set(None, source, whole, (begins, ends), now=now)
    owe_account(rows, since=begins)


@transaction.atomic
def relieve(
    *, ref: str, at: datetime, now: datetime, components: Sequence[str] | None = None
) -> int:
    """Let `ref` say nothing from `at` on, of these components or of all; return how many ended.

    What it would have said later only is withdrawn.
    """
    take_turn()
    standing = _of(ref).filter(ends__gt=second(at))
    if components is not None:
        standing = standing.filter(component__uid__in=list(components))
    return _end(list(standing), at=second(at), now=now)


@transaction.atomic
def withdraw(*, ref: str, now: datetime) -> int:
    """Take back all that `ref` ever said: it was a draft or a mistake. Return how much it was."""
    take_turn()
    rows = list(_of(ref))
    for row in rows:
        row.withdrawn_at = now
    Condition.objects.bulk_update(rows, ["withdrawn_at"])
    _owe(rows, min((row.starts for row in rows), default=0))
    return len(rows)


@transaction.atomic
def take_back(*, component: str, ref: str, by: Actor, now: datetime) -> bool:
    """Undo a person's word as if it had never been said; False where there is no such word."""
    take_turn()
    (row,) = _held([component])
    words = Condition.objects.filter(component=row, cause=Cause.PERSON, ref=ref, withdrawn_at=None)
    if not words.exists():
        return False
    withdraw(ref=ref, now=now)
    trail(actor=by, verb="took back a word on", thing="component", thing_id=row.slug, now=now,
          before={"ref": ref})  # fmt: skip
    return True


def _begin_and_end(at: datetime, until: datetime | None) -> tuple[int, int]:
    begins = second(at)
    ends = FAR if until is None else second(until)
    if ends <= begins:
        raise ValueError("the end must come after the beginning")
    return begins, ends


def _held(uids: Iterable[str]) -> list[Component]:
    """Return the components of these uids, held until the transaction ends."""
    wanted = set(uids)
    rows = list(Component.objects.select_for_update().filter(uid__in=wanted).order_by("pk"))
    missing = wanted - {row.uid for row in rows}
    if missing:
        raise UnknownComponentError(min(missing))
    return rows


def _of(ref: str) -> "QuerySet[Condition]":
    """Return what a ref says. The causes are named since the index begins with them."""
    return Condition.objects.filter(cause__in=list(Cause), ref=ref, withdrawn_at=None)


def _standing(component: int | None, **more: object) -> list[Condition]:
    rows = Condition.objects.filter(component=component, withdrawn_at=None, **more)
    return list(rows.order_by("starts", "id"))


def _set(
    component: int | None, source: _Source, status: Status, span: tuple[int, int], *, now: datetime
) -> None:
    """Let the source say this in a span, and nothing after it."""
    begins = span[0]
    standing = [
        row for row in _standing(component, cause=source.cause, ref=source.ref) if row.ends > begins
    ]
    if _says_so_already(standing, source, status, span):
        return
    _silence(standing, at=begins, now=now)
    if status is not Status.OPERATIONAL and begins < span[1]:
        _add(component, source, status, span, now=now)


def _says_so_already(
    standing: list[Condition], source: _Source, status: Status, span: tuple[int, int]
) -> bool:
    if not standing:
        return status is Status.OPERATIONAL
    (first, *others) = standing
    same = (first.status, first.announced, first.note) == (status, source.announced, source.note)
    return same and not others and first.starts <= span[0] and first.ends == span[1]


def _silence(rows: Iterable[Condition], *, at: int, now: datetime) -> None:
    """Let what these rows say end at an instant: they are withdrawn, what came before stays."""
    rows = [row for row in rows if row.ends > at]
    for row in rows:
        row.withdrawn_at = now
    Condition.objects.bulk_update(rows, ["withdrawn_at"])
    kept = [row for row in rows if row.starts < at]
    for row in kept:
        row.pk, row.ends, row.withdrawn_at, row.recorded_at = None, at, None, now
    Condition.objects.bulk_create(kept)


def _end(rows: list[Condition], *, at: int, now: datetime) -> int:
    _silence(rows, at=at, now=now)
    _owe(rows, at)
    return len(rows)


def _owe(rows: Iterable[Condition], since: int) -> None:
    ids = {row.component_id for row in rows if row.component_id is not None}
    held = Component.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    owe_account(held, since=since)


def _add(
    component: int | None, source: _Source, status: Status, span: tuple[int, int], *, now: datetime
) -> None:
    Condition.objects.create(
        component_id=component, cause=source.cause, ref=source.ref, status=status,
        starts=span[0], ends=span[1], announced=source.announced, note=source.note,
        by=source.by, recorded_at=now,
    )  # fmt: skip
