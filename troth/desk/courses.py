"""How figures went by month: of the last whole months, drawn and in words.

CSAT and NPS are of the answers of each month; lifetime value is of the history that reached up to
its end. Nothing is counted here: the worker counts what is asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.safestring import SafeString

from troth.core.windows import TICK, calendar_start
from troth.desk.reporting import figures
from troth.metrics.lookback import months_read
from troth.metrics.outcomes.results import Outcome
from troth.metrics.queries import NamedOutcome
from troth.metrics.queries.shelved import Answer
from troth.metrics.shelf import Question
from troth.ui import charts, words

BY_MONTH = ("csat", "nps", "clv")
MONTHS = 12
_NONE = "None of the last twelve months has enough cases for a figure."
_ALONE = "No other month of the last twelve has enough cases for a figure."


@dataclass(frozen=True, slots=True)
class Month:
    """The figure of a month, by its last day; None where there is none, or not yet."""

    day: date
    one: Outcome | None


def questions(
    known: Mapping[str, NamedOutcome], *, zone: str, at: datetime
) -> dict[str, list[Question]]:
    """Return name → what is asked of each of the last whole months at an instant, oldest first."""
    ends = _month_ends(zone, at=at)
    return {
        name: [_of_month(known[name], zone, ends[n], ends[n + 1]) for n in range(MONTHS)]
        for name in BY_MONTH if name in known
    }  # fmt: skip


def _month_ends(zone: str, *, at: datetime) -> list[datetime]:
    place = ZoneInfo(zone)
    found = [calendar_start(at + TICK, place, "M")]
    while len(found) <= MONTHS:
        found.append(calendar_start(found[-1], place, "M"))
    return found[::-1]


def _of_month(one: NamedOutcome, zone: str, start: datetime, end: datetime) -> Question:
    months = months_read(one.definition)
    if months:
        return Question(name=one.name, zone=zone, months=months, at=end)
    return Question(name=one.name, zone=zone, span=(start, end))


def of_answers(answers: Sequence[Answer]) -> list[Month]:
    """Return the months of these answers, each with its figure where it has one."""
    found = []
    for answer in answers:
        told = next((one for one in answer.outcomes if one.is_shown), None)
        found.append(Month(_last_day(answer.question), told))
    return _alike(found)


def _last_day(asked: Question) -> date:
    end = asked.span[1] if asked.span else asked.at
    assert end is not None  # noqa: S101 - see _of_month
    return (end - TICK).astimezone(ZoneInfo(asked.zone)).date()


def _alike(months: list[Month]) -> list[Month]:
    """Return the months without figures in another unit than the newest: they cannot be drawn."""
    newest = next((one.one for one in reversed(months) if one.one), None)
    if newest is None:
        return months
    unit = figures.unit(newest)
    same = [one.one is not None and figures.unit(one.one) == unit for one in months]
    return [one if kept else Month(one.day, None) for one, kept in zip(months, same, strict=True)]


def told(months: Sequence[Month], *, waiting: int = 0) -> str:
    """Say how it went: the last month that has a figure against the first."""
    left = f" {waiting} of {len(months)} months are being counted." if waiting else ""
    known = [one for one in months if one.one is not None]
    if not known:
        return left.strip() or _NONE
    first, last = known[0], known[-1]
    now = f"{_said(last)}, n {words.number(last.one.n if last.one else 0)}."
    if len(known) == 1:
        return f"{now} {'' if waiting else _ALONE}{left}".replace("  ", " ").strip()
    return f"{now} {_said(first)}. {_change(first.one, last.one)}{left}"


def _said(month: Month) -> str:
    one = month.one
    if one is None:
        return ""
    unit, around = figures.unit(one), ""
    if one.low is not None:
        around = f" ({words.measured(one.low, unit)} to {words.measured(one.high, unit)})"
    return f"{month.day:%B %Y}: {words.measured(one.value, unit)}{around}"


def _change(first: Outcome | None, last: Outcome | None) -> str:
    """Say the change, with its interval where the two months share no case."""
    found = figures.difference(last, first) if first and last else None
    if found is None or first is None or last is None:
        return ""
    unit = figures.unit(last)
    scale, word = (100, "pp") if unit == "share" else (1, unit)
    said = f"{_signed(found['points'] * scale)} {word}"
    if last.span.start < first.span.end:
        return f"The change, {said}, is of two histories that overlap: it has no interval."
    if "low" not in found:
        return f"The change: {said}."
    low, high = (_signed(found[end] * scale) for end in ("low", "high"))
    chance = ", which may be chance" if found["low"] <= 0 <= found["high"] else ""
    return f"The change: {said} ({low} to {high}){chance}."


def _signed(value: float) -> str:
    sign = "+" if value > 0 else words.MINUS if value < 0 else ""
    return f"{sign}{words.number(abs(value), 1)}"


def drawn(months: Sequence[Month], title: str) -> SafeString | str:
    """Draw the months with their intervals and the table behind; those without are gaps."""
    known = [one.one for one in months if one.one is not None]
    if not known:
        return ""
    points = [
        charts.Point(month.day, *(
            (None,) if month.one is None else (month.one.value, month.one.low, month.one.high)
        ))
        for month in months
    ]  # fmt: skip
    return charts.line(
        points, label=f"{title} by month", unit=figures.unit(known[-1]),
        shaded="shaded: 95 % interval",
    )  # fmt: skip
