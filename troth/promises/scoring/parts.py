"""What is believed of each segment of a promise: few cases lean on the promise as a whole. Pure.

    p_g ~ Beta(m·π + r/φ, m·(1 - π) + s/φ)

r and s are the segment's decayed cases kept and broken, φ the promise's dispersion, π what is
believed of the promise, m how many cases that is worth to its segments: by empirical Bayes, the
more the more they are alike.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from troth.promises.scoring.bands import quantiles
from troth.promises.scoring.belief import Belief, Segment
from troth.promises.scoring.composing import Band
from troth.promises.scoring.constants import Constants
from troth.promises.scoring.forecasting import expected, firmness
from troth.promises.scoring.gap import points, zero_gap

_EDGES = np.array([0.05, 0.95])
_LEAST = 1e-6  # of a beta's parameter


@dataclass(frozen=True, slots=True)
class Part:
    """One segment: what came of it, decayed, and what is believed.

    `effective` is n_eff in cases of today; `share` the mean of p with its 90 % interval; `points`
    and `band` what the segment would score alone, None where it has too few cases. `beyond` is how
    many of its cases were broken beyond what was allowed: below 0 fewer.
    """

    name: str
    kept: float
    broken: float
    effective: float
    share: float
    interval: Band
    gap: float | None
    points: float | None
    band: Band | None
    beyond: float

    @property
    def cases(self) -> float:
        return self.kept + self.broken


@dataclass(frozen=True, slots=True)
class Parted:
    """The segments of a strand, the one that costs most first, and what their parent lends: m.

    They are the values of `attribute`; "" where the promise declares none.
    """

    belief: Belief
    attribute: str
    lent: float
    parts: tuple[Part, ...]


def parted(held: Belief, constants: Constants, *, attribute: str) -> Parted:
    """Return what is believed of each segment of a strand of a promise."""
    alike = [_effective(one, held.phi) for one in held.segments]
    m = firmness(alike, share=held.share)
    found = sorted(_parts(held, alike, m, constants), key=lambda one: (-one.beyond, one.name))
    return Parted(held, attribute, m, tuple(found))


def _effective(one: Segment, phi: float) -> Segment:
    return Segment(one.name, one.kept / phi, one.broken / phi)


def _parts(
    held: Belief, alike: Sequence[Segment], m: float, constants: Constants
) -> Iterator[Part]:
    for one, own in zip(held.segments, alike, strict=True):
        share = expected(own, parent=held.share, m=m)
        total = m + own.cases
        shape = max(total * share, _LEAST), max(total * (1 - share), _LEAST)
        low, high = quantiles(*shape, _EDGES).tolist()
        told = own.cases >= (constants.zero_floor if held.zero else constants.enough) * (1 - 1e-9)
        gaps = _gaps(held, own, (share, low, high), constants) if told else None
        yield Part(
            name=one.name, kept=one.kept, broken=one.broken, effective=own.cases, share=share,
            interval=Band(low, high), gap=gaps[0] if gaps else None,
            points=points(gaps[0], constants.loss_aversion) if gaps else None,
            band=_band(gaps, constants) if gaps else None,
            beyond=one.broken - held.tolerance * one.cases,
        )  # fmt: skip


def _gaps(
    held: Belief, own: Segment, shares: tuple[float, float, float], constants: Constants
) -> tuple[float, float, float]:
    """Return b of the mean, of the low and of the high end of p."""
    if held.zero:  # nothing may fail: each violation counts, and there is no share to be missed
        one = zero_gap(own.broken, step=constants.zero_step, floor=constants.zero_floor)
        return one, one, one
    mean, low, high = ((1 - share) / held.tolerance for share in shares)
    return mean, low, high


def _band(gaps: tuple[float, float, float], constants: Constants) -> Band:
    low, high = (points(gap, constants.loss_aversion) for gap in gaps[1:])
    return Band(low, high)
