"""The history by month: what changed about promises and what went wrong, joined."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from troth.page.edition import Edition
from troth.page.picture import Event
from troth.page.sheets import Patience, Sheet, fingerprint, inputs
from troth.page.situation import Entry, month_of
from troth.page.status.telling import listed
from troth.page.story import Told, told


@dataclass(frozen=True, slots=True)
class Month:
    first: date
    events: tuple[Event, ...]
    entries: tuple[Entry, ...]


def months(edition: Edition) -> list[Month]:
    """Return the months in which anything happened, newest first."""
    picture = edition.picture
    events: dict[date, list[Event]] = {}
    entries: dict[date, list[Entry]] = {}
    for event in picture.events:
        events.setdefault(event.month, []).append(event)
    for entry in picture.situation.listed:
        entries.setdefault(month_of(entry.started_at), []).append(entry)
    every = sorted({*events, *entries}, reverse=True)
    return [Month(m, tuple(events.get(m, ())), tuple(entries.get(m, ()))) for m in every]


def lines(edition: Edition, month: Month) -> list[Told]:
    """Return what happened in a month in the language now active, newest first."""
    every = [*told(edition, month.events), *listed(edition, month.entries)]
    return sorted(every, key=lambda one: (one.at, one.key), reverse=True)


def sheets(
    edition: Edition, *, base: str, spoken: Callable[..., Callable[[], bytes]]
) -> Iterator[Sheet]:
    """Yield the pages of history. A month is made again only when something in it changed."""
    found = months(edition)
    index = [(month.first, edition.path(f"history/{month.first:%Y-%m}/")) for month in found]
    named = fingerprint(index)

    def page(place: str, month: Month | None) -> Callable[[], bytes]:
        def make() -> bytes:
            values = {
                "months": index,
                "month": month.first if month else None,
                "events": lines(edition, month) if month else [],
            }
            return edition.render("page/history.html", place, values)

        return spoken(edition, make)

    newest = found[0] if found else None
    around = fingerprint(base, named)

    def sheet(place: str, month: Month | None) -> Sheet:
        said, make = inputs(around, _inputs(month)), page(place, month)
        return Sheet(f"{edition.folder}{place}index.html", said, make, patience=Patience.ALWAYS)

    yield sheet("history/", newest)
    for month in found:
        yield sheet(f"history/{month.first:%Y-%m}/", month)


def _inputs(month: Month | None) -> object:
    if month is None:
        return None
    rows = [
        (event.key, event.row, event.shown.name, event.shown.document) for event in month.events
    ]
    return rows, month.entries
