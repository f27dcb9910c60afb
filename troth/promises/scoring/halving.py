"""How fast to forget: the half-life whose forecasts of each day were the best, told day by day.

Prequential: what is known before a day forecasts the cases of the day, and pays -log of the
probability that it gave to what came. Less is better. Nothing of the future is used.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from troth.promises.scoring.evidence import Whole

CANDIDATES = (3.0, 7.0, 14.0, 30.0, 60.0, 90.0, 180.0, math.inf)
_PRIOR = 2.0  # cases' worth of the share over all segments, of nothing at all for the whole


@dataclass(frozen=True, slots=True)
class Trial:
    """The mean loss per case of each half-life (days), and over how many cases."""

    losses: Mapping[float, float]
    cases: int

    @property
    def best(self) -> float:
        return min(self.losses, key=lambda h: (self.losses[h], h))


def trial(
    day: Whole, good: Whole, total: Whole, *, candidates: Sequence[float] = CANDIDATES
) -> Trial:
    """Return how well each half-life forecasts one series, given by day in order."""
    losses = {h: _loss(day, good, total, h) for h in candidates}
    cases = int(total.sum())
    return Trial({h: loss / max(cases, 1) for h, loss in losses.items()}, cases)


def together(trials: Sequence[Trial]) -> Trial:
    """Return the trials of several series as one: each case counts the same."""
    cases = sum(one.cases for one in trials)
    losses = {
        h: sum(one.losses[h] * one.cases for one in trials) / max(cases, 1)
        for h in (trials[0].losses if trials else ())
    }
    return Trial(losses, cases)


def _loss(day: Whole, good: Whole, total: Whole, half_life: float) -> float:
    kept = broken = loss = 0.0
    last: int | None = None
    for now, g, n in zip(day.tolist(), good.tolist(), total.tolist(), strict=True):
        fade = 1.0 if last is None else 2.0 ** (-(now - last) / half_life)
        kept, broken, last = kept * fade, broken * fade, now
        share = (kept + _PRIOR / 2) / (kept + broken + _PRIOR)
        loss -= g * math.log(share) + (n - g) * math.log1p(-share)
        kept, broken = kept + g, broken + n - g
    return loss
