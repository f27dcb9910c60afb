"""Results of checks become signals, what a location sees, and turns: in one transaction."""

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

import msgspec
from django.db import connection, transaction

from troth.core import ids
from troth.probes import packed, sealing
from troth.probes.actions.settling import settle
from troth.probes.instants import from_micros, instant
from troth.probes.models import Evidence, Sight
from troth.probes.rules.results import Level, Outcome
from troth.probes.rules.turning import Result, Terms, View, is_silent, seen
from troth.probes.wire import Report, Skip
from troth.signals import actions as signals
from troth.signals.envelope import Signal

_EVIDENCE_EVERY: Final = 60_000  # milliseconds between two that are kept of one failure
_REASON: Final = 300
_COLUMNS: Final = (
    "state", "since", "last", "late", "took", "outcome", "reason", "phases", "recent", "shown",
    "evidence_at",
)  # fmt: skip
_HOST: Final = socket.gethostname()[:100] or "probe"
_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class _Seeing:
    """A sight while results are added to it."""

    pk: int
    monitor: int
    slug: str
    touchpoint: str
    terms: Terms
    every: int
    timeout: int
    view: View
    row: dict[str, Any]
    turned: bool = False


@transaction.atomic
def record(
    *,
    location: str,
    reports: Sequence[Report],
    skips: Sequence[Skip] = (),
    now: datetime,
    probe: str = _HOST,
) -> int:
    """Take in what a location found; on return it is on disk, all of it or nothing.

    What is told of a monitor that this location does not watch is left out, and a result that was
    told before changes nothing. Returns how many results were taken. Raises what accept raises.
    """
    named = {one.slug for one in reports} | {one.slug for one in skips}
    seeing = _seeing(location, named)
    found: list[Signal] = []
    evidence: list[Evidence] = []
    ordered = sorted((one for one in reports if one.slug in seeing), key=attrgetter("slug", "due"))
    for slug, mine in groupby(ordered, key=attrgetter("slug")):
        for report in mine:
            if not _is_repeated(seeing[slug], report):
                kept = _evidence(seeing[slug], report, location)
                evidence += kept
                found.append(_signal(seeing[slug], report, location, probe, kept))
                _see(seeing[slug], report)
    taken = len(found)
    found += [_skipped(seeing[one.slug], one, location) for one in skips if one.slug in seeing]
    if found:
        signals.accept(batches=[found], door="probe", now=now)
    Evidence.objects.bulk_create(evidence)
    _write([one for one in seeing.values() if one.row.get("changed")])
    settle(monitors=[one.monitor for one in seeing.values() if one.turned], now=now)
    return taken


def _seeing(location: str, slugs: set[str]) -> dict[str, _Seeing]:
    rows = (
        Sight.objects.select_for_update(of=("self",))
        .filter(location=location, monitor__slug__in=slugs, monitor__retired_at=None)
        .order_by("pk")
        .values_list(
            "pk", "monitor_id", "monitor__slug", "monitor__touchpoint", "monitor__need",
            "monitor__of", "monitor__every_ms", "monitor__timeout_ms", "state", "since", "last",
            "outcome", "recent", "shown", "evidence_at",
        )
    )  # fmt: skip
    return {row[2]: _one(row) for row in rows}


def _one(row: tuple[Any, ...]) -> _Seeing:
    pk, monitor, slug, touchpoint, need, of, every, timeout, state, since, last, *rest = row
    outcome, recent, shown, evidence_at = rest
    view = View(Level(state), since, packed.read_recent(bytes(recent)), last)
    kept = {"outcome": outcome, "shown": bytes(shown), "evidence_at": evidence_at}
    terms = Terms(need, of)
    return _Seeing(pk, monitor, slug, touchpoint or slug, terms, every, timeout, view, kept)


def _is_repeated(seeing: _Seeing, report: Report) -> bool:
    """Return whether this very check was told before: an agent sends again what was not answered.

    A clock that was set back makes older instants due once more; these are told for what they are.
    """
    if report.due > seeing.view.last:
        return False
    return any(one.at == report.due for one in packed.read_shown(seeing.row["shown"]))


def _see(seeing: _Seeing, report: Report) -> None:
    was = _remembered(seeing, report.due)
    view = seen(was, Result(report.due, report.outcome), seeing.terms)
    seeing.turned = seeing.turned or view.state is not was.state
    seeing.view = view
    seeing.row |= {
        "changed": True,
        "state": view.state.value,
        "since": view.since,
        "last": report.due,
        "late": max(report.began // 1000 - report.due, 0),
        "took": report.took,
        "outcome": report.outcome.value,
        "reason": _line(report.reason),
        "phases": _encode(report.phases),
        "recent": packed.recent(view.recent) if seeing.terms.of > 1 else b"",
        "shown": packed.added(
            seeing.row["shown"], at=report.due, took=report.took, outcome=report.outcome
        ),
    }


def _remembered(seeing: _Seeing, due: int) -> View:
    """Return what is still known: after a silence, seeing starts anew."""
    view = seeing.view
    silent = is_silent(last=view.last, every=seeing.every, timeout=seeing.timeout, now=due)
    return View() if silent else view


def _evidence(seeing: _Seeing, report: Report, location: str) -> list[Evidence]:
    """Return what is kept of a failure: its first check, and one a minute from then on."""
    if report.outcome is Outcome.UP:
        return []
    same = seeing.row["outcome"] == report.outcome
    if same and report.due - seeing.row["evidence_at"] < _EVIDENCE_EVERY:
        return []
    seeing.row["evidence_at"] = report.due
    uid = ids.new_id("evd")
    seen_ = {"phases": report.phases, "excerpt": report.excerpt, "took": report.took}
    return [
        Evidence(
            uid=uid, watch=seeing.slug, location=location, at=from_micros(report.began),
            outcome=report.outcome, reason=_line(report.reason),
            sealed=sealing.seal(_encode(seen_), label=uid),
        )
    ]  # fmt: skip


def _signal(
    seeing: _Seeing, report: Report, location: str, probe: str, kept: Sequence[Evidence]
) -> Signal:
    key = f"{seeing.slug}/{location}/{report.due}"
    return Signal(
        source="probes",
        kind="check",
        key=key,
        happened_at=from_micros(report.began),
        touchpoint=seeing.touchpoint,
        outcome=report.outcome.value,
        value=report.took / 1000,
        unit="ms",
        segment={"monitor": seeing.slug, "location": location, "probe": probe},
        evidence=kept[0].uid if kept else None,
    )


def _skipped(seeing: _Seeing, skip: Skip, location: str) -> Signal:
    """Return the signal of checks that did not run: no data, and said so. It weighs as many."""
    return Signal(
        source="probes",
        kind="check.skipped",
        key=f"{seeing.slug}/{location}/{skip.first}",
        happened_at=instant(skip.first),
        resolved_at=instant(skip.last),
        touchpoint=seeing.touchpoint,
        outcome="skipped",
        weight=max(1, min(skip.count, 10**9)),
        segment={"monitor": seeing.slug, "location": location, "reason": _line(skip.reason)[:100]},
    )


def _line(text: str) -> str:
    """Return a reason on one line of what can be shown: an agent may say anything."""
    text = text[:_REASON]
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


_UPDATE: Final = (
    f"UPDATE probes_sight SET {', '.join(f'{name} = %s' for name in _COLUMNS)} WHERE id = %s"  # noqa: S608 - our own names
)


def _write(seen_: Sequence[_Seeing]) -> None:
    rows = [(*(one.row[name] for name in _COLUMNS), one.pk) for one in seen_]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(_UPDATE, rows)
