"""From counts to a verdict, in the order that docs/promises.md gives. Exact: no float decides
what whole numbers can."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from troth.core import windows
from troth.core.windows import Rolling, Window
from troth.promises.rules import figures
from troth.promises.rules.figures import Forecast
from troth.promises.rules.frames import Column, Era, Frame, count_buckets, frame
from troth.promises.rules.results import Budget, Count, Excluded, Verdict, WindowResult
from troth.promises.rules.slices import Slices, filled
from troth.promises.rules.terms import Terms

EVIDENCE = 0.95  # the posterior probability that puts a promise at risk
MIN_RECENT_BAD = 2
# (share of the budget, long window in seconds): each with a short window of a twelfth.
BURN = (
    (Fraction(2, 100), windows.HOUR),
    (Fraction(5, 100), 6 * windows.HOUR),
    (Fraction(10, 100), windows.DAY),
    (Fraction(10, 100), 3 * windows.DAY),
)


def no_forecast() -> None:
    """Expect nothing of pending cases: where there are none."""


@dataclass(frozen=True, slots=True)
class State:
    """What besides the counts decides, at the instant judged.

    `restated` holds the days (epochs) whose closed result changed, `as_of` is what is known.
    """

    suspended: bool = False
    silent: bool = False
    restated: frozenset[int] = frozenset()
    as_of: datetime | None = None
    forecast: Callable[[], Forecast | None] = no_forecast
    slices: Slices | None = None
    pending: int = 0


@dataclass(frozen=True, slots=True)
class Counted:
    """The counts of one window: raw, and what is left after exclusions, by era and together."""

    raw: Count
    eras: tuple[tuple[Fraction, Count], ...]
    excluded: tuple[Excluded, ...] = ()
    unknown: int = 0
    applied: tuple[str, ...] = field(default=())

    @property
    def count(self) -> Count:
        return sum((count for _, count in self.eras), Count())

    @property
    def allowed(self) -> Fraction:
        """B = Σ (1 - T_v) · N_v: how many cases may fail."""
        return sum(((1 - target) * count.total for target, count in self.eras), Fraction(0))

    @property
    def breaks_zero(self) -> bool:
        """Whether a case failed for which 100 % had been promised."""
        return any(target == 1 and count.bad for target, count in self.eras)


def judge(
    terms: Terms, window: Window, eras: Sequence[Era], state: State, *, at: datetime
) -> WindowResult:
    """Judge one window at the aware instant `at`. `eras` are in order; the last is in force."""
    place = frame(window, at, terms.tz)
    counted = count(terms, eras, place, state)
    phi = _dispersion(eras, counted, place)
    case = _Case(terms, window, eras, state, at, place, counted, phi)
    why, verdict = _verdict(case)
    return _result(case, verdict, why)


@dataclass(frozen=True, slots=True)
class _Case:
    terms: Terms
    window: Window
    eras: Sequence[Era]
    state: State
    at: datetime
    place: Frame
    counted: Counted
    phi: float

    def recent(self, part_first: float) -> Count:
        """The adjusted count of the buckets from `part_first` on, at the window's grain."""
        return adjusted(self.eras, self.counted.applied, self.place.grain, part_first, self.at)


def count(terms: Terms, eras: Sequence[Era], place: Frame, state: State) -> Counted:
    """Count a window: raw, minus each category of exclusion that is within its cap."""
    raws, unknown = _filled(eras, place, state, terms.needs.no_data)
    raw, lefts, excluded = sum(raws, Count()), list(raws), []
    for category in terms.categories:
        outs, unseen = _filled(eras, place, state, terms.needs.no_data, category.name)
        out = sum(outs, Count())
        applied = category.cap is None or out.total <= category.cap * raw.total
        excluded.append(Excluded(category.name, out.good, out.total, category.cap, applied))
        if applied:
            lefts = [left - part for left, part in zip(lefts, outs, strict=True)]
            unknown -= unseen
    pairs = tuple((era.target, left) for era, left in zip(eras, lefts, strict=True))
    names = tuple(part.category for part in excluded if part.applied)
    return Counted(raw, pairs, tuple(excluded), unknown, names)


