"""A stream that slips a little for long: the EWMA of its distances, and the stack of many."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from troth.metrics.drift.cases import Case, Opening, Peak, openings
from troth.metrics.drift.limits import MEMORY, Limits, ewma_sigma, ewma_widths
from troth.metrics.drift.normal import Array
from troth.metrics.drift.panels import Flags
from troth.metrics.drift.readings import REACH, Distances, Memory, begun, remembered

_BACK = 0.5  # of the limit: under this the EWMA is back where it came from
_PLENTY = 1e9  # degrees of freedom of a sigma that is known
_FEWEST = 2  # rows that can stack
_NAMED = 12  # contributors told of a stack
_LATELY = 9  # days before a peak, of which its size is the mean too: what an EWMA remembers


@dataclass(frozen=True, slots=True)
class Faded:
    """What the fade charts hold, for drawing: the score of each day and each row's limit for it."""

    memory: Memory
    limit: Array
    cases: list[Case]


def fades(found: Distances, limits: Limits, *, alive: Flags) -> Faded:
    """Return the fades of each row: its EWMA beyond the limit, for the worse."""
    memory = remembered(found.z, judged=found.judged, skew=found.skew)
    width = ewma_widths(
        limits.fade, memory=MEMORY, days=found.days, freedom=found.freedom, lag=found.lag
    )
    limit = width / ewma_sigma(MEMORY)
    over = found.judged & (memory.score > limit[:, None])
    back = memory.score < _BACK * limit[:, None]
    starts = begun(found.z, judged=found.judged)
    cases = [
        _case(one, found, memory, float(limit[one.row]), int(starts[one.row, one.opened]))
        for one in openings(over, back, alive=alive)
    ]
    return Faded(memory, limit, cases)


def _case(one: Opening, found: Distances, memory: Memory, limit: float, onset: int) -> Case:
    row, day = one.row, one.opened
    days = slice(onset, day + 1)
    judged = found.judged[row, days]
    shift = found.z[row, days][judged] * found.sigma[row, days][judged]
    return Case(
        row=row, kind="fade", opened=day, closed=one.closed, onset=onset,
        size=float(shift.mean()) if len(shift) else 0.0,
        why_closed="" if one.closed is None else "back to what was usual",
        evidence={
            "score": round(float(memory.score[row, day]), 3), "limit": round(limit, 3),
            "expected": float(found.expected[row, day]), "days": int(judged.sum()),
        },
        peak=_peak(one, found, memory),
    )  # fmt: skip


def _peak(one: Opening, found: Distances, memory: Memory) -> Peak:
    """Return how far it got: on the day on which the EWMA stood furthest off."""
    day = _furthest(memory.score[one.row], found.judged[one.row], one)
    size = _slip(found, one.row, max(one.opened, day - _LATELY), day)
    return Peak(day, round(float(memory.score[one.row, day]), 3), size)


def _furthest(score: Array, judged: Flags, one: Opening) -> int:
    end = len(score) if one.closed is None else one.closed
    days = np.where(judged[one.opened : end], score[one.opened : end], -np.inf)
    return one.opened + int(days.argmax())


@dataclass(frozen=True, slots=True)
class Pooled:
    """The pool of all rows: its distance and score of each day, its limit, its cases."""

    z: Array
    memory: Memory
    limit: float
    inflation: Array
    cases: list[Case]


def stack(found: Distances, limits: Limits, *, correlation: Array, own: Memory) -> Pooled:
    """Return the stack: many rows that slip at once, each too little to be seen.

    Z = sum z / sqrt(1'R1) over the rows of a day, R their shrunk residual correlation; never less
    than what independent rows would give. `own` is each row's EWMA, for who contributed.
    """
    on = found.judged.astype(float)
    count = on.sum(axis=0)
    clean = np.where(found.judged, np.clip(found.z, -REACH, REACH), 0.0)
    variance = np.maximum(count, ((correlation @ on) * on).sum(axis=0))
    judged = (count >= _FEWEST)[None, :]
    z = (clean.sum(axis=0) / np.sqrt(np.maximum(variance, 1)))[None, :]
    skew = ((found.skew * on).sum(axis=0) / np.maximum(variance, 1) ** 1.5)[None, :]
    memory = remembered(z, judged=judged, skew=skew)
    limit = _pool_limit(found, limits, variance / np.maximum(count, 1))
    over = judged & (memory.score > limit)
    back = memory.score < _BACK * limit
    starts = begun(z, judged=judged)
    cases = [
        _stacked(one, found, own, memory, (limit, int(starts[0, one.opened])))
        for one in openings(over, back)
    ]
    return Pooled(z[0], memory, limit, variance / np.maximum(count, 1), cases)


