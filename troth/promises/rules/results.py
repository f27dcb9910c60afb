"""What a judgement says, as values: the words that pages, API and files share."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from troth.promises.rules.terms import Terms

LocalDay = date  # where a field is called date


class Verdict(StrEnum):
    """The states of a promise. Silence is never good news: no data is not kept."""

    KEPT = "kept"
    AT_RISK = "at_risk"
    BROKEN = "broken"
    NO_DATA = "no_data"
    NOT_ENOUGH = "not_enough"
    SUSPENDED = "suspended"


class Counted:
    """Whatever has `good` of `total`: how many failed, and the share that was kept."""

    __slots__ = ()
    good: int
    total: int

    @property
    def bad(self) -> int:
        return self.total - self.good

    @property
    def share(self) -> float | None:
        """Good by total, or None where nothing was judged."""
        return self.good / self.total if self.total else None


class CountedRaw(Counted):
    """The same with its figures before any exclusion."""

    __slots__ = ()
    raw_good: int
    raw_total: int

    @property
    def raw_share(self) -> float | None:
        return self.raw_good / self.raw_total if self.raw_total else None


@dataclass(frozen=True, slots=True)
class Count(Counted):
    """Whole numbers: `good` of `total` cases, weights included. Added up, never averaged."""

    good: int = 0
    total: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.good + other.good, self.total + other.total)

    def __sub__(self, other: "Count") -> "Count":
        return Count(self.good - other.good, self.total - other.total)


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the share lies at 90 % confidence, corrected for uneven days; both in 0..1."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Budget:
    """How many cases may fail in the window, and how fast that is used up.

    `allowed` is exact. `consumed` is bad / allowed (1.0 = all of it), `burn` the speed in the
    last quarter of the window (1.0 = lasts exactly the window), `exhausted_in` the time left at
    that speed: None where it does not run out or is used up already. A promise of 100 % has none.
    """

    allowed: Fraction
    consumed: float | None
    burn: float | None
    exhausted_in: timedelta | None


@dataclass(frozen=True, slots=True)
class Excluded(Counted):
    """The cases that one category of exclusion takes out of a window, or would have."""

    category: str
    good: int
    total: int
    cap: Fraction | None
    applied: bool  # False: over its cap, so that none of them is taken out


@dataclass(frozen=True, slots=True)
class WindowResult(CountedRaw):
    """One window of one promise at one instant.

    `good` and `total` are adjusted by exclusions and drive the verdict; the raw figures are
    beside them. `why` is one word for the deciding rule: suspended, zero_tolerance, silent,
    untested, few_cases, short_history, over_budget, posterior, burn, forecast, missing_slices,
    attested, not_attested, within.
    """

    window: str
    starts_at: datetime  # exclusive
    at: datetime  # inclusive
    verdict: Verdict
    why: str
    good: int
    total: int
    raw_good: int
    raw_total: int
    target: Fraction
    interval: Interval | None = None
    budget: Budget | None = None
    coverage: float = 1.0  # share of the window for which there is any history
    dispersion: float = 1.0  # Laney's φ
    forecast: float | None = None  # share expected once pending cases fall due
    unknown: int = 0  # slices without data, counted on neither side
    no_promise: int = 0  # cases opened in the window without a date: judged by nothing
    pending: int = 0  # cases opened by now and not yet due, whichever the window
    provisional: bool = False
    restated: bool = False
    excluded: tuple[Excluded, ...] = ()
    unpaused: Count | None = None  # business hours: as if no pause had been granted


@dataclass(frozen=True, slots=True)
class Day(Counted):
    """One local day of the strip."""

    date: date
    good: int
    total: int
    verdict: Verdict  # kept, broken, no_data or suspended; one day alone has no other
    provisional: bool = False
    restated: bool = False


@dataclass(frozen=True, slots=True)
class Standing(CountedRaw):
    """How one promise stands. The first window is the headline: its figures are repeated here."""

    slug: str
    name: str
    text: str
    pillar: str
    visibility: str  # public | audience | internal
    evaluator: str  # event | deadline | timeslice | invariant | attestation
    verdict: Verdict
    why: str
    good: int
    total: int
    raw_good: int
    raw_total: int
    target: Fraction
    interval: Interval | None
    budget: Budget | None
    coverage: float
    provisional: bool
    restated: bool
    windows: tuple[WindowResult, ...]
    strip: tuple[Day, ...]  # the last 90 local days, oldest first
    pending: int = 0  # opened, not yet due
    judged_at: datetime | None = None  # None: never judged, shown as not measured
    zone: str = "UTC"
    version: int = 1
    effective_from: datetime | None = None  # None: since the first signal
    touchpoint: str = ""
    step: str = ""  # of the customer's journey
    audience: str = ""
    source_url: str = ""
    remedy: str = ""
    segments: tuple[str, ...] = ()
    managed_by: str = ""  # "files": changed by `troth apply` only
    retired_at: datetime | None = None
    position: int = 0
    timed: bool = False  # its counts are milliseconds, not cases
    hours: bool = False  # today so far is judged, too
    holidays: str = ""  # the calendar whose holidays are days of their own

    @property
    def flags(self) -> tuple[str, ...]:
        """The words `provisional` and `restated`, where they hold."""
        named = (("provisional", self.provisional), ("restated", self.restated))
        return tuple(name for name, holds in named if holds)


@dataclass(frozen=True, slots=True)
class FlipRow:
    """A change of verdict, once per window and change."""

    id: int
    slug: str
    name: str
    window: str
    was: str  # "" where nothing was judged before
    now: Verdict
    at: datetime
    headline: bool  # of the promise's first window
    visibility: str = "public"


@dataclass(frozen=True, slots=True)
class TargetChange:
    """A public fact: from `effective_from` on, another target, or another way to count."""

    slug: str
    name: str
    version: int
    was: Fraction | None  # None: the first version
    now: Fraction
    effective_from: datetime | None
    declared_at: datetime
    reason: str
    author: str
    changed: tuple[str, ...] = ()  # the fields of the document that differ from the one before


@dataclass(frozen=True, slots=True)
class RestatementRow:
    """A result that changed after its watermark."""

    slug: str
    bucket: datetime
    date: date
    before_good: int
    before_total: int
    after_good: int
    after_total: int
    reason: str  # late signals | corrected signals | exclusion | removed signals
    at: datetime
    days: int = 1  # counted again together, from `date` on
    last: LocalDay | None = None  # of several days


@dataclass(frozen=True, slots=True)
class ExclusionRow:
    """A signed exclusion: which cases, why, and who answers for it."""

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
    retroactive: bool  # signed after the time it covers had begun
    withdrawn_by: str = ""


@dataclass(frozen=True, slots=True)
class SuspensionRow:
    id: int
    slug: str
    starts_at: datetime
    ends_at: datetime | None
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Month(Counted):
    """One calendar month of a backtest; `kept` is None where nothing was judged."""

    starts_at: datetime
    good: int
    total: int
    kept: bool | None


@dataclass(frozen=True, slots=True)
class Backtest:
    """What a promise would have been worth in the past, judged on what is known now.

    `share` is over all months. `tight` says that fewer than four fifths of the cases would have
    met it. `suggested` is the time within which nine of ten cases were in fact done (deadline
    promises only), `gap` the early (-) and late (+) seconds at the median and at nine of ten.
    """

    months: tuple[Month, ...]
    kept: int
    judged: int
    share: float | None
    tight: bool
    suggested: timedelta | None
    sentence: str
    warning: str = ""
    gap: "Gap | None" = None


@dataclass(frozen=True, slots=True)
class Gap:
    """Expected against experienced: resolved - due in seconds; early is negative, late positive."""

    n: int
    mean: float | None
    p50: float | None
    p90: float | None
    early: int = 0  # cases resolved by their due time
    late: int = 0


@dataclass(frozen=True, slots=True)
class Detail:
    """Everything the page of one promise shows."""

    standing: Standing
    document: dict[str, object]  # the version in force, as declared
    how_counted: tuple[str, ...]  # plain sentences
    targets: tuple[TargetChange, ...]
    flips: tuple[FlipRow, ...]
    restatements: tuple[RestatementRow, ...]
    exclusions: tuple[ExclusionRow, ...]
    suspensions: tuple[SuspensionRow, ...]
    gap: Gap | None = None
    series: tuple[Day, ...] = field(default=())  # up to 400 days, for the chart
    terms: Terms | None = None  # the version in force, read; None where values are made by hand
