"""The quiet-fade suite: small slips with a known beginning, and how many days pass until seen.

Six touchpoints, 200 cases a day each, of which 4 % fail. What the installation does by default is
timed beside specialists, each of them with limits for one false alarm a year over all six.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from troth.metrics.drift import engine, fades, limits, panels, pasts, phases
from troth.metrics.drift.normal import Array
from troth.metrics.drift.panels import Panel
from troth.metrics.drift.readings import Distances, remembered

STREAMS, CASES, FAILING = 6, 200, 0.04
A_YEAR = 365.0
_FIRST = date(2024, 1, 1)
_TARGET = 0.95  # of the error budget that stands beside: a promise of 95 %
_BUDGET_DAYS = 30
_ROUNDING = 1e-6  # cases
NEVER = 10**6
_SHIPPED = 28  # days of a baseline where there is no even past


@dataclass(frozen=True, slots=True)
class Scenario:
    """`slips(days)` returns what is added to each stream's failing share, by stream and day."""

    name: str
    days: int
    slips: Callable[[int], Array]


def _all(days: int) -> Array:
    return np.full((STREAMS, days), 0.005)


def _creeping(days: int) -> Array:
    return np.tile(0.00005 * np.arange(1, days + 1), (STREAMS, 1))


def _one(days: int) -> Array:
    found = np.zeros((STREAMS, days))
    found[0] = 0.02
    return found


def _none(days: int) -> Array:
    return np.zeros((STREAMS, days))


SCENARIOS = (
    Scenario("stack: six slip by 0.5 points", 250, _all),
    Scenario("drift: six slip by 0.005 points a day", 250, _creeping),
    Scenario("single: one slips by 2 points", 120, _one),
)
IN_CONTROL = Scenario("in control", 1_500, _none)


@dataclass(frozen=True, slots=True)
class Timed:
    """Days until seen of each run (a run that never saw it: 10**6), by detector."""

    scenario: str
    runs: int
    delays: dict[str, Array]

    def median(self, detector: str) -> float:
        return float(np.median(self.delays[detector]))


@dataclass(frozen=True, slots=True)
class Control:
    """What was counted in control: alarms in so many days, of all that rings, by kind."""

    days: int
    alarms: int
    by_kind: dict[str, int]

    @property
    def days_between(self) -> float:
        return self.days / max(1, self.alarms)


def runs(scenario: Scenario, *, runs: int, history: int, seed: int) -> Iterator[Panel]:
    """Yield panels of `history` days in control and the scenario's days after them."""
    chance = np.random.default_rng([seed, len(scenario.name)])
    share = np.concatenate(
        [np.full((STREAMS, history), FAILING), FAILING + scenario.slips(scenario.days)], axis=1
    )
    total = np.full(share.shape, CASES)
    for _ in range(runs):
        bad = chance.binomial(CASES, share)
        yield panels.panel_of(first=_FIRST, good=total - bad, total=total)


def timed(scenario: Scenario, *, count: int, history: int, seed: int = 1) -> Timed:
    """Return how soon each detector saw the scenario, in the same runs."""
    found: dict[str, list[float]] = {}
    for panel in runs(scenario, runs=count, history=history, seed=seed):
        seen = _evaluated(panel, history)
        for name, day in _seen_on(panel, seen, history).items():
            found.setdefault(name, []).append(day - history + 1 if day < NEVER else NEVER)
    return Timed(scenario.name, count, {name: np.array(days) for name, days in found.items()})


def in_control(*, count: int, history: int, seed: int = 2) -> Control:
    """Return how often the defaults ring where nothing is the matter."""
    alarms, kinds, days = 0, dict.fromkeys(limits.SHARES, 0), 0
    for panel in runs(IN_CONTROL, runs=count, history=history, seed=seed):
        seen = _evaluated(panel, history)
        ringing = sorted(engine.ringing(seen.cases), key=lambda case: case.opened)
        days += IN_CONTROL.days
        until = -1
        for case in ringing:
            kinds[case.kind] += 1
            # One that opens while another is open tells nobody anything new of false alarms.
            alarms += case.opened > until
            until = max(until, panel.shape[1] if case.closed is None else case.closed)
    return Control(days, alarms, kinds)


def _evaluated(panel: Panel, history: int) -> engine.Seen:
    rows = [
        engine.Row(_usual(panel, row, history), 0, panel.shape[1], panel.shape[1])
        for row in range(STREAMS)
    ]
    return engine.evaluate(panel, rows, limits=limits.limits(streams=STREAMS, days=A_YEAR))


