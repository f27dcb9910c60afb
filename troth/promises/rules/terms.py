"""What a promise says, once it is understood: the values that judging works on."""

from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from functools import cache
from zoneinfo import ZoneInfo

from troth.core import windows
from troth.core.problems import DocumentError as DocumentError  # noqa: PLC0414 - said from here
from troth.core.problems import Problem as Problem  # noqa: PLC0414 - the same
from troth.core.windows import Window

EVALUATORS = ("event", "deadline", "timeslice", "invariant", "attestation")
NO_DATA = ("unknown", "kept", "broken")
# Everyone; the private pages of its audience and staff; staff alone.
VISIBILITIES = ("public", "audience", "internal")


@dataclass(frozen=True, slots=True)
class Needs:
    """What must be there before there is a verdict. Durations in seconds.

    A day's result is closed `closing` after its end. Only a declared watermark makes whole windows
    provisional; without one, late signals are waited for a day.
    """

    cases: int = 30
    coverage: Fraction = Fraction(9, 10)
    heartbeat: int | None = None
    watermark: int | None = None
    no_data: str = "unknown"

    @property
    def closing(self) -> int:
        return windows.DAY if self.watermark is None else self.watermark


@dataclass(frozen=True, slots=True)
class Category:
    """A reason for which cases may be excluded, up to `cap` of the window's cases."""

    name: str
    cap: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Counting:
    """Which cases there are, when each is judged, and when it is kept. Texts of expressions.

    `due` is an expression for the due instant, "" where the evaluator has none. `after` and
    `calendar` stand in its place where business hours count. `slice` is in seconds.
    """

    evaluator: str
    kinds: tuple[str, ...]
    where: str = ""
    at: str = "happened_at"
    good: str = ""
    due: str = ""
    after: int | None = None
    calendar: str = ""
    value: str = ""
    slice: int | None = None
    slice_good: str = ""

    @property
    def is_timed(self) -> bool:
        """Whether weights are milliseconds: so they are of every kind that ends in `.time`."""
        return bool(self.kinds) and all(kind.endswith(".time") for kind in self.kinds)

    @property
    def evidence(self) -> int:
        """How much weight is worth one case: of time a minute, for milliseconds are no cases."""
        return 60_000 if self.is_timed else 1

    @property
    def has_deadline(self) -> bool:
        return bool(self.due or self.after)

    @property
    def undated(self) -> bool:
        """Whether a case may come without a date, and so without a promise."""
        return bool(self.due) and "happened_at" not in self.due


@dataclass(frozen=True, slots=True)
class Terms:
    """One version of a promise."""

    slug: str
    name: str
    text: str
    counting: Counting
    target: Fraction
    windows: tuple[Window, ...]
    zone: str = "UTC"
    effective_from: datetime | None = None
    needs: Needs = field(default_factory=Needs)
    categories: tuple[Category, ...] = ()
    segments: tuple[str, ...] = ()
    pillar: str = ""
    touchpoint: str = ""
    step: str = ""  # of the customer's journey
    visibility: str = "public"
    audience: str = ""
    source_url: str = ""
    remedy: str = ""
    position: int = 0
    hours: bool = False  # today so far is judged, too
    holidays: str = ""  # the calendar whose holidays are days of their own
    cost: float = 1.0  # of one broken case, against those of other promises

    @property
    def evaluator(self) -> str:
        return self.counting.evaluator

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def min_cases(self) -> int:
        """The weight needed for a verdict; a single case decides a promise of 100 %."""
        return 1 if self.target == 1 else self.needs.cases * self.counting.evidence

    @property
    def grains(self) -> tuple[int, ...]:
        """The bucket lengths to follow: days for the strip, and what each window needs."""
        return _grains(self.windows)


@cache
def _grains(chosen: tuple[Window, ...]) -> tuple[int, ...]:
    return tuple(sorted({windows.DAY, *map(windows.grain_for, chosen)}))
