"""How things stand: components and incidents of one page at one instant. Pure values."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from troth.components.rules.combining import WORST_FIRST
from troth.components.rules.results import Board, Day, GroupShown, Shown, Status
from troth.incidents.rules.results import IncidentShown, Kind, State
from troth.page.sheets import fingerprint

_UP = Status.OPERATIONAL
_STEP = 600  # seconds
_NEAR = 50  # old incidents that are read at once
_YEARS = 9  # before this one, at most
RUNNING = (State.IN_PROGRESS, State.VERIFYING)


@dataclass(frozen=True, slots=True)
class Entry:
    """One published incident as a list needs it. `revision` changes with anything public in it."""

    uid: str
    kind: Kind
    name: str
    started_at: datetime  # of maintenance: when it is to begin
    resolved_at: datetime | None
    revision: str

    @property
    def path(self) -> str:
        return f"incidents/{self.uid}/"


def entry_of(incident: IncidentShown) -> Entry:
    """Return the line of a list for an incident that is already read whole."""
    return Entry(
        uid=incident.uid,
        kind=incident.kind,
        name=incident.name,
        started_at=begins(incident),
        resolved_at=incident.resolved_at,
        revision=incident.revision,
    )


def begins(incident: IncidentShown) -> datetime:
    """Return when it began, or for maintenance when it is to begin."""
    if incident.kind is Kind.MAINTENANCE and incident.scheduled_for:
        return incident.scheduled_for
    return incident.started_at


def is_maintenance(incident: IncidentShown | Entry) -> bool:
    return incident.kind is Kind.MAINTENANCE


@dataclass(frozen=True)
class Situation:
    """`recent` are the newest ones, whole, with all that are open; `listed` are all there are.

    `read` gives further ones whole, by uid: a history of ten thousand is not read to write one.
    `longer` gives the board with the days from one date to another, of these components or of all.
    """

    board: Board | None = None
    recent: tuple[IncidentShown, ...] = ()  # newest first
    listed: tuple[Entry, ...] = ()  # newest first
    read: Callable[[Sequence[str]], Sequence[IncidentShown]] = field(
        default=lambda _uids: (), compare=False, repr=False
    )
    longer: Callable[[date, date, Sequence[str]], Board | None] = field(
        default=lambda _first, _last, _uids: None, compare=False, repr=False
    )

    @property
    def components(self) -> tuple[Shown, ...]:
        return self.board.components if self.board else ()

    @property
    def groups(self) -> tuple[GroupShown, ...]:
        return self.board.groups if self.board else ()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.board.zone if self.board else "UTC")

    @cached_property
    def problems(self) -> tuple[IncidentShown, ...]:
        """Incidents and breaches that are not over, the newest first."""
        return tuple(one for one in self.recent if one.is_open and not is_maintenance(one))

    @cached_property
    def running(self) -> tuple[IncidentShown, ...]:
        """Maintenance that goes on now, the first to end first."""
        return _by_time(o for o in self.maintenance if o.is_open and o.state in RUNNING)

    @cached_property
    def upcoming(self) -> tuple[IncidentShown, ...]:
        """Maintenance to come, the next one first."""
        return _by_time(o for o in self.maintenance if o.is_open and o.state is State.SCHEDULED)

    @cached_property
    def maintenance(self) -> tuple[IncidentShown, ...]:
        return tuple(one for one in self.recent if is_maintenance(one))

    @cached_property
    def by_uid(self) -> dict[str, Shown]:
        return {one.uid: one for one in self.components}

    @cached_property
    def everything(self) -> dict[str, IncidentShown]:
        return {one.uid: one for one in self.recent}

    def whole(self, uids: Sequence[str]) -> list[IncidentShown]:
        """Return the incidents with these uids, whole, in the order given."""
        known = self.everything
        missing = [uid for uid in uids if uid not in known]
        found = {**known, **{one.uid: one for one in self.read(missing)}} if missing else known
        return [found[uid] for uid in uids if uid in found]

    def one(self, uid: str) -> IncidentShown:
        """Return one of those listed, whole; its neighbours are read with it, for they come next.

        Raises KeyError where there is none.
        """
        if uid in self.everything:
            return self.everything[uid]
        near: dict[str, IncidentShown] = self._near
        if uid not in near:
            place = self._places[uid]
            wanted = [entry.uid for entry in self.listed[place : place + _NEAR]]
            near.clear()
            near.update((found.uid, found) for found in self.read(wanted))
        return near[uid]

    @cached_property
    def by_name(self) -> dict[str, Entry]:
        return {entry.uid: entry for entry in self.listed}

    @cached_property
    def _near(self) -> dict[str, IncidentShown]:
        return {}

    @cached_property
    def _places(self) -> dict[str, int]:
        return {entry.uid: place for place, entry in enumerate(self.listed)}

    @property
    def today(self) -> date | None:
        return self.board.at.astimezone(self.zone).date() if self.board else None

    def years(self) -> list[int]:
        """Return the calendar years that any component was there in, newest first."""
        born = [one.start_date or one.created_at.date() for one in self.components]
        if not born or self.today is None:
            return []
        this = self.today.year
        return list(range(this, max(min(born).year, this - _YEARS) - 1, -1))

    def year(self, year: int) -> Board | None:
        """Return the board with the days of a calendar year, as far as they have come."""
        if self.today is None:
            return None
        return self.between(date(year, 1, 1), min(date(year, 12, 31), self.today))

    def last(self, days: int, *uids: str) -> Board | None:
        """Return the board with the last `days` days, today included."""
        if self.today is None:
            return None
        return self.between(self.today - timedelta(days=days - 1), self.today, *uids)

    def between(self, first: date, last: date, *uids: str) -> Board | None:
        """Return the board with these days; only those of the strips where no more can be read."""
        found = self.longer(first, last, uids)
        if found is not None or self.board is None:
            return found
        some = [one for one in self.components if not uids or one.uid in uids]
        cut = [replace(one, strip=_within(one.strip, first, last), share=None) for one in some]
        return replace(self.board, components=tuple(cut))

    @cached_property
    def prints(self) -> dict[str, str]:
        """Fingerprints of the components by uid, but for time going on."""
        return {one.uid: print_of(one) for one in self.components}

    @cached_property
    def _touching(self) -> dict[str, list[IncidentShown]]:
        found: dict[str, list[IncidentShown]] = {}
        for one in self.recent:
            for uid in one.components:
                found.setdefault(uid, []).append(one)
        return found

    def of_component(self, uid: str) -> list[IncidentShown]:
        """Return the recent incidents that touched a component, newest first."""
        return self._touching.get(uid, [])


NOTHING = Situation()


def _within(days: Sequence[Day], first: date, last: date) -> tuple[Day, ...]:
    return tuple(day for day in days if first <= day.date <= last)


def _by_time(some: Iterable[IncidentShown]) -> tuple[IncidentShown, ...]:
    return tuple(sorted(some, key=lambda one: (begins(one), one.uid)))


def is_healthy(status: Status) -> bool:
    return status is Status.OPERATIONAL


def worst(statuses: Iterable[Status]) -> Status:
    """Return the worst of them; of none: operational."""
    return min(statuses, key=WORST_FIRST.index, default=Status.OPERATIONAL)


def print_of(one: Shown) -> str:
    """Return a fingerprint of a component but for what changes merely because time goes on.

    Today's healthy seconds grow with each second, and those of an outage with it: they count in
    steps of ten minutes here. A page that tells days says of when its figures are.
    """
    *past, today = one.strip or (None,)
    now = [(status, seconds // _STEP) for status, seconds in _ill(today)] if today else None
    return fingerprint(replace(one, strip=(), share=None), _told(past), now)


def present_of(one: Shown) -> str:
    """Return a fingerprint of what a component says of now: a day that ends changes none of it."""
    return fingerprint(replace(one, strip=(), share=None))


def past_of(one: Shown) -> tuple[object, ...]:
    """Return what a page of whole days follows from: it need not change while a day goes on."""
    return one.uid, one.slug, one.name, _told(one.strip[:-1])


def _ill(day: Day) -> list[tuple[Status, int]]:
    return [pair for pair in day.seconds if pair[0] is not _UP]


def _told(strip: Sequence[Day | None]) -> list[object]:
    """Return the span and what was not simply well in it."""
    days = [day for day in strip if day is not None]
    if not days:
        return []
    told = [(f"{day.date}", _ill(day)) for day in days if day.worst is not _UP]
    return [(f"{days[0].date}", f"{days[-1].date}"), *told]


def data(situation: Situation) -> str:
    """Return a fingerprint of all that the situation says, but for time going on."""
    said = [(one.uid, one.revision) for one in situation.recent]
    board = situation.board
    if board is None:
        return fingerprint(situation.listed, said)
    return fingerprint(
        situation.prints, board.groups, board.weights, board.zone, situation.listed, said
    )


def month_of(at: datetime) -> date:
    return at.date().replace(day=1)


def soon(incident: IncidentShown, at: datetime, within: timedelta) -> bool:
    """Say whether a maintenance begins within that time from `at`."""
    return begins(incident) - at <= within