def _filled(
    eras: Sequence[Era], place: Frame, state: State, no_data: str, category: str = ""
) -> tuple[list[Count], int]:
    """Return the counts by era, slices without data filled in, and how many stay unknown."""
    part = f"excluded:{category}" if category else "judged"
    counts = [era.column(part, place.grain).count(place.first, place.end) for era in eras]
    if state.slices is None or not counts:
        return counts, 0
    missing = state.slices.missing(eras, place, category)
    counts[-1] = filled(counts[-1], missing, no_data)
    return counts, missing if no_data == "unknown" else 0


def adjusted(
    eras: Sequence[Era], applied: Sequence[str], grain: int, first: float, at: datetime
) -> Count:
    """Count the buckets from `first` up to `at`, without the applied categories."""
    found = Count()
    for era in eras:
        found += era.column("judged", grain).count(first, at.timestamp())
        for name in applied:
            found -= era.column(f"excluded:{name}", grain).count(first, at.timestamp())
    return found


def _dispersion(eras: Sequence[Era], counted: Counted, place: Frame) -> float:
    columns = [(era.column("judged", place.grain), 1) for era in eras]
    for name in counted.applied:
        columns += [(era.column(f"excluded:{name}", place.grain), -1) for era in eras]
    if len(columns) == 1:
        column = columns[0][0]
        low, high = column.buckets.searchsorted((place.first, place.end))
        return figures.dispersion(column.good[low:high], column.total[low:high])
    rows = [
        (bucket, sign * good, sign * total)
        for column, sign in columns
        for bucket, good, total in column.rows(place.first, place.end)
    ]
    merged = Column.of(rows)
    return figures.dispersion(merged.good, merged.total)


Decision = tuple[str, Verdict]
_OPEN = (Verdict.KEPT, Verdict.AT_RISK)  # what the pending cases may still decide
_SILENCE = {
    "unknown": Verdict.NO_DATA,
    "kept": Verdict.KEPT,
    "broken": Verdict.BROKEN,
}


def _verdict(case: _Case) -> Decision:
    """Ask each rule in order; the first that has an answer decides."""
    for rule in (_standing_still, _silence, _evidence, _spent, _risk):
        found = rule(case)
        if found:
            return found
    return "within", Verdict.KEPT


def _standing_still(case: _Case) -> Decision | None:
    if case.state.suspended:
        return "suspended", Verdict.SUSPENDED
    if case.counted.breaks_zero:
        return "zero_tolerance", Verdict.BROKEN
    return None


def _silence(case: _Case) -> Decision | None:
    policy, empty = case.terms.needs.no_data, case.counted.count.total == 0
    if empty:
        return "untested", _SILENCE[policy]
    if case.state.silent and policy != "kept":
        return "silent", _SILENCE[policy]
    return None


def _evidence(case: _Case) -> Decision | None:
    if case.counted.count.total < case.terms.min_cases:
        return "few_cases", Verdict.NOT_ENOUGH
    if isinstance(case.window, Rolling) and coverage(case) < case.terms.needs.coverage:
        return "short_history", Verdict.NOT_ENOUGH
    if _seen(case) < case.terms.needs.coverage:
        return "missing_slices", Verdict.NOT_ENOUGH
    return None


def coverage(case: _Case) -> Fraction:
    """Return the share of the window's buckets since the first one that ever held a case."""
    grain, place = case.place.grain, case.place
    firsts = [era.column("judged", grain).first for era in case.eras]
    first = min((bucket for bucket in firsts if bucket is not None), default=None)
    if first is None:
        return Fraction(0)
    if first <= place.first:
        return Fraction(1)
    since = windows.Span(_bucket(first, case), case.at)
    return Fraction(count_buckets(since, case.terms.tz, grain), place.count)


def _bucket(epoch: int, case: _Case) -> datetime:
    return datetime.fromtimestamp(epoch, tz=UTC)


def _seen(case: _Case) -> Fraction:
    known = case.counted.count.total
    return Fraction(known, known + case.counted.unknown) if known else Fraction(1)


