"""The shapes of answers about what fades. Shares are 0..1, sizes of shares percentage points."""

from datetime import date, datetime
from typing import Any

from ninja import Schema
from pydantic import Field

_ENOUGH = "Null with too few cases."


class TouchpointOut(Schema):
    """One watched stream."""

    key: str
    name: str
    touchpoint: str
    step: str
    reading: str = Field(description="share, mean or count.")
    better: str = Field(description="more or less.")
    unit: str
    target: float | None
    weight: float = Field(description="What one bad case costs, against others.")
    zone: str


class CellOut(Schema):
    """A stream over the last 28 whole days."""

    stream: TouchpointOut
    delivered: float | None = Field(description=_ENOUGH)
    low: float | None = Field(description="Of the 90 % interval.")
    high: float | None
    cases: int
    short: float | None = Field(description="By how much less than promised; below 0: more.")
    missed: float | None = Field(description="Cases beyond what the promise allows.")
    typical_day: float | None
    bad_day: float | None = Field(description="One of ten days is as bad.")
    last_day: date | None
    fading: list[str] = Field(description="Kinds of the facts that are open.")


class JudgedDayOut(Schema):
    """One local day against what was usual of it. `z` is positive where it is worse."""

    day: date
    value: float | None
    n: int
    expected: float | None
    low: float | None
    high: float | None
    z: float | None
    ewma: float | None
    rules: list[str] = Field(description="Run rules that hold; never told.")


class PhaseOut(Schema):
    """From `starts_on` on days are read against this."""

    number: int
    starts_on: date
    frozen_at: datetime | None = Field(description="Null: too few days yet.")
    center: float | None
    dispersion: float | None
    days: int
    reason: str
    author: str
    decided_at: datetime


class FactOut(Schema):
    """What left its usual. A stack is of no stream; `contributors` name those it is made of."""

    id: int
    kind: str
    stream: str | None = Field(description="The key of its stream.")
    name: str
    segment: dict[str, str | None]
    text: str = Field(description="What is to be said of it, in half a sentence.")
    since: date | None
    opened_on: date
    opened_at: datetime
    recorded_at: datetime
    size: float
    rings: bool = Field(description="Within the budget of false alarms; else it is only drawn.")
    evidence: dict[str, Any]
    contributors: list[dict[str, Any]]
    growth: int = Field(description="How often it has doubled since it was told.")
    closed_on: date | None
    closed_at: datetime | None
    why_closed: str


class DriftOut(Schema):
    """A stream day by day."""

    stream: TouchpointOut
    limit: float | None = Field(description="Of a fade's average, in its own sigmas.")
    days: list[JudgedDayOut]
    phases: list[PhaseOut]
    level_changed_on: list[date] = Field(description="Seen from the end of the span.")
    facts: list[FactOut]


class SideOut(Schema):
    name: str = Field(description="expected, promised, delivered or perceived.")
    value: float | None
    low: float | None
    high: float | None
    n: int | None = Field(description="Null: it was said, not counted.")
    source: str


class DistanceOut(Schema):
    first: str
    second: str
    size: float
    low: float
    high: float
    is_sure: bool = Field(description="Chance alone does not explain it.")
    is_worse: bool


class SidesOut(Schema):
    """What was expected, promised, delivered and perceived of one touchpoint."""

    stream: TouchpointOut
    start: datetime
    end: datetime
    sides: list[SideOut]
    gaps: list[DistanceOut]


class TrifleOut(Schema):
    """A gap that came back on three days of the week or more."""

    stream: TouchpointOut
    cases: float = Field(description="Beyond what was promised, or is usual.")
    volume: int
    gap: float
    days: int
    loss: float = Field(description="Cases by the stream's weight.")
    noticed: bool = Field(description="An alarm told of it.")


class BlindOut(Schema):
    touchpoint: str
    step: str
    streams: list[str]
    last: date | None
    why: str
