"""What was put into service in the hours before an incident began, as signals tell it."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from troth.core.windows import Span
from troth.incidents.models import Began, Incident
from troth.signals import queries as signals
from troth.signals.expressions import parse
from troth.signals.store import Filter, Row

KINDS = ("deploy", "release")
BEFORE = timedelta(hours=6)
_MOST = 20
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deploy:
    source: str
    key: str
    at: datetime
    touchpoint: str
    said: str  # its outcome, attributes and evidence
    before: timedelta  # from it to the beginning of the incident
    number: int | None  # of the row that says that the incident began with it


def deploys(uid: str) -> list[Deploy]:
    """Return the deploys of the hours before an incident's start, the newest first.

    One that somebody linked stays in the list, also where its signal is gone or was moved.
    """
    row = Incident.objects.get(uid=uid)
    linked = {(one.source, one.key): one for one in Began.objects.filter(incident=row)}
    before = Span(row.started_at - BEFORE, row.started_at)
    found = [_of_signal(one, row, linked) for one in told(before)]
    known = {(one.source, one.key) for one in found}
    kept = [_of_row(one, row) for where, one in linked.items() if where not in known]
    return sorted([*found, *kept], key=lambda one: (one.at, one.source, one.key), reverse=True)


def deploy(uid: str, *, source: str, key: str) -> Deploy | None:
    """Return one of the deploys of the hours before an incident's start."""
    found = (one for one in deploys(uid) if (one.source, one.key) == (source, key))
    return next(found, None)


def told(span: Span) -> list[Row]:
    """Return the signals of deploys and releases of a span, the newest first; a few at most."""
    chosen = Filter(kinds=KINDS, time=parse("happened_at", role="time"), span=span)
    try:
        return signals.store().cases(chosen, order="-happened_at", limit=_MOST).cases
    except Exception as problem:  # noqa: BLE001 - a screen is there without the signals
        _log.warning("deploys cannot be read: %s", problem)
        return []


def _of_signal(one: Row, row: Incident, linked: Mapping[tuple[str, str], Began]) -> Deploy:
    known = linked.get((one.source, one.key))
    return Deploy(
        source=one.source, key=one.key, at=one.happened_at, touchpoint=one.touchpoint or "",
        said=said(one), before=row.started_at - one.happened_at,
        number=known.pk if known else None,
    )  # fmt: skip


def _of_row(one: Began, row: Incident) -> Deploy:
    return Deploy(
        source=one.source, key=one.key, at=one.happened_at, touchpoint=one.touchpoint,
        said=one.said, before=row.started_at - one.happened_at, number=one.pk,
    )  # fmt: skip


def said(one: Row) -> str:
    parts = [one.outcome or "", *(f"{name} {text}" for name, text in sorted(one.segment.items()))]
    return ", ".join(part for part in [*parts, one.evidence or ""] if part)
