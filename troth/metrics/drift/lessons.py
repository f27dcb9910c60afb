"""Holidays that a usual was made with and does not know apart: to be decided on, never taken."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from troth.metrics.drift.enrolment import FEWEST
from troth.metrics.drift.panels import Panel
from troth.metrics.drift.phases import CALENDAR_DAYS, Frozen, counted_days


@dataclass(frozen=True, slots=True)
class Lesson:
    """The same days once more, `days` of them with data from `starts_on` on, `holidays` apart."""

    starts_on: date
    days: int
    holidays: int


def lesson(panel: Panel, row: int, *, start: int, usual: Frozen) -> Lesson | None:
    """Return how the usual of a stream would learn what holidays are like.

    From the day `start` at the earliest. None where it knows, or where its days hold too few
    holidays to say anything.
    """
    if usual.holiday is not None:
        return None
    first = max(start, (usual.first - panel.first).days)
    end = (usual.last - panel.first).days + 1
    days = np.flatnonzero(panel.volume()[row, first:end] > 0) + first
    if panel.readings[row] == "count":
        days = counted_days(panel, row, first, end)
    holidays = int(panel.holidays[row, days].sum())
    if holidays < CALENDAR_DAYS or len(days) < FEWEST:
        return None
    return Lesson(panel.first + timedelta(days=int(days[0])), len(days), holidays)
