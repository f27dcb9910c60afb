"""What comes next in words: the same on a touchpoint's page and on that of a promise."""

from collections.abc import Sequence
from dataclasses import dataclass

from troth.metrics import wording
from troth.metrics.drift.foresight import CASES, WEEK, Foresight
from troth.ui import words


@dataclass(frozen=True, slots=True)
class Told:
    """One period that comes, as people say it. `held` is how past forecasts did, "" before any."""

    period: str
    dates: str
    expected: str
    low: str
    high: str
    cases: str
    held: str


@dataclass(frozen=True, slots=True)
class Coming:
    """What is foreseen, in words, and why the rest is not."""

    each: tuple[Told, ...]
    without: str


def told(found: Sequence[Foresight], *, reading: str, unit: str = "") -> Coming:
    """Return each period that is foreseen, in words."""
    return Coming(tuple(_told(one, reading, unit) for one in found), _without(found, reading))


def _without(found: Sequence[Foresight], reading: str) -> str:
    """Say of what nothing can be told, and what it takes."""
    lengths = {one.days for one in found}
    if lengths == {1, WEEK}:
        return ""
    periods = f"nine periods before it with {CASES} cases or more"
    takes = "nine periods before it" if reading == "count" else f"{periods}, and as many to come"
    of = {1: "a week", WEEK: "a day"}.get(next(iter(lengths), 0), "a day or a week")
    return f"Nothing is foreseen of {of}: that takes {takes}."


def _told(one: Foresight, reading: str, unit: str) -> Told:
    low, high = (_said(end, reading, unit) for end in (one.low, one.high))
    return Told(
        period="The next day" if one.days == 1 else f"The next {one.days} days",
        dates=dates(one),
        expected=_said(one.expected, reading, unit),
        low=low,
        high=high,
        cases=f"about {words.number(one.cases)}" if one.cases else words.NOTHING,
        held=f"{one.held} of {one.forecasts}" if one.forecasts else "",
    )


def _said(value: float, reading: str, unit: str) -> str:
    """Write a figure; of a count no parts of a case."""
    return wording.read(round(value) if reading == "count" else value, reading, unit)


def dates(one: Foresight) -> str:
    """Write the days of a period: “23 November 2026”, “23 to 29 Nov”."""
    if one.days == 1:
        return words.day(one.starts_on)
    return f"{words.day(one.starts_on, short=True)} to {words.day(one.ends_on, short=True)}"