def _pool_limit(found: Distances, limits: Limits, inflation: Array) -> float:
    """Return the pool's limit in its own sigmas, wide enough for what the baselines do not know.

    The levels' errors add up as the days do; where rows go together, so do their scatter's.
    """
    seen = found.judged.any(axis=1)
    if not seen.any():
        return float("inf")
    days = found.days[seen]
    level = np.array([1 / np.mean(1 / days)])
    together = float(np.max(inflation, initial=1.0)) > 1
    known = np.array([float(np.min(found.freedom[seen])) if together else _PLENTY])
    lag = np.array([float(np.mean(found.lag[seen]))])
    width = ewma_widths(limits.stack, memory=MEMORY, days=level, freedom=known, lag=lag)
    return float(width[0]) / ewma_sigma(MEMORY)


def _stacked(
    one: Opening, found: Distances, own: Memory, memory: Memory, seen: tuple[float, int]
) -> Case:
    limit, onset = seen
    return Case(
        row=-1, kind="stack", opened=one.opened, closed=one.closed, onset=onset,
        size=_mean_slip(found, onset, one.opened),
        why_closed="" if one.closed is None else "together they are back to what was usual",
        evidence={
            "score": round(float(memory.score[0, one.opened]), 3), "limit": round(limit, 3),
            "rows": int(found.judged[:, one.opened].sum()),
        },
        contributors=tuple(contributors(found, own, onset, one.opened)),
        peak=_pooled_peak(one, found, own, memory),
    )  # fmt: skip


def _pooled_peak(one: Opening, found: Distances, own: Memory, memory: Memory) -> Peak:
    """Return how far a stack got, and who made it then."""
    day = _furthest(memory.score[0], np.asarray(found.judged.any(axis=0)), one)
    since = max(one.opened, day - _LATELY)
    return Peak(
        day, round(float(memory.score[0, day]), 3), _mean_slip(found, since, day),
        tuple(contributors(found, own, since, day)),
    )  # fmt: skip


def contributors(found: Distances, own: Memory, onset: int, day: int) -> list[dict[str, Any]]:
    """Return which rows made the stack: each one's part of the pooled EWMA, the largest first."""
    level = np.where(found.judged[:, day], own.level[:, day], 0.0)
    total = float(np.maximum(level, 0).sum())
    ordered = [int(row) for row in np.argsort(-level, kind="stable") if level[row] > 0]
    return [
        {"row": row, "part": round(float(level[row]) / total, 4),
         "size": _slip(found, row, onset, day),
         "z": round(float(level[row]) / ewma_sigma(MEMORY), 3)}
        for row in ordered[:_NAMED]
    ]  # fmt: skip


def _slip(found: Distances, row: int, onset: int, day: int) -> float:
    days = slice(onset, day + 1)
    judged = found.judged[row, days]
    slips = found.z[row, days][judged] * found.sigma[row, days][judged]
    return float(slips.mean()) if len(slips) else 0.0


def _mean_slip(found: Distances, onset: int, day: int) -> float:
    slips = [_slip(found, int(row), onset, day) for row in np.flatnonzero(found.judged[:, day])]
    return float(np.mean(slips)) if slips else 0.0


def correlation_of(z: Array, usable: Flags) -> Array:
    """Return how the rows' distances go together in their baselines, shrunk towards not at all.

    Schaefer and Strimmer (2005): by the share of the squared correlations that is chance. Rows
    with fewer than 24 days in common are taken as independent.
    """
    rows = len(z)
    clean = np.where(usable, z, 0.0)
    on = usable.astype(float)
    common = on @ on.T
    few = common < 24  # noqa: PLR2004 - as many as a baseline needs
    sums = clean @ on.T
    squares = (clean**2) @ on.T
    n = np.maximum(common, 1)
    spread = np.sqrt(np.maximum(squares / n - (sums / n) ** 2, 1e-12))
    found = ((clean @ clean.T) / n - (sums / n) * (sums.T / n)) / (spread * spread.T)
    found = np.clip(np.where(few, 0.0, found), -1, 1)
    np.fill_diagonal(found, 0.0)
    chance = np.where(few, 0.0, (1 - found**2) ** 2 / np.maximum(n - 1, 1))
    np.fill_diagonal(chance, 0.0)
    total = float((found**2).sum())
    keep = max(0.0, 1 - float(chance.sum()) / total) if total > 0 else 0.0
    return np.asarray(keep * found + np.eye(rows))
