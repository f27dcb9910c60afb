"""What an outcome comes to: never a rate without what it was made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from troth.core.windows import Span

Fact = float | int | str | None


class State(StrEnum):
    SHOWN = "shown"
    NOT_ENOUGH = "not_enough"  # fewer cases than the least it is shown for: counts only
    NO_DATA = "no_data"  # no case at all
    UNDEFINED = "undefined"  # there are cases, and the figure has no value: nothing to divide by


class Unit(StrEnum):
    """What the value is in, where it is not a unit of the signals."""

    SHARE = "share"  # 0..1
    POINTS = "points"  # -100..100, of NPS
    RATIO = "ratio"  # so many to one
    SECONDS = "s"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number with its interval, and the counts that it was made of.

    `n` is the number of independent cases: answers, orders, customers. `low` and `high` are the
    95 % interval. What cannot be given is None.
    """

    value: float | None
    numerator: float
    denominator: float
    n: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A figure that belongs to another one: a band, a cohort, a class, a side of a comparison."""

    name: str
    figure: Figure
    unit: str = Unit.SHARE


@dataclass(frozen=True, slots=True)
class Point:
    """One step of a curve at `x` periods: of `n` at risk, `value` (0..1) with its interval."""

    x: float
    value: float
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Curve:
    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a formula finds: its figure, parts, curves, what was left out and why, and remarks.

    `facts` holds numbers that have no interval: parameters of a model, a z, a verdict in one word.
    `needs` says what it would take where there are cases and no value.
    """

    figure: Figure
    parts: tuple[Part, ...] = ()
    curves: tuple[Curve, ...] = ()
    excluded: Mapping[str, int] = field(default_factory=dict)
    facts: Mapping[str, Fact] = field(default_factory=dict)
    needs: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """An outcome over a span, as it is shown, stored and exported.

    `value`, `low` and `high` are None unless `state` is shown: below `minimum_n` there are counts
    and no rate. The same holds for each part, by its own n. `excluded` is reason → cases left out.
    `definition_version` names the definition that was used; the same text, the same arithmetic.
    """

    name: str
    title: str
    span: Span
    segment: Mapping[str, str]
    unit: str
    better: str  # more or less: which is good news
    numerator: float
    denominator: float
    n: int
    value: float | None
    low: float | None
    high: float | None
    state: State
    minimum_n: int
    definition_version: str
    computed_at: datetime
    excluded: Mapping[str, int] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    curves: tuple[Curve, ...] = ()
    facts: Mapping[str, Fact] = field(default_factory=dict)
    doc: str = ""
    needs: str = ""  # what it would take, where there are cases and no value

    @property
    def is_shown(self) -> bool:
        return self.state is State.SHOWN

    @property
    def is_idle(self) -> bool:
        """Return whether it is of one kind of signals (“on_time:visit”) that has no case for it."""
        return ":" in self.name and self.state is State.NO_DATA


def nothing(n: int = 0) -> Figure:
    return Figure(value=None, numerator=0, denominator=0, n=n)
