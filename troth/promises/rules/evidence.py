"""Evidence that fades: what the cases so far say of the next one.

A beta reputation with forgetting (Jøsang and Ismail 2002): each kept and each broken case is
evidence that halves with every half-life. A segment with few cases leans on its parent, so that
three cases cannot promise or damn what comes next (docs/decisions/021-evidence.md).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

HALF_LIFE = timedelta(days=30)
STRENGTH = 10.0  # how many cases' worth of evidence the parent's share is


@dataclass(frozen=True, slots=True)
class Evidence:
    """Decayed weights of the cases kept and broken: r and s of the beta model."""

    kept: float
    broken: float

    @property
    def weight(self) -> float:
        """How many cases of today this evidence is worth."""
        return self.kept + self.broken


@dataclass(frozen=True, slots=True)
class Told:
    """What one moment tells: so many cases, so many of them kept."""

    at: datetime
    good: int
    total: int


def replay(told: Iterable[Told], *, at: datetime, half_life: timedelta = HALF_LIFE) -> Evidence:
    """Return r = Σ 2^(-age/h)·kept and s = Σ 2^(-age/h)·broken over what was told by `at`."""
    kept = broken = 0.0
    for one in told:
        if one.at > at:
            continue
        fresh = 2.0 ** (-((at - one.at) / half_life))
        kept += fresh * one.good
        broken += fresh * (one.total - one.good)
    return Evidence(kept, broken)


def chance_of_broken(own: Evidence, parent: Evidence, *, phi: float = 1.0) -> float:
    """Return P(the next case is broken): the mean of Beta(m·π + r/φ, m·(1 - π) + s/φ), reversed.

    π is the parent's share (1/2 where the parent has seen nothing) and φ ≥ 1 the dispersion: the
    more uneven the days, the less each case says.
    """
    prior = (parent.broken + 1) / (parent.weight + 2)
    return (STRENGTH * prior + own.broken / phi) / (STRENGTH + own.weight / phi)
