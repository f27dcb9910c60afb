"""What comes next of a promise: where the shares of its next day and its next week will lie."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from math import nan
from zoneinfo import ZoneInfo

import numpy as np

from troth.core.windows import midnight
from troth.metrics.drift.foresight import Days, Foresight, carried, foreseen
from troth.promises import chart
from troth.promises.rules.results import Count, Day, Detail
from troth.ui import charts


def coming(detail: Detail, at: datetime) -> tuple[Foresight, ...]:
    """Return what was foreseen by an instant, from whole days; of time and attestations nothing."""
    standing = detail.standing
    if standing.timed or detail.terms is None or detail.terms.evaluator == "attestation":
        return ()
    days = _whole(detail, at)
    if not days:
        return ()
    share = [day.good / day.total if day.total else nan for day in days]
    cases = [float(day.total) for day in days]
    return foreseen(Days("share", days[0].date, np.array(share), np.array(cases)))


def _whole(detail: Detail, at: datetime) -> list[Day]:
    """Return the days up to the first that is not over, or still waits for late signals."""
    zone, whole = ZoneInfo(detail.standing.zone), []
    for day in detail.series:
        if day.provisional or midnight(day.date + timedelta(days=1), zone) > at:
            break
        whole.append(day)
    return whole


def ahead(detail: Detail, coming: Sequence[Foresight]) -> list[charts.Ahead]:
    """Return where the headline will stand after the next seven days, from where it stands.

    The days that stay in its window are known; the seven that come bring as many cases as is
    assumed, kept as often as their interval says.
    """
    week = next((one for one in coming if one.days > 1), None)
    if week is None:
        return []
    last = week.starts_on - timedelta(days=1)
    start = _kept(detail, last, chart.span(detail))
    if start is None or not start.total:
        return []
    stay = _kept(detail, last, chart.span(detail) - week.days) or Count()
    low, high = carried(week, known=stay.good, cases=stay.total)
    return [charts.Ahead(last, week.ends_on, low, high, start=start.good / start.total)]


def _kept(detail: Detail, last: date, days: int) -> Count | None:
    """Return what so many days up to `last` come to; None where that day is not known."""
    known = [day for day in detail.series if day.date <= last]
    if not known or known[-1].date != last:
        return None
    shown = known[-days:] if days > 0 else []
    return Count(sum(day.good for day in shown), sum(day.total for day in shown))