def _usual(panel: Panel, row: int, history: int) -> phases.Frozen | None:
    """Return the baseline that is shipped; where no year lies behind, one of all there is."""
    days = _SHIPPED if history >= pasts.A_YEAR else history
    return pasts.first_baseline(panel, row, start=0, enrolled=history, days=days)


def _seen_on(panel: Panel, seen: engine.Seen, history: int) -> dict[str, int]:
    """Return the day on which each detector saw something first."""
    found = seen.distances
    return {
        "combined": min(
            (case.opened for case in engine.ringing(seen.cases) if case.opened >= history),
            default=NEVER,
        ),
        "pooled EWMA": _first(_pooled(found)),
        "own EWMA": _first(_own(found)),
        "pooled CUSUM": _first(_cusum(found)),
        "Shewhart": _days(panel, history),
        "budget exhausted": _exhausted(panel, history),
    }


def _first(over: Array) -> int:
    days = np.flatnonzero(over)
    return int(days[0]) if len(days) else NEVER


def _pooled(found: Distances) -> Array:
    alone = limits.Limits(
        fade=9.0, stack=limits.ewma_limit(A_YEAR, limits.MEMORY), spike=9.0, predictability=9.0
    )
    own = remembered(found.z, judged=found.judged, skew=found.skew)
    pooled = fades.stack(found, alone, correlation=np.eye(STREAMS), own=own)
    return np.asarray(found.judged.any(axis=0) & (pooled.memory.score[0] > pooled.limit))


def _own(found: Distances) -> Array:
    limit = limits.ewma_limit(A_YEAR * STREAMS, limits.MEMORY)
    alone = limits.Limits(fade=limit, stack=9.0, spike=9.0, predictability=9.0)
    faded = fades.fades(found, alone, alive=found.judged)
    return np.asarray((found.judged & (faded.memory.score > faded.limit[:, None])).any(axis=0))


def _days(panel: Panel, history: int) -> int:
    """Return when a single day of a single stream passed Shewhart's limit first, for the worse.

    It is given the share that all were made with, and so keeps its promise of false alarms.
    """
    bad = (panel.total - panel.good)[:, history:]
    return history + _first(np.asarray((bad > shewhart_limit(FAILING)).any(axis=0)))


def shewhart_limit(share: float, *, cases: int = CASES, days: float = A_YEAR * STREAMS) -> int:
    """Return the fewest failures that a day in control exceeds at most once in `days` days.

    Failures are whole, so the limit keeps more than it promises: of 200 cases of which 4 % fail,
    over 18 would ring each 349 days of six streams, and over 19 rings each 951.
    """
    count = np.arange(cases)
    ratio = (cases - count) / (count + 1) * share / (1 - share)
    chances = np.cumprod(np.concatenate([[(1 - share) ** cases], ratio]))
    return int(np.flatnonzero(1 - np.cumsum(chances) <= 1 / days)[0])


def _cusum(found: Distances, slack: float = 0.4) -> Array:
    """Return where the pooled CUSUM passes its limit (Siegmund's approximation of run lengths)."""
    z = np.where(found.judged, found.z, 0.0).sum(axis=0) / np.sqrt(STREAMS)
    limit = cusum_limit(A_YEAR, slack)
    level, over = 0.0, np.zeros(len(z), dtype=bool)
    for day, value in enumerate(z):
        level = max(0.0, level + value - slack) if found.judged[:, day].any() else 0.0
        over[day] = level > limit
    return over


def cusum_limit(days: float, slack: float) -> float:
    """Return the limit that a CUSUM in control passes once in `days` days (Siegmund 1985)."""
    low, high = 0.0, 50.0
    for _ in range(60):
        middle = (low + high) / 2
        b = middle + 1.166
        length = (np.exp(2 * slack * b) - 2 * slack * b - 1) / (2 * slack**2)
        low, high = (middle, high) if length < days else (low, middle)
    return high


def _exhausted(panel: Panel, history: int) -> int:
    """Return when nothing was left of the 30-day error budget of the first stream to run out."""
    bad = (panel.total - panel.good).cumsum(axis=1)
    total = panel.total.cumsum(axis=1)
    spent = bad[:, _BUDGET_DAYS:] - bad[:, :-_BUDGET_DAYS]
    allowed = (1 - _TARGET) * (total[:, _BUDGET_DAYS:] - total[:, :-_BUDGET_DAYS])
    over = np.zeros(panel.shape[1], dtype=bool)
    over[_BUDGET_DAYS:] = (spent >= allowed - _ROUNDING).any(axis=0)
    over[:history] = False
    return _first(over)
