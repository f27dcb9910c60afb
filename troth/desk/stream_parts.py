"""A touchpoint's days as a file, where the cases of a day are, and what part of it is asked for."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse

from troth.core.moments import Moments
from troth.core.sheets import Row
from troth.metrics.drift.pictures import Chart, StreamView

Only = tuple[str, str | None]
COLUMNS: Final = {
    "key": "VARCHAR", "name": "VARCHAR", "attribute": "VARCHAR", "part": "VARCHAR", "day": "DATE",
    "reading": "VARCHAR", "unit": "VARCHAR", "value": "DOUBLE", "n": "BIGINT", "usual": "DOUBLE",
    "low": "DOUBLE", "high": "DOUBLE", "distance": "DOUBLE", "added_up": "DOUBLE",
    "limit": "DOUBLE", "promised": "DOUBLE", "run_rules": "VARCHAR",
}  # fmt: skip


def rows(chart: Chart, only: Only | None = None) -> Iterator[Row]:
    """Yield the days that are drawn; `distance` and `added_up` are in sigmas, positive = worse."""
    of, (name, value) = chart.stream, only or ("", "")
    for one in chart.points:
        yield [
            of.key, of.name, name, value, one.day, of.reading, of.unit, one.value, one.n,
            one.expected, one.low, one.high, one.z, one.ewma, chart.limit, of.target,
            ", ".join(one.rules),
        ]  # fmt: skip


def cases_of(
    stream: StreamView, moments: Moments, only: Only | None = None
) -> Callable[[date], str]:
    """Return a function that tells where the cases of a day are; "" where nobody lists them."""
    kind, _, name = stream.key.partition(":")
    views = {"promise": "promises:cases", "metric": "desk:metric_cases"}
    if kind not in views:
        return lambda _day: ""
    where = reverse(views[kind], args=[name])
    part = {"by": only[0], "is": only[1] or ""} if only else {}
    then = f"&{moments.query}" if moments.query else ""
    return lambda day: f"{where}?{urlencode({**part, 'day': day.isoformat()})}{then}"