def _spent(case: _Case) -> Decision | None:
    if case.counted.count.bad > case.counted.allowed:
        return "over_budget", Verdict.BROKEN
    return None


def _risk(case: _Case) -> Decision | None:
    checks = (("posterior", _posterior), ("burn", _fast_burn), ("forecast", _forecast_under))
    for why, check in checks:
        if check(case):
            return why, Verdict.AT_RISK
    return None


def _posterior(case: _Case) -> bool:
    recent = case.recent(case.place.recent)
    if recent.bad < MIN_RECENT_BAD:
        return False
    target = case.terms.target
    return figures.below_target(recent.good, recent.bad, target, case.phi) >= EVIDENCE


def _fast_burn(case: _Case) -> bool:
    grain = min(case.terms.grains)
    if grain == windows.DAY or case.terms.target == 1:
        return False
    return any(
        _burns(case, share, length, grain)
        for share, length in BURN
        if length // 12 % grain == 0 and length < case.place.seconds
    )


def _burns(case: _Case, share: Fraction, length: int, grain: int) -> bool:
    limit = share * case.place.seconds / length * (1 - case.terms.target)
    for seconds, fewest in ((length, MIN_RECENT_BAD), (length // 12, 1)):
        start = windows.bucket_start(case.at, case.terms.tz, grain).timestamp()
        first = start - seconds + grain
        found = adjusted(case.eras, case.counted.applied, grain, first, case.at)
        if found.bad < fewest or found.bad < limit * found.total:
            return False
    return True


def _forecast_under(case: _Case) -> bool:
    expected = case.state.forecast()
    if expected is None:
        return False
    failing = int(case.counted.count.bad + expected.failing + 0.5)
    return failing > case.counted.allowed + (1 - case.terms.target) * expected.pending


def _result(case: _Case, verdict: Verdict, why: str) -> WindowResult:
    found, place = case.counted.count, case.place
    watermark = case.terms.needs.watermark or 0
    as_of = case.state.as_of or case.at
    return WindowResult(
        window=str(case.window),
        starts_at=place.span.start,
        at=case.at,
        verdict=verdict,
        why=why,
        good=found.good,
        total=found.total,
        raw_good=case.counted.raw.good,
        raw_total=case.counted.raw.total,
        target=case.terms.target,
        interval=figures.wilson(found.good, found.total, case.phi),
        budget=_budget(case),
        coverage=_shown_coverage(case),
        dispersion=case.phi,
        forecast=_expected_share(case) if verdict in _OPEN else None,
        unknown=case.counted.unknown,
        no_promise=_undated(case),
        pending=case.state.pending,
        provisional=case.at + timedelta(seconds=watermark) > as_of,
        restated=any(place.first <= day < place.end for day in case.state.restated),
        excluded=case.counted.excluded,
    )


def _shown_coverage(case: _Case) -> float:
    rolling = isinstance(case.window, Rolling)
    return float(min(coverage(case) if rolling else Fraction(1), _seen(case)))


def _undated(case: _Case) -> int:
    grain, place = case.place.grain, case.place
    return sum(
        era.column("undated", grain).count(place.first, place.end).total for era in case.eras
    )


def _expected_share(case: _Case) -> float | None:
    expected = case.state.forecast()
    found = case.counted.count
    if expected is None or found.total + expected.pending == 0:
        return None
    return 1 - (found.bad + expected.failing) / (found.total + expected.pending)


def _budget(case: _Case) -> Budget | None:
    allowed, target = case.counted.allowed, case.terms.target
    if target == 1 or not case.counted.count.total:
        return None
    consumed = float(case.counted.count.bad / allowed) if allowed else None
    recent = case.recent(case.place.recent)
    burn = float(Fraction(recent.bad, recent.total) / (1 - target)) if recent.total else None
    left = None
    if consumed is not None and consumed < 1 and burn:
        left = timedelta(seconds=round(case.place.seconds * (1 - consumed) / burn))
    return Budget(allowed, consumed, burn, left)
