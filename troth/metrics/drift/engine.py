"""The whole of drift in one go: rows of days in, what was seen of them out."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from troth.metrics.drift import fades, gaps, spikes, spread, thresholds
from troth.metrics.drift.cases import Case
from troth.metrics.drift.enrolment import Threshold
from troth.metrics.drift.limits import Limits
from troth.metrics.drift.panels import Flags, Panel
from troth.metrics.drift.phases import Frozen
from troth.metrics.drift.readings import Distances, distances

_ALONE = 2 / 3  # of a stack: then it is that row's own fade
_NEVER = 2**31  # a day that no panel has


@dataclass(frozen=True, slots=True)
class Row:
    """A stream in one of its phases, which lasts from the day `start` to before the day `end`.

    Days from `complete` on are not over yet: they are not judged.
    """

    baseline: Frozen | None
    start: int
    end: int
    complete: int
    target: float | None = None
    thresholds: tuple[Threshold, ...] = ()
    in_stack: bool = True
    by_hour: bool = False  # it is looked at before its day is whole, too


@dataclass(frozen=True, slots=True)
class Seen:
    """What one evaluation found; the charts draw from the same values as the alarms come from."""

    distances: Distances
    faded: fades.Faded
    pooled: fades.Pooled
    spread: spread.Spread
    cases: list[Case] = field(default_factory=list)


def evaluate(panel: Panel, rows: Sequence[Row], *, limits: Limits) -> Seen:
    """Return what left its usual, over all days of the panel, and where it closed again.

    The same input gives the same cases, whenever and however often it is evaluated.
    """
    alive, after, complete = _windows(panel, rows)
    baselines = [row.baseline for row in rows]
    found = distances(panel, baselines, judged=after & complete)
    before = alive & ~after & _since_first(panel, rows) & ~np.isnan(found.z)
    root = spread.roots(found, found.judged | before)
    faded = fades.fades(found, limits, alive=after)
    pooled = fades.stack(
        _stacked(found, rows),
        limits,
        correlation=fades.correlation_of(found.z, before),
        own=faded.memory,
    )
    scattered = spread.spread(root, found, spread.scatter_of(root, before), limits, alive=after)
    unusual = spikes.spikes(found, limits, alive=after, by_hour=[row.by_hour for row in rows])
    cases = [
        *_told_once(pooled.cases, faded.cases),
        *faded.cases,
        *_told_once(unusual, faded.cases),
        *scattered.cases,
        *_against_words(panel, rows, found, (alive, complete)),
    ]
    return Seen(found, faded, pooled, scattered, cases)


def _told_once(later: Sequence[Case], own: Sequence[Case]) -> list[Case]:
    """Return the cases; what the open fade of their row has told already does not ring again.

    A spike's row is its own; a stack's the one that makes two thirds of it, if one does.
    """
    found = []
    for case in later:
        row = case.row if case.row >= 0 else _alone(case)
        known = any(
            one.row == row
            and (one.opened < case.opened or (one.opened == case.opened and case.row < 0))
            and (one.closed is None or one.closed >= case.opened)
            for one in own
        )
        found.append(replace(case, rings=case.rings and not known))
    return found


def _alone(stack: Case) -> int:
    first = stack.contributors[0] if stack.contributors else None
    return int(first["row"]) if first and first["part"] > _ALONE else -2


def _windows(panel: Panel, rows: Sequence[Row]) -> tuple[Flags, Flags, Flags]:
    """Return the days of each row: its phase, what of it follows the baseline, what is over."""
    days = np.arange(panel.shape[1])
    first = panel.first.toordinal()
    made = [row.baseline.last.toordinal() - first if row.baseline else _NEVER for row in rows]
    starts, ends, complete, made_on = (
        np.array(numbers)[:, None]
        for numbers in (
            [row.start for row in rows],
            [row.end for row in rows],
            [row.complete for row in rows],
            made,
        )
    )
    alive = (days >= starts) & (days < ends)
    return alive, alive & (days > made_on), days < complete


def _since_first(panel: Panel, rows: Sequence[Row]) -> Flags:
    """Return the days from the first of each row's baseline on: what came before was otherwise."""
    first = [row.baseline.first.toordinal() if row.baseline else _NEVER for row in rows]
    days = panel.first.toordinal() + np.arange(panel.shape[1])
    return np.asarray(days >= np.array(first)[:, None])


def _stacked(found: Distances, rows: Sequence[Row]) -> Distances:
    """Return the distances of those that are pooled: the others count as not judged."""
    pooled = np.array([row.in_stack for row in rows], dtype=bool)[:, None]
    return Distances(
        found.z, found.skew, found.expected, found.sigma, found.judged & pooled, found.days,
        found.freedom, found.lag,
    )  # fmt: skip


def _against_words(
    panel: Panel, rows: Sequence[Row], found: Distances, windows: tuple[Flags, Flags]
) -> list[Case]:
    """Return where a row fell short of what was promised, or passed a limit that somebody set."""
    alive, complete = windows
    targets = np.array([np.nan if row.target is None else row.target for row in rows])
    scatter = np.array([row.baseline.dispersion if row.baseline else 1.0 for row in rows])
    cases = thresholds.crossed(
        panel, found.expected, [row.thresholds for row in rows], judged=alive & complete
    )
    if np.isnan(targets).all():
        return cases
    return cases + gaps.gaps(panel, targets, scatter, alive=alive, complete=complete)


def ringing(cases: Sequence[Case]) -> list[Case]:
    """Return the cases that come out of the budget of false alarms and are told."""
    return [case for case in cases if case.rings]
