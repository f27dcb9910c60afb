"""Reads components and incidents for a page: the main one, or one of those beside it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from troth.components import queries as components
from troth.components.queries import PageShown
from troth.components.queries.labels import labels
from troth.components.rules.results import Board, Shown
from troth.core.windows import midnight
from troth.incidents import queries as incidents
from troth.incidents.rules.results import EntryRow, IncidentShown
from troth.page.situation import Entry, Situation, entry_of

_NEWEST = 60  # read whole at once: more than a feed or the API tells
_NEAR = 25  # components that are read at once, where each has a page
_OF_A_PART = 500  # of a page that shows some components only: so far back its history goes


def revision(*, now: datetime) -> tuple[object, ...]:
    """Return what differs when a reader could see another thing: two questions and the day."""
    return components.revision(), incidents.revision(), today(now=now)


def today(*, now: datetime) -> date:
    """Return the local day that an instant lies in."""
    return now.astimezone(ZoneInfo(settings.TROTH.time_zone)).date()


def situation(*, now: datetime, page: PageShown | None = None) -> Situation:
    """Return how things stand, as the main page or `page` may show it."""
    reader = _Reader(now, page)
    rows = reader.entries()
    recent = reader.whole([row.uid for row in reader.newest(rows)])
    return Situation(
        board=reader.board(),
        recent=tuple(recent),
        listed=tuple(_entry(row) for row in rows),
        read=reader.whole,
        longer=reader.longer,
    )


def as_of(at: datetime) -> Situation:
    """Return how things stood at an instant, as it was known then, with 90 days before it."""
    board = components.board(at=at, days=90, as_of=at)
    some = incidents.published(at=at, since=at - timedelta(days=90), limit=_OF_A_PART)
    hidden = _hidden({uid for one in some for uid in _named(one)}, ())
    shown = tuple(_without(one, hidden) for one in some)
    return Situation(
        board=board if board.components else None,
        recent=shown,
        listed=tuple(entry_of(one) for one in shown),
    )


def _hidden(uids: set[str], audiences: Sequence[str]) -> set[str]:
    """Return those components that these audiences may not see."""
    return {
        uid
        for uid, label in labels(uids).items()
        if label.audiences and not set(audiences) & set(label.audiences)
    }


def _entry(row: EntryRow) -> Entry:
    return Entry(row.uid, row.kind, row.name, row.listed_at, row.resolved_at, row.revision)


class _Reader:
    def __init__(self, now: datetime, page: PageShown | None) -> None:
        self._now = now
        self._page = page
        self._audiences: tuple[str, ...] = page.audiences if page else ()
        self._board: Board | None = None  # for its groups, zone and weights
        self._near: tuple[tuple[datetime, int], dict[str, Shown]] = ((now, 0), {})

    def board(self, *, at: datetime | None = None, days: int = 90) -> Board | None:
        slug = self._page.slug if self._page else None
        found = components.page_board(slug, at=at or self._now, days=days)
        return found if found.components else None

    def entries(self) -> list[EntryRow]:
        """Return all that was published to this page's readers, newest first."""
        found = {row.uid: row for audience in self._asking() for row in self._listed(audience)}
        rows = sorted(found.values(), key=lambda row: (row.listed_at, row.uid), reverse=True)
        return self._of_part(rows) if self._page and self._page.components else rows

    def _asking(self) -> Iterable[str | None]:
        return self._audiences or (None,)

    def _listed(self, audience: str | None) -> list[EntryRow]:
        return incidents.entries(audience=audience)

    def _of_part(self, rows: Sequence[EntryRow]) -> list[EntryRow]:
        """Keep those that touch a component of this page, or name none."""
        shown = components.page_components(self._page.slug) if self._page else frozenset()
        newest = {row.uid: row for row in rows[:_OF_A_PART]}
        return [
            newest[one.uid]
            for one in self.whole(list(newest))
            if not one.components or shown & set(one.components)
        ]

    def newest(self, rows: Sequence[EntryRow]) -> list[EntryRow]:
        """Return the newest ones and all that are not over."""
        return [row for n, row in enumerate(rows) if n < _NEWEST or row.resolved_at is None]

    def whole(self, uids: Sequence[str]) -> list[IncidentShown]:
        """Return incidents without the names of components that these readers may not see."""
        found = {
            one.uid: one
            for audience in self._asking()
            for one in incidents.whole(list(uids), audience=audience)
        }
        ordered = [found[uid] for uid in uids if uid in found]
        hidden = _hidden({uid for one in ordered for uid in _named(one)}, self._audiences)
        return [_without(one, hidden) for one in ordered] if hidden else ordered

    def longer(self, first: date, last: date, uids: Sequence[str]) -> Board | None:
        """Return the days from `first` to `last`, as they stand in the records now."""
        board = self._board = self._board or self.board(days=1)
        if board is None:
            return None
        zone, days = ZoneInfo(board.zone), (last - first).days + 1
        end = midnight(last + timedelta(days=1), zone) - timedelta(seconds=1)
        at = min(end, self._now)
        if not uids:
            return self.board(at=at, days=days)
        drawn = [self._drawn(uid, board, at, days) for uid in uids]
        return replace(board, components=tuple(one for one in drawn if one is not None))

    def _drawn(self, uid: str, board: Board, at: datetime, days: int) -> Shown | None:
        """Return one component; those that stand after it are read with it, and kept for a while.

        Pages are made in the order of the board, so that a question is asked once for many.
        """
        if self._near[0] != (at, days) or uid not in self._near[1]:
            order = [one.uid for one in board.components]
            first = order.index(uid) if uid in order else 0
            wanted = {uid, *order[first : first + _NEAR]}
            self._near = ((at, days), components.some(wanted, at=at, days=days))
        return self._near[1].get(uid)


def _named(one: IncidentShown) -> Iterable[str]:
    yield from one.components
    yield from (span.component for span in one.spans)
    yield from (change.code for update in one.updates for change in update.affected)


def _without(one: IncidentShown, hidden: set[str]) -> IncidentShown:
    updates = tuple(
        replace(update, affected=tuple(c for c in update.affected if c.code not in hidden))
        for update in one.updates
    )
    return replace(
        one,
        updates=updates,
        components=tuple(uid for uid in one.components if uid not in hidden),
        spans=tuple(span for span in one.spans if span.component not in hidden),
    )
