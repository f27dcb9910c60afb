"""What an outcome was in the months before: each as it was known when its own report was due."""

from collections.abc import Iterable
from typing import Any, Final

from troth.desk.models import Report
from troth.desk.reporting import figures
from troth.desk.reporting.periods import Period
from troth.metrics.outcomes.people import AGE

MONTHS: Final = 12  # the reported one and those before
_KEPT: Final = ("value", "low", "high", "n", "state")
Row = dict[str, Any]


def of(name: str, period: Period, now: Row, *, is_of_month: bool) -> list[Row]:
    """Return an outcome month by month, oldest first, the last one being `now`.

    What is of a month alone is asked again, as known on the fourth day after each month. What
    looks back over years is what the reports of these months said: another model would be fitted
    for each. Months in another unit, or of another age (retention), are left out.
    """
    earlier = _asked(name, period) if is_of_month else _told(name, period)
    rows = [_row(one, row) for one, row in earlier if _alike(row, now)]
    return [*sorted(rows, key=lambda row: str(row["day"])), _row(period, now)]


def _alike(row: Row, now: Row) -> bool:
    ages = [one.get("facts", {}).get(AGE) for one in (row, now)]
    return bool(row["unit"] == now["unit"] and ages[0] == ages[1])


def _row(period: Period, row: Row) -> Row:
    return {"day": period.last.isoformat(), **{name: row[name] for name in _KEPT}}


def _asked(name: str, period: Period) -> Iterable[tuple[Period, Row]]:
    one = period
    for _ in range(MONTHS - 1):
        one = one.before
        found = figures.asked(name, one, one.span)
        if not isinstance(found, str):
            yield one, figures.plain(found)


def _told(name: str, period: Period) -> Iterable[tuple[Period, Row]]:
    found = {row.starts_on: row.content for row in _kept(period)}
    one = period
    for _ in range(MONTHS - 1):
        one = one.before
        told = found.get(one.first, {}).get("outcomes", ())
        yield from ((one, row) for row in told if row["name"] == name and "problem" not in row)


def _kept(period: Period) -> Iterable[Report]:
    rows = Report.objects.filter(kind=period.kind, starts_on__lt=period.first)
    return rows.order_by("-starts_on")[: MONTHS - 1]
