"""Events as lists, feeds and the history page show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from troth.page.edition import Edition
from troth.page.picture import Event
from troth.page.telling import text, title


@dataclass(frozen=True, slots=True)
class Told:
    """One event in words. `page` is the promise's page inside the edition."""

    key: str
    kind: str
    at: datetime
    title: str
    text: str
    url: str
    page: str


def told(edition: Edition, events: Iterable[Event]) -> list[Told]:
    """Return the events in the language now active, in the order given."""
    return [_told(edition, event) for event in events]


def _told(edition: Edition, event: Event) -> Told:
    page = f"promises/{event.shown.slug}/"
    return Told(
        key=event.key,
        kind=event.kind,
        at=event.at,
        title=title(event),
        text=text(event),
        url=edition.path(page),
        page=page,
    )


def months(events: Iterable[Event]) -> list[tuple[date, list[Event]]]:
    """Return (first day of the month in UTC, its events), newest month first."""
    return [(month, list(group)) for month, group in groupby(events, key=lambda e: e.month)]
