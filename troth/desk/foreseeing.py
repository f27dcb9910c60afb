"""What comes next of a metric, in words and drawn: also of one part of it."""

from datetime import date, timedelta
from math import nan

import numpy as np

from troth.desk.measuring import Asked
from troth.metrics import queries
from troth.metrics.drift.daily import Day
from troth.metrics.drift.foresight import LONGEST, Days, Foresight, carried, foreseen
from troth.metrics.foreseen import Coming, told
from troth.metrics.queries import daily
from troth.ui import charts

_QUIET = (
    "Nothing is foreseen of a number that nothing watches: whether a day without a case was quiet "
    "or silent is not known."
)


def coming(asked: Asked) -> tuple[Foresight, ...]:
    """Return what is foreseen: of what is watched what its touchpoint's page says, too."""
    one, until = asked.one, asked.moments.at or asked.now
    stream = queries.stream(one.stream) if one.stream and asked.only is None else None
    if stream is not None:
        return queries.chart(stream=stream.pk, span=asked.span, at=asked.moments.at).next
    if one.how.reading == "count" or one.how.worth != 1:
        return ()
    span = daily.span_of(one, days=LONGEST, until=until)
    whole_until = span.end.astimezone(one.series.sweep.tz).date()
    return _of(daily.days(one, span, only=asked.only), one.how.reading, whole_until)


def _of(days: list[Day], reading: str, whole_until: date) -> tuple[Foresight, ...]:
    if not days:
        return ()
    first, known = days[0].day, {one.day: one for one in days}
    every = [known.get(first + timedelta(days=n)) for n in range((whole_until - first).days)]
    sums = [_sums(one, reading) for one in every]
    values = [part / cases if cases else nan for part, cases in sums]
    return foreseen(Days(reading, first, np.array(values), np.array([c for _, c in sums])))


def _sums(one: Day | None, reading: str) -> tuple[float, float]:
    """Return what a day adds up to, and over how many cases."""
    if one is None:
        return 0.0, 0.0
    return (one.sum, float(one.n)) if reading == "mean" else (float(one.good), float(one.total))


def words(asked: Asked, found: tuple[Foresight, ...]) -> Coming:
    reading, one = asked.how.reading, asked.one
    if reading == "count" and not (one.stream and asked.only is None):
        return Coming((), _QUIET)
    return told(found, reading=reading, unit=one.metric.unit or "")


def ahead(asked: Asked, found: tuple[Foresight, ...]) -> list[charts.Ahead]:
    """Return what is drawn: boxes where a point is a day, else where the line leads in a week."""
    if asked.looks_back == 1:
        return [
            charts.Ahead(one.starts_on, one.ends_on + timedelta(days=1), one.low, one.high)
            for one in found
            if one.days == 1 or asked.how.reading != "count"
        ]
    week = next((one for one in found if one.days > 1), None)
    if week is None or asked.how.reading == "count" or not asked.points:
        return []
    return _wedge(asked, week)


def _wedge(asked: Asked, week: Foresight) -> list[charts.Ahead]:
    before = week.starts_on - timedelta(days=1)
    last = next((one for one in asked.points if one.day == before), None)
    if last is None or last.figure.value is None:
        return []
    since = week.ends_on - timedelta(days=asked.looks_back - 1)
    stay = [_sums(one, asked.how.reading) for one in asked.counted if since <= one.day <= before]
    known, cases = (sum(column) for column in zip(*stay, strict=True)) if stay else (0.0, 0.0)
    low, high = carried(week, known=known, cases=cases)
    return [charts.Ahead(before, week.ends_on, low, high, start=last.figure.value)]
