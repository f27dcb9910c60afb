"""Weeks, months and quarters of the calendar, and when their reports are made. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from troth.core.windows import Span, midnight

WEEKLY, MONTHLY, QUARTERLY = "weekly", "monthly", "quarterly"
KINDS: Final = (WEEKLY, MONTHLY, QUARTERLY)
_HOUR: Final = time(6)  # by the clocks of the installation
_MONTHS: Final = {MONTHLY: 1, QUARTERLY: 3}
_WAITS: Final = {WEEKLY: 0, MONTHLY: 3, QUARTERLY: 3}  # days for late signals
_MOST_MISSED: Final = {WEEKLY: 4, MONTHLY: 2, QUARTERLY: 1}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From the first day up to and including the last, by the clocks of one zone."""

    first: date
    last: date
    kind: str
    zone: str

    @property
    def span(self) -> Span:
        """Return the instants of its days."""
        zone = ZoneInfo(self.zone)
        return Span(midnight(self.first, zone), midnight(self.last + timedelta(days=1), zone))

    @property
    def due_at(self) -> datetime:
        """Return when its report is made: at six on its day, the same on days that skip an hour."""
        day = self.last + timedelta(days=1 + _WAITS[self.kind])
        return datetime.combine(day, _HOUR, ZoneInfo(self.zone))

    @property
    def before(self) -> "Period":
        return holding(self.first - timedelta(days=1), kind=self.kind, zone=self.zone)

    @property
    def label(self) -> str:
        """Return its name: 2026-W12, 2026-03 or 2026-Q1."""
        if self.kind == WEEKLY:
            year, week, _day = self.first.isocalendar()
            return f"{year}-W{week:02}"
        if self.kind == MONTHLY:
            return f"{self.first:%Y-%m}"
        return f"{self.first.year}-Q{(self.first.month + 2) // 3}"


def holding(day: date, *, kind: str, zone: str) -> Period:
    """Return the week, month or quarter that holds a day."""
    if kind == WEEKLY:
        monday = day - timedelta(days=day.weekday())
        return Period(monday, monday + timedelta(days=6), kind, zone)
    length = _MONTHS[kind]
    first = date(day.year, (day.month - 1) // length * length + 1, 1)
    count = first.year * 12 + first.month - 1 + length
    after = date(count // 12, count % 12 + 1, 1)
    return Period(first, after - timedelta(days=1), kind, zone)


def due(now: datetime, *, kind: str, zone: str, newest: date | None) -> Sequence[Period]:
    """Return the periods whose report is to be made, oldest first.

    `newest` is the first day of the newest report there is: what was missed since is made up for,
    four weeks, two months or one quarter at most. Without one it is the last period alone.
    """
    last = newest_due(now, kind=kind, zone=zone)
    if newest is None:
        return [last]
    found: list[Period] = []
    while last.first > newest and len(found) < _MOST_MISSED[kind]:
        found.append(last)
        last = last.before
    return found[::-1]


def newest_due(now: datetime, *, kind: str, zone: str) -> Period:
    """Return the last period whose report is due."""
    last = holding(now.astimezone(ZoneInfo(zone)).date(), kind=kind, zone=zone).before
    return last.before if now < last.due_at else last
