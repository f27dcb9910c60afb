"""Which incidents: what an audience may see, in which order, found by which words."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from troth.core import paging
from troth.incidents.models import Incident
from troth.incidents.rules.results import Kind, State

STAFF = "*"  # an audience that sees everything that is published


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """`audience` None is everybody. `since` and `until` bound when it began, or is to begin."""

    audience: str | None = None
    since: datetime | None = None  # inclusive
    until: datetime | None = None  # exclusive
    kinds: tuple[Kind, ...] = ()
    states: tuple[State, ...] = ()
    component: str = ""  # uid
    text: str = ""
    is_open: bool | None = None


def public(audience: str | None) -> QuerySet[Incident]:
    """Return what an audience may see, the newest first."""
    rows = Incident.objects.filter(listed_at__isnull=False).order_by("-listed_at", "-id")
    if audience == STAFF:
        return rows
    if audience is None:
        return rows.filter(restricted=False)
    shown = Q(pk__in=Incident.objects.filter(shown_to__audience=audience).values("pk"))
    return rows.filter(Q(restricted=False) | shown)


def chosen(choice: Choice) -> QuerySet[Incident]:
    """Return what a choice names, the newest first."""
    rows = public(choice.audience)
    rows = rows.filter(listed_at__gte=choice.since) if choice.since else rows
    rows = rows.filter(listed_at__lt=choice.until) if choice.until else rows
    rows = rows.filter(kind__in=choice.kinds) if choice.kinds else rows
    rows = rows.filter(state__in=choice.states) if choice.states else rows
    return _opened(_found(_touching(rows, choice.component), choice.text), is_open=choice.is_open)


def following(rows: QuerySet[Incident], cursor: str | None) -> QuerySet[Incident]:
    """Return the rows after the one that a cursor names. Raises CursorError."""
    if not cursor:
        return rows
    stamp, pk = paging.read(cursor, length=2)
    if not isinstance(stamp, str) or not isinstance(pk, int):
        raise paging.CursorError
    try:
        at = datetime.fromisoformat(stamp)
    except ValueError:
        raise paging.CursorError from None
    if at.tzinfo is None:
        raise paging.CursorError
    return rows.filter(Q(listed_at__lt=at) | Q(listed_at=at, pk__lt=pk))


def cursor_of(row: Incident) -> str:
    return paging.written(((row.listed_at or row.started_at).isoformat(), row.pk))


def _touching(rows: QuerySet[Incident], component: str) -> QuerySet[Incident]:
    if not component:
        return rows
    named = Incident.objects.filter(
        updates__impacts__component=component, updates__published_at__isnull=False
    )
    return rows.filter(pk__in=named.values("pk"))


def _found(rows: QuerySet[Incident], text: str) -> QuerySet[Incident]:
    for word in text.casefold().replace("\0", "").split()[:8]:
        rows = rows.filter(Q(wording__text__contains=word) | Q(uid=word))
    return rows


def _opened(rows: QuerySet[Incident], *, is_open: bool | None) -> QuerySet[Incident]:
    if is_open is None:
        return rows
    going_on = {"resolved_at": None, "merged_into": None}
    return rows.filter(**going_on) if is_open else rows.exclude(**going_on)
