"""What pages, feeds and APIs ask: published incidents, open ones, months, one by its name."""

from collections import Counter as Tally
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet

from troth.core import clock
from troth.core.paging import Paged
from troth.incidents.models import Counter, Incident
from troth.incidents.queries.choosing import STAFF, Choice, chosen, cursor_of, following, public
from troth.incidents.queries.showing import shown
from troth.incidents.rules.results import EntryRow, IncidentShown, Kind, Month, State

_PRESENT = timedelta(minutes=1)
_NEVER = datetime.min.replace(tzinfo=UTC)


def published(  # noqa: PLR0913 - the parts of a page, all named
    *,
    at: datetime | None = None,
    audience: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    page: int = 1,
    limit: int = 50,
) -> list[IncidentShown]:
    """Return published incidents of every kind, the newest first; pages count from 1.

    `since` (inclusive) and `until` (exclusive) bound when they began, or are to begin.
    """
    rows = chosen(Choice(audience=audience, since=since, until=until))
    past = _past(at)
    if past:
        rows = rows.filter(Q(published_at__lte=past) | Q(backfilled=True, listed_at__lte=past))
    return shown(rows[(page - 1) * limit : page * limit], at=past)


def listed(*, choice: Choice, cursor: str | None = None, limit: int = 50) -> Paged[IncidentShown]:
    """Return a part of what a choice names, with the cursor of the next. Raises CursorError."""
    rows = chosen(choice)
    found = list(
        following(rows, cursor).select_related(
            "maintenance", "breach", "postmortem", "merged_into"
        )[: limit + 1]
    )
    more = len(found) > limit
    next_one = cursor_of(found[limit - 1]) if more else None
    return Paged(shown(found[:limit]), next_one, rows.count())


def entries(*, audience: str | None = None, limit: int | None = None) -> list[EntryRow]:
    """Return every published incident in short, the newest first: one query."""
    rows = public(audience).values_list(
        "uid", "kind", "name", "listed_at", "resolved_at", "revision"
    )
    return [
        EntryRow(
            uid=uid, kind=Kind(kind), name=name, listed_at=listed_at or _NEVER,
            resolved_at=resolved_at, revision=version,
        )
        for uid, kind, name, listed_at, resolved_at, version in rows[:limit]
    ]  # fmt: skip


def whole(uids: Sequence[str], *, audience: str | None = None) -> list[IncidentShown]:
    """Return published incidents by uid, whole, the newest first; unknown ones are left out."""
    return shown(public(audience).filter(uid__in=uids))


def incident(
    uid: str, *, audience: str | None = None, at: datetime | None = None
) -> IncidentShown | None:
    """Return one published incident, None where this audience has none of that name."""
    found = shown(public(audience).filter(uid=uid), at=_past(at))
    return found[0] if found else None


def open_ones(at: datetime | None = None, *, audience: str | None = None) -> list[IncidentShown]:
    """Return what goes on: incidents and breaches that are not over, maintenance that has begun."""
    past = _past(at)
    if past is None:
        rows = chosen(Choice(audience=audience, is_open=True)).exclude(state=State.SCHEDULED)
        return shown(rows)
    rows = public(audience).filter(started_at__lte=past)
    rows = rows.filter(Q(resolved_at=None) | Q(resolved_at__gt=past))
    return [one for one in shown(rows, at=past) if one.is_open and one.state != State.SCHEDULED]


def is_anything_wrong() -> bool:
    """Say whether an incident of any audience is published and not over: one cheap question."""
    rows = Incident.objects.filter(
        kind=Kind.INCIDENT, resolved_at=None, merged_into=None, discarded_at=None
    )
    return rows.filter(listed_at__isnull=False).exists()


def upcoming(at: datetime | None = None, *, audience: str | None = None) -> list[IncidentShown]:
    """Return maintenance that is announced and has not begun, the next one first."""
    past = _past(at)
    if past is None:
        rows = chosen(Choice(audience=audience, states=(State.SCHEDULED,)))
    else:
        rows = public(audience).filter(kind=Kind.MAINTENANCE, listed_at__gt=past)
    found = [one for one in shown(rows, at=past) if one.state is State.SCHEDULED]
    return sorted(found, key=lambda one: (one.scheduled_for or one.started_at, one.uid))


def months(
    at: datetime | None = None, *, audience: str | None = None, zone: str = ""
) -> list[Month]:
    """Return the local months that have incidents, the newest first, with how many."""
    place = zone or settings.TROTH.time_zone
    rows = public(audience)
    if at is not None or connection.in_atomic_block:  # what is not committed may never have been
        return _counted(rows.filter(listed_at__lte=at) if at else rows, place)
    key = (revision(), audience, place)
    if key not in _months:
        _months[key] = _counted(rows, place)
        for old in list(_months)[:-_REMEMBERED]:
            _months.pop(old, None)
    return list(_months[key])


_months: dict[tuple[int, str | None, str], list[Month]] = {}  # by the revision they are true of
_REMEMBERED = 20


def _counted(rows: QuerySet[Incident], zone: str) -> list[Month]:
    place = ZoneInfo(zone)
    starts = rows.order_by().values_list("listed_at", flat=True)
    counts = Tally((local.year, local.month) for local in (_in(place, at) for at in starts))
    return [
        Month(year=year, month=month, count=count)
        for (year, month), count in sorted(counts.items(), reverse=True)
    ]


def search(text: str, *, audience: str | None = None, limit: int = 50) -> list[IncidentShown]:
    """Return incidents in whose public words every word of `text` occurs, the newest first."""
    return shown(chosen(Choice(audience=audience, text=text))[:limit])


def revision() -> int:
    """Return a number that grows with each change that anybody outside can see: one query."""
    return Counter.objects.values_list("number", flat=True).filter(pk=1).first() or 0


def _in(zone: ZoneInfo, at: datetime | None) -> datetime:
    return (at or _NEVER).astimezone(zone)


def _past(at: datetime | None) -> datetime | None:
    """Return an instant of the past, None for the present: a clock that jumped hides nothing."""
    return at if at is not None and at < clock.now() - _PRESENT else None


__all__ = [
    "STAFF",
    "entries",
    "incident",
    "listed",
    "months",
    "open_ones",
    "published",
    "revision",
    "search",
    "upcoming",
    "whole",
]
