"""What happened beside a touchpoint: incidents that were published, and what was put into service.

Their days are drawn on its chart. That something stands beside a change is no proof of a cause.
"""

from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from django.urls import reverse

from troth.core.windows import Span
from troth.incidents import queries as incidents
from troth.incidents.queries import deploys
from troth.incidents.rules.results import IncidentShown, Kind
from troth.metrics.drift.pictures import Event
from troth.promises import happening
from troth.promises.happening import Happened
from troth.signals.store import Row

_MOST = 12  # of each: a chart of a hundred marks tells nothing
_LONGEST = 100  # letters of what a release says of itself
_WORDS = {Kind.MAINTENANCE: "maintenance", Kind.BREACH: "breach"}


def join() -> None:
    """Let the charts of promises show the same. Said once, at the start of the process."""
    happening.offer("desk", _told)


def _told(place: happening.Place, span: Span, at: datetime | None) -> list[Happened]:
    return [Happened(one.day, one.title, one.link) for one in events(place, span, at=at)]


class Placed(Protocol):
    """What is drawn: where it stands, and in whose days."""

    @property
    def zone(self) -> str: ...
    @property
    def touchpoint(self) -> str: ...


def events(stream: Placed, span: Span, *, at: datetime | None = None) -> list[Event]:
    """Return what is to be drawn beside a stream or a metric, by its own days, newest first.

    `at`: incidents as they were published then. Releases that name a touchpoint are drawn beside
    that one alone.
    """
    zone = ZoneInfo(stream.zone)
    return [*_incidents(span, zone, at), *_releases(stream, span, zone)]


def _incidents(span: Span, zone: ZoneInfo, at: datetime | None) -> list[Event]:
    rows = incidents.published(
        at=at, audience=incidents.STAFF, since=span.start, until=span.end, limit=_MOST
    )
    return [Event(_day(one, zone), "incident", _title(one), _link(one)) for one in rows]


def _day(one: IncidentShown, zone: ZoneInfo) -> date:
    return one.started_at.astimezone(zone).date()


def _title(one: IncidentShown) -> str:
    return f"{_WORDS.get(one.kind, 'incident')}: {one.name}"


def _link(one: IncidentShown) -> str:
    return reverse("incidents:show", args=[one.uid])


def _releases(stream: Placed, span: Span, zone: ZoneInfo) -> list[Event]:
    rows = [one for one in deploys.told(span) if one.touchpoint in (None, "", stream.touchpoint)]
    return [
        Event(one.happened_at.astimezone(zone).date(), "release", f"{one.kind}: {_name(one)}")
        for one in rows[:_MOST]
    ]


def _name(one: Row) -> str:
    return (deploys.said(one) or one.key)[:_LONGEST]
