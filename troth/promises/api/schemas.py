"""The shapes of answers. Shares are 0..1, durations seconds, instants UTC."""

from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Annotated, Any

from ninja import Schema
from pydantic import BeforeValidator, Field

from troth.promises.rules.remedies import RemedyState
from troth.promises.rules.results import Verdict


def _number(value: object) -> object:
    return float(value) if isinstance(value, Fraction) else value


def _seconds(value: object) -> object:
    return value.total_seconds() if isinstance(value, timedelta) else value


Number = Annotated[float, BeforeValidator(_number)]
Seconds = Annotated[float, BeforeValidator(_seconds)]


class IntervalOut(Schema):
    low: float
    high: float


class BudgetOut(Schema):
    allowed: Number = Field(description="How many cases may fail in the window.")
    consumed: float | None = Field(description="Failed by allowed; 1 is all of it.")
    burn: float | None = Field(description="Speed; 1 lasts exactly the window.")
    exhausted_in: Seconds | None = Field(description="Seconds left at that speed.")


class ExcludedOut(Schema):
    category: str
    good: int
    total: int
    cap: Number | None
    applied: bool = Field(description="False: over its cap, so nothing is left out.")


class WindowOut(Schema):
    window: str
    starts_at: datetime = Field(description="Exclusive.")
    at: datetime = Field(description="Inclusive.")
    verdict: Verdict
    why: str
    good: int
    total: int
    share: float | None
    raw_good: int
    raw_total: int
    target: Number
    interval: IntervalOut | None
    budget: BudgetOut | None
    coverage: float
    dispersion: float
    forecast: float | None
    unknown: int
    no_promise: int
    provisional: bool
    restated: bool
    excluded: list[ExcludedOut]


class DayOut(Schema):
    date: date
    good: int
    total: int
    share: float | None
    verdict: Verdict
    provisional: bool
    restated: bool


class StandingOut(Schema):
    """How one promise stands; the figures are those of its first window."""

    slug: str
    name: str
    text: str
    pillar: str
    touchpoint: str
    step: str = Field(description="Of the customer's journey; often none.")
    audience: str
    visibility: str
    evaluator: str
    verdict: Verdict
    why: str
    flags: list[str]
    good: int
    total: int
    share: float | None
    raw_good: int
    raw_total: int
    target: Number
    interval: IntervalOut | None
    budget: BudgetOut | None
    coverage: float
    pending: int
    version: int
    zone: str
    source_url: str
    remedy: str
    segments: list[str]
    hours: bool = Field(description="Whether today so far is judged, hour by hour.")
    holidays: str = Field(description="The calendar whose holidays are read apart; often none.")
    managed_by: str
    effective_from: datetime | None
    judged_at: datetime | None
    windows: list[WindowOut]


class TargetOut(Schema):
    slug: str
    version: int
    was: Number | None
    now: Number
    effective_from: datetime | None
    declared_at: datetime
    reason: str
    author: str
    changed: list[str]


class FlipOut(Schema):
    id: int
    slug: str
    name: str
    window: str
    was: str
    now: Verdict
    at: datetime
    headline: bool


class RestatementOut(Schema):
    slug: str
    date: date
    before_good: int
    before_total: int
    after_good: int
    after_total: int
    reason: str
    at: datetime


class ExclusionOut(Schema):
    id: int
    slug: str
    category: str
    reason: str
    signed_by: str
    where: str
    starts_at: datetime | None
    ends_at: datetime | None
    recorded_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str
    retroactive: bool


class SuspensionOut(Schema):
    id: int
    slug: str
    starts_at: datetime
    ends_at: datetime | None
    reason: str
    by: str


class RemedyOut(Schema):
    """One thing recorded about a remedy."""

    number: int
    state: RemedyState
    note: str = Field(description="Public.")
    internal_note: str
    by: str
    at: datetime


class ViolationOut(Schema):
    """A time in which one window of a promise was broken, and what became of its remedy."""

    id: int
    slug: str
    name: str
    visibility: str
    window: str
    headline: bool
    began_at: datetime
    ended_at: datetime | None
    ended_as: str = Field(description="The verdict after it, or withdrawn, dropped; empty yet.")
    lasted: Seconds | None = Field(description="Seconds; null while it is broken.")
    restated: bool = Field(description="It came to light when a closed day was counted anew.")
    remedy: str = Field(description="What the promise named when it broke.")
    state: RemedyState
    note: str
    remedies: list[RemedyOut] = Field(description="Oldest first; the newest one counts.")


class ApartOut(Schema):
    slug: str
    name: str
    verdict: Verdict


class ReputationOut(Schema):
    """The share of promises kept, by their first window. At risk is still kept."""

    kept: int
    judged: int
    at_risk: int
    share: float | None = Field(description="Null where fewer than five can be judged.")
    interval: IntervalOut | None = Field(description="Of the share, at 90 %.")
    apart: list[ApartOut] = Field(description="Neither kept nor broken: not counted.")


class GapOut(Schema):
    """Experienced minus promised, in seconds: early is negative, late positive."""

    n: int
    mean: float | None
    p50: float | None
    p90: float | None
    early: int
    late: int


class LeftOut(Schema):
    """That a segment left what was usual of itself: drawn, and rung for nobody."""

    since: date
    told_on: date
    size: float = Field(description="Percentage points worse than its own usual when it was told.")


class SegmentOut(Schema):
    value: str | None
    good: int
    total: int
    share: float | None
    left: LeftOut | None = Field(description="Null: it is as usual of it, or nobody looks at it.")


class DocumentOut(Schema):
    """The promise as declared, with what the house knows of it."""

    slug: str
    version: int
    managed_by: str
    retired_at: datetime | None
    document: dict[str, Any]


class MonthOut(Schema):
    starts_at: datetime
    good: int
    total: int
    kept: bool | None


class BacktestOut(Schema):
    sentence: str
    warning: str
    kept: int
    judged: int
    share: float | None
    tight: bool
    suggested: Seconds | None
    gap: GapOut | None
    months: list[MonthOut]
    how_counted: list[str]
