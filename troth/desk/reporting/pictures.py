"""What is drawn in a report: plain values, which a screen draws as SVG and paper as it can."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.safestring import SafeString

from troth.ui import charts, words
from troth.ui.charts import Mark, Point, Range

MOST: Final = 30  # figures under each other
_FEWEST: Final = 2  # points that make a line


@dataclass(frozen=True, slots=True)
class Ranges:
    """Figures under each other with their intervals; `keys` say what the marks are."""

    heading: str
    rows: tuple[Range, ...]
    unit: str
    keys: tuple[str, ...]

    @property
    def svg(self) -> SafeString:
        return charts.ranges(self.rows, label=f"{self.heading}.", unit=self.unit, legend=self.keys)


@dataclass(frozen=True, slots=True)
class Course:
    """A figure day by day, or month by month, oldest first. A point without a value is a gap."""

    heading: str
    points: tuple[Point, ...]
    unit: str
    band: str  # what the shaded part is

    @property
    def svg(self) -> SafeString:
        return charts.line(
            self.points, label=f"{self.heading}.", unit=self.unit, shaded=f"shaded: {self.band}"
        )

    @property
    def text(self) -> str:
        """Say from where to where it went, and what was the lowest and the highest."""
        known = [one for one in self.points if one.value is not None]
        ends = [f"{said(one.value, self.unit)} on {words.day(one.at)}" for one in known]
        low, high = (f(one.value or 0 for one in known) for f in (min, max))
        return (
            f"{self.heading}: from {ends[0]} to {ends[-1]}; "
            f"lowest {said(low, self.unit)}, highest {said(high, self.unit)}."
        )


@dataclass(frozen=True, slots=True)
class Steps:
    """What is left of a beginning, period by period."""

    heading: str
    marks: tuple[Mark, ...]
    unit: str  # what a period is, in the plural

    @property
    def svg(self) -> SafeString:
        return charts.curves([("all customers", self.marks)], f"{self.heading}.", unit=self.unit)


Picture = Ranges | Course | Steps


def said(value: float | None, unit: str) -> str:
    """Write a figure in its unit, with as many digits as a chart bears."""
    if value is None or unit == "share":
        return words.share(value)
    if unit == "seconds":
        return words.duration(value)
    word = "" if unit == "points" else unit
    return f"{words.number(value, 1)} {word}".strip()


def ranges(heading: str, rows: Sequence[Range], unit: str, *keys: str) -> tuple[Ranges, ...]:
    """Return the figures as a picture; nothing where none of them has a value."""
    if all(one.value is None for one in rows):
        return ()
    return (Ranges(heading, tuple(rows[:MOST]), unit, keys),)


def course(heading: str, points: Sequence[Point], unit: str, band: str) -> tuple[Course, ...]:
    """Return the line as a picture; nothing where fewer than two points have a value."""
    if sum(one.value is not None for one in points) < _FEWEST:
        return ()
    return (Course(heading, tuple(points), unit, band),)
