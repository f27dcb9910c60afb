"""The shapes of answers about the score. Points are 0..100, shares 0..1, days local dates."""

from datetime import date, datetime
from typing import Any

from ninja import Schema
from pydantic import Field


class StatementOut(Schema):
    name: str
    points: float
    n: int


class FeltOut(Schema):
    """What people say in the survey that the rules name."""

    value: float | None = Field(description="Null below the fewest answers.")
    low: float | None
    high: float | None
    n: int
    statements: list[StatementOut]
    since: datetime
    until: datetime
    metric: str


class PillarOut(Schema):
    key: str
    name: str
    weight: float
    points: float | None
    band: list[float] | None
    promises: int
    enough: bool


class BelievedPart(Schema):
    """What a segment leans on: the promise as a whole."""

    slug: str
    name: str
    points: float
    share: float
    phi: float = Field(description="How uneven days are; 1 is chance alone.")
    zero: bool = Field(description="Nothing may fail.")


class BelievedOut(Schema):
    """What is believed of one promise, and its part of the whole."""

    slug: str
    name: str
    pillar: str
    weight: float
    points: float
    share: float = Field(description="The share believed to be kept.")
    gap: float = Field(description="Failures by failures allowed; 1 is just as promised.")
    effective: float = Field(description="How many independent cases of today it is worth.")
    phi: float = Field(description="How uneven days are; 1 is chance alone.")
    enough: bool
    retired: bool


class BelievedSegmentOut(Schema):
    """One segment of a promise. What leans on the promise is nearer to it the fewer the cases."""

    segment: str = Field(description="“” where no segment is said, “…” those beyond the largest.")
    kept: float = Field(description="Cases, decayed.")
    broken: float
    effective: float = Field(description="How many independent cases of today it is worth.")
    share: float = Field(description="The share believed to be kept.")
    interval: list[float] = Field(description="Of the share, 90 %.")
    points: float | None = Field(description="Null with too few cases.")
    band: list[float] | None = Field(description="Of the points, 90 %.")
    beyond: float = Field(description="Cases broken beyond what was allowed; below 0: fewer.")


class PartedOut(Schema):
    """A strand of a promise by segments; `lent` is how many cases the promise's share is worth."""

    promise: BelievedPart
    attribute: str = Field(description="Of which segments are the values; “” where none is told.")
    lent: float
    segments: list[BelievedSegmentOut]


class WeighingOut(Schema):
    """An integrity event that counts now."""

    id: int
    kind: str
    slug: str
    weight: float = Field(description="Its part in the exponent of the factor.")


class ScoreOut(Schema):
    """The score of a day. `value` and `interval` are null without enough evidence."""

    day: date
    value: float | None
    interval: list[float] | None
    grade: str = Field(description="strong, fair, thin; not_enough, nothing.")
    rules: int = Field(description="The version of the rules; 0 is as shipped.")
    points: float | None = Field(description="What the number would be; never shown as a score.")
    composed: float | None = Field(description="Before integrity.")
    band: list[float] | None
    factor: float = Field(description="What integrity events leave of it.")
    cover: float
    effective: float
    reason: str
    pillars: list[PillarOut]
    promises: list[BelievedOut]
    untested: list[str]
    excluded: int
    integrity: list[WeighingOut]
    felt: FeltOut | None


class StoredOut(Schema):
    """The score of a day as it was computed at an instant."""

    id: int
    day: date
    scope: str
    value: float | None
    low: float | None
    high: float | None
    grade: str
    rules: int
    computed_at: datetime
    detail: dict[str, Any]


class CauseOut(Schema):
    cause: str
    segment: str | None
    points: float
    day: date | None
    kept: int
    broken: int
    before: float | None
    after: float | None
    cases: str = Field(description="Where the desk shows the cases.")


class MoverOut(Schema):
    """A promise: the points of its causes add up to its own."""

    slug: str
    name: str
    pillar: str
    points: float
    attribute: str = Field(description="What its segments are; empty where it has none.")
    causes: list[CauseOut]


class DeedOut(Schema):
    id: int
    kind: str
    promise: str
    summary: str
    points: float


class AttributionOut(Schema):
    """Why the score moved: `change` is the sum of the points of `promises` and `integrity`."""

    since: date = Field(alias="from")
    until: date = Field(alias="to")
    before: float | None
    after: float | None
    change: float
    pillars: dict[str, float]
    promises: list[MoverOut]
    integrity: list[DeedOut]


class RulesOut(Schema):
    number: int
    author: str
    reason: str
    created_at: datetime | None
    constants: dict[str, Any]
    document: dict[str, Any]


class IntegrityOut(Schema):
    id: int
    slug: str
    kind: str
    promise: str
    happened_on: date
    counts_from: date
    summary: str
    evidence: str
    found: bool = Field(description="By the machine; else somebody signed it.")
    signed_by: str
    recorded_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str
    withdrawn_why: str
