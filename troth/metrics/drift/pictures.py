"""What is shown of streams, as values for screens, charts and programs."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from troth.metrics.drift.enrolment import Threshold
from troth.metrics.drift.foresight import Foresight
from troth.metrics.drift.hours import SoFar
from troth.metrics.drift.lessons import Lesson


@dataclass(frozen=True, slots=True)
class StreamView:
    """A stream as people see it. `better` is "more" or "less"; `reading` share, mean or count."""

    pk: int
    key: str
    name: str
    touchpoint: str
    step: str
    reading: str
    better: str
    unit: str
    target: float | None
    expected: float | None
    weight: float
    series: int
    zone: str
    calendar: str = ""  # of the holidays that it is read with


@dataclass(frozen=True, slots=True)
class FadeView:
    """A fact: what left its usual, when that was seen and since when it has been so.

    `size` is how much worse than usual: percentage points of a share, else in the stream's unit.
    `stream` is None for a stack, which is of all streams; `contributors` then names them, the
    largest first, each with `stream`, `name`, `touchpoint`, `part` (share of the whole) and `size`.
    `growth` is how often it has doubled since, last on `grown_on`, to `grown_size`.
    """

    pk: int
    kind: str
    stream: StreamView | None
    segment: dict[str, str | None]
    opened_on: date
    opened_at: datetime
    onset: date | None
    size: float
    rings: bool
    evidence: dict[str, Any]
    contributors: list[dict[str, Any]]
    recorded_at: datetime
    closed_on: date | None
    closed_at: datetime | None
    why_closed: str
    growth: int = 0
    grown_on: date | None = None
    grown_size: float | None = None

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def is_good(self) -> bool:
        """Whether it went better than usual: a good day is told as such, and needs nobody."""
        return self.size < 0


@dataclass(frozen=True, slots=True)
class HourView:
    """One local hour of today: what is usual of it and what came (None: nothing, or not over).

    Of shares the part that goes the worse way, of counts the cases, of means the mean.
    """

    hour: int
    usual: float
    seen: float | None
    cases: int


@dataclass(frozen=True, slots=True)
class TodayView:
    """Today until the end of an hour. `so_far` None: there is nothing to say, and `why`."""

    day: date
    until: datetime | None
    why: str
    so_far: SoFar | None = None
    hours: tuple[HourView, ...] = ()


@dataclass(frozen=True, slots=True)
class BucketView:
    """One bucket of a day: what came, and what the same time brought before (None: not known).

    Of shares the part that goes the worse way. `score` is -log10 of how rare such a distance is;
    `tells` marks the greatest of a surprise.
    """

    start: datetime
    value: float
    cases: int
    expected: float | None
    score: float
    tells: bool


@dataclass(frozen=True, slots=True)
class WithinView:
    """The last day in buckets of `grain` seconds; a score of `drawn_at` or more is a surprise."""

    grain: int
    drawn_at: float
    buckets: tuple[BucketView, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened on a day, to be drawn: a release, an incident, a decision."""

    day: date
    kind: str
    title: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """One local day. `value` is None where nothing happened; so is `z` before there is a baseline.

    `low` and `high` are the limits of one day (3 sigma, dispersion corrected), in the value's unit.
    `z` is how far the value is from the expected one, in sigmas, positive = worse. `ewma` is the
    fade's average of z in its own sigmas, to be compared with `Chart.limit`. `rules` names the run
    rules that hold: they are drawn, never told to anyone.
    """

    day: date
    value: float | None
    n: int
    expected: float | None = None
    low: float | None = None
    high: float | None = None
    z: float | None = None
    ewma: float | None = None
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Phase:
    """From `starts_on` on days are read against this baseline. `frozen_at` None: too few days."""

    number: int
    starts_on: date
    frozen_at: datetime | None
    center: float | None
    dispersion: float | None
    days: int
    reason: str
    author: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that one drawing of a stream needs.

    `shifts` are the days on which the level changed, looked at afterwards over the whole span.
    `offered` (first day, days with data) is a longer even past that would make a better usual.
    `lesson` is how that usual would learn what holidays are like, whose calendar it never met.
    `next` is where the next day and the next week will lie, as far as that can be told.
    `limits` are those that people set on a day.
    """

    stream: StreamView
    points: tuple[Point, ...]
    phases: tuple[Phase, ...]
    limit: float | None
    fades: tuple[FadeView, ...] = ()
    events: tuple[Event, ...] = field(default=())
    shifts: tuple[date, ...] = field(default=())
    offered: tuple[date, int] | None = None
    lesson: Lesson | None = None
    next: tuple[Foresight, ...] = ()
    limits: tuple[Threshold, ...] = ()


@dataclass(frozen=True, slots=True)
class Blind:
    """A touchpoint that says nothing: declared, but without signals. `last` is when it last did.

    Without a `touchpoint` it is the one stream or promise that `streams` names.
    """

    touchpoint: str
    step: str
    streams: tuple[str, ...]
    last: date | None
    why: str

    @property
    def title(self) -> str:
        """Return what people call it."""
        return self.touchpoint or ", ".join(self.streams)


@dataclass(frozen=True, slots=True)
class Loss:
    """A recurring trifle: too small on each day to be noticed, ranked by what it adds up to.

    `gap` is delivered against promised (without a promise: against usual), in the reading's unit,
    `cases` how many it touched beyond that, `loss` their number times the stream's weight.
    `days` says on how many days of the week it was there.
    """

    stream: StreamView
    cases: float
    volume: int
    gap: float
    days: int
    loss: float
    noticed: bool


@dataclass(frozen=True, slots=True)
class Apart:
    """One segment of a stream against its own usual.

    `value` and `n` are of the last 28 days, `usual` of such a day, `score` its fade's average in
    sigmas, positive = worse. `stands_out`: among all segments of that day, with at most one in
    twenty of those that stand out there by chance (Benjamini and Hochberg).
    """

    segment: dict[str, str | None]
    value: float | None
    usual: float
    n: int
    score: float
    stands_out: bool


@dataclass(frozen=True, slots=True)
class Predictability:
    """How far one can rely on a usual day: apart from how high the level is.

    `dispersion` is the baseline's scatter in sigmas of chance (of a mean: in its unit),
    `times_wider` how much more the last 28 days scatter. `p50` and `p90` are of single values,
    where the distribution is kept; `ratio` says how much longer the unlucky tenth has it.
    """

    dispersion: float | None
    times_wider: float | None
    p50: float | None = None
    p90: float | None = None

    @property
    def ratio(self) -> float | None:
        return self.p90 / self.p50 if self.p50 and self.p90 is not None else None
