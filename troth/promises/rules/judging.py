"""From counts to a verdict, in the order that docs/promises.md gives.

Exact: no float decides what whole numbers can.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from troth.core import windows
from troth.core.windows import Rolling, Window
from troth.promises.rules import figures
from troth.promises.rules.counted import Counted, adjusted, counted, dispersion
from troth.promises.rules.figures import Forecast
from troth.promises.rules.frames import Era, Frame, count_buckets, frame
from troth.promises.rules.results import Budget, Count, Verdict, WindowResult
from troth.promises.rules.slices import Slices
from troth.promises.rules.terms import Terms

_ALL = Fraction(1)
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
class _Case:
    """Everything about one window that the rules look at; `covered` and `seen` are shares."""

    terms: Terms
    window: Window
    eras: Sequence[Era]
    state: State
    at: datetime
    place: Frame
    counted: Counted
    phi: float
    recent: Count
    covered: Fraction
    seen: Fraction


def judge(
    terms: Terms, window: Window, eras: Sequence[Era], state: State, *, at: datetime
) -> WindowResult:
    """Judge one window at the aware instant `at`. `eras` are in order; the last is in force."""
    place = frame(window, at, terms.tz)
    found = counted(terms, eras, place, state.slices)
    case = _Case(
        terms, window, eras, state, at, place, found,
        max(float(terms.counting.evidence), dispersion(eras, found.applied, place)),
        adjusted(eras, found.applied, place.grain, place.recent, place.end),
        coverage(window, eras, place, terms, at),
        _seen(found),
    )  # fmt: skip
    why, verdict = _verdict(case)
    return _result(case, verdict, why)


def coverage(
    window: Window, eras: Sequence[Era], place: Frame, terms: Terms, at: datetime
) -> Fraction:
    """Return the share of a rolling window's buckets since the first that ever held a case."""
    if not isinstance(window, Rolling):
        return _ALL
    firsts = [era.column("judged", place.grain).first for era in eras]
    first = min((bucket for bucket in firsts if bucket is not None), default=None)
    if first is None:
        return Fraction(0)
    if first <= place.first:
        return _ALL
    since = windows.Span(datetime.fromtimestamp(first, tz=UTC), at)
    return Fraction(count_buckets(since, terms.tz, place.grain), place.count)


def _seen(found: Counted) -> Fraction:
    """Return the share of the slices that have data."""
    if not found.unknown or not found.count.total:
        return _ALL
    return Fraction(found.count.total, found.count.total + found.unknown)


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
    if case.covered < case.terms.needs.coverage:
        return "short_history", Verdict.NOT_ENOUGH
    if case.seen < case.terms.needs.coverage:
        return "missing_slices", Verdict.NOT_ENOUGH
    return None


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
    recent = case.recent
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
        found = adjusted(case.eras, case.counted.applied, grain, first, case.place.end)
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
        coverage=float(min(case.covered, case.seen)),
        dispersion=case.phi,
        forecast=_expected_share(case) if verdict in _OPEN else None,
        unknown=case.counted.unknown,
        no_promise=_undated(case),
        pending=case.state.pending,
        provisional=case.at + timedelta(seconds=watermark) > as_of,
        restated=any(place.first <= day < place.end for day in case.state.restated),
        excluded=case.counted.excluded,
        unpaused=_unpaused(case),
    )


def _unpaused(case: _Case) -> Count | None:
    if not case.terms.counting.calendar:
        return None
    place = case.place
    counts = [era.column("unpaused", place.grain) for era in case.eras]
    return sum((column.count(place.first, place.end) for column in counts), Count())


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
    """Return how much of B is used up, how fast in the last quarter, and when it is gone."""
    allowed, total = case.counted.allowed, case.counted.count.total
    if case.terms.target == 1 or not total:
        return None
    consumed = case.counted.count.bad / float(allowed) if allowed else None
    recent, tolerance = case.recent, float(1 - case.terms.target)
    burn = recent.bad / recent.total / tolerance if recent.total else None
    left = None
    if consumed is not None and consumed < 1 and burn:
        left = timedelta(seconds=round(case.place.seconds * (1 - consumed) / burn))
    return Budget(allowed, consumed, burn, left)
