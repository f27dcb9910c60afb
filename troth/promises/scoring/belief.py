"""What is believed of one promise on one day: p, its distribution, the gap and the points."""

from dataclasses import dataclass

import numpy as np

from troth.promises.rules.figures import dispersion
from troth.promises.scoring.constants import Constants
from troth.promises.scoring.evidence import Evidence, Faded, by_day, faded
from troth.promises.scoring.gap import points, zero_gap

_LEAST_SHARE = 0.1  # what the prior believes at the least, where little was promised
ZERO_SHAPE = (98.0, 2.0, 0.01)  # prior of a promise of 100 %: as one of 99 % before evidence


@dataclass(frozen=True, slots=True)
class Segment:
    """What is left of one segment: decayed cases kept and broken."""

    name: str
    kept: float
    broken: float

    @property
    def cases(self) -> float:
        return self.kept + self.broken


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed before any evidence: the mean share, worth so many effective cases."""

    mean: float
    cases: float


@dataclass(frozen=True, slots=True)
class Belief:
    """A strand of a promise: all it had while some failures were allowed, or while none was.

    `kept` and `broken` are decayed, in cases; `phi` divides them into effective ones. `share` is
    the mean of p, `gap` is b, `points` is S(b). A retired promise's `weight` fades.
    """

    slug: str
    name: str
    pillar: str
    zero: bool
    weight: float
    kept: float
    broken: float
    phi: float
    prior: Prior
    tolerance: float
    share: float
    gap: float
    points: float
    segments: tuple[Segment, ...]
    enough: bool
    retired: bool = False

    @property
    def key(self) -> tuple[str, bool]:
        return self.slug, self.zero

    @property
    def cases(self) -> float:
        return self.kept + self.broken

    @property
    def effective(self) -> float:
        """n_eff: how many independent cases of today the evidence is worth."""
        return self.cases / self.phi

    @property
    def certainty(self) -> float:
        """The share of the belief that rests on evidence; the rest is the prior."""
        return self.effective / (self.effective + self.prior.cases)

    @property
    def shape(self) -> tuple[float, float]:
        """The two parameters of p's beta distribution; of the prior alone where none may fail."""
        if self.zero:
            return ZERO_SHAPE[0], ZERO_SHAPE[1]
        total = self.prior.cases + self.effective
        return total * self.share, total * (1 - self.share)


def beliefs(evidence: Evidence, constants: Constants, *, day: int) -> list[Belief]:
    """Return the strands of one promise on a day: none before its first case.

    One strand in nearly all cases; two while both a time in which failures were allowed and one
    in which none was are remembered.
    """
    if evidence.first is None or evidence.first > day:
        return []
    stands = evidence.standing_day(day)
    half_life = constants.half_life_of(evidence.slug)
    fade = 2.0 ** (-(day - stands) / half_life)
    left = faded(evidence.rows, day=stands, half_life=half_life)
    strict = left.rows.tolerance <= 0
    found = [
        _belief(evidence, constants, left.where(mask), zero=zero, day=stands)
        for zero, mask in ((False, ~strict), (True, strict))
        if len(left.rows.day[mask]) or zero == (evidence.tolerance(stands) <= 0)
    ]
    shares = _volumes(found)
    return [
        _weighted(one, constants.weight_of(evidence.slug) * share * fade, evidence)
        for one, share in zip(found, shares, strict=True)
    ]


def _volumes(found: list[Belief]) -> list[float]:
    total = sum(one.cases for one in found)
    if len(found) == 1 or not total:
        return [1.0 / len(found)] * len(found)
    return [one.cases / total for one in found]


def _weighted(one: Belief, weight: float, evidence: Evidence) -> Belief:
    values = {name: getattr(one, name) for name in one.__slots__}
    return Belief(**{**values, "weight": weight, "retired": evidence.retired is not None})


def _belief(
    evidence: Evidence, constants: Constants, left: Faded, *, zero: bool, day: int
) -> Belief:
    phi = float(evidence.scale) if zero else _phi(evidence, left)
    kept, broken = left.kept, left.broken
    promised = evidence.tolerance(day) or _last(left)
    prior = _zero_prior(constants) if zero else _prior(constants, promised)
    tolerance = 0.0 if zero else _tolerance(left, phi, prior, promised)
    effective = (kept + broken) / phi
    certain = effective / (effective + prior.cases)
    rate = kept / (kept + broken) if kept + broken else prior.mean
    share = prior.mean + certain * (rate - prior.mean)
    if zero:
        own = zero_gap(
            broken / evidence.scale, step=constants.zero_step, floor=constants.zero_floor
        )
        gap = constants.prior_gap + certain * (own - constants.prior_gap)
    else:
        gap = (1 - share) / tolerance
    return Belief(
        slug=evidence.slug, name=evidence.name, pillar=constants.pillar_of(evidence.pillar),
        zero=zero, weight=1.0, kept=kept, broken=broken, phi=phi, prior=prior,
        tolerance=tolerance, share=share, gap=gap,
        points=points(gap, constants.loss_aversion),
        segments=_segments(evidence, left),
        enough=_is_enough(effective, prior, constants, zero=zero),
    )  # fmt: skip


def _is_enough(effective: float, prior: Prior, constants: Constants, *, zero: bool) -> bool:
    """Say whether there are cases enough, and more of them than the prior is worth.

    Of a promise of 100 % a single case says something, while it is remembered.
    """
    least = constants.zero_floor if zero else max(constants.enough, prior.cases)
    return effective >= least * (1 - 1e-9)


def _phi(evidence: Evidence, left: Faded) -> float:
    """Return how much more the days differ than chance explains: at least 1, or one case.

    Each violation of a promise of 100 % counts whole: there it is the scale alone.
    """
    _, good, total = by_day(left.rows)
    return max(float(evidence.scale), dispersion(good, total))


def _prior(constants: Constants, tolerance: float) -> Prior:
    mean = max(1 - constants.prior_gap * tolerance, (1 - tolerance) / 2, _LEAST_SHARE)
    return Prior(mean, constants.prior_weight / tolerance)


def _zero_prior(constants: Constants) -> Prior:
    return Prior(ZERO_SHAPE[0] / (ZERO_SHAPE[0] + ZERO_SHAPE[1]), constants.zero_prior)


def _last(left: Faded) -> float:
    """Return the tolerance of the newest row: of a strand whose time is over."""
    return float(left.rows.tolerance[-1]) if len(left.rows.day) else 0.0


def _tolerance(left: Faded, phi: float, prior: Prior, promised: float) -> float:
    """Return what might fail of what is remembered: each case as was promised when it opened."""
    told = float(left.weight @ (left.rows.tolerance * left.rows.total)) / phi
    cases = float(left.weight @ left.rows.total) / phi
    return (prior.cases * promised + told) / (prior.cases + cases)


def _segments(evidence: Evidence, left: Faded) -> tuple[Segment, ...]:
    size = len(evidence.segments)
    kept = np.bincount(left.rows.segment, left.weight * left.rows.good, minlength=size)
    broken = np.bincount(left.rows.segment, left.weight * left.rows.bad, minlength=size)
    rows = zip(evidence.segments, kept.tolist(), broken.tolist(), strict=True)
    return tuple(Segment(*row) for row in rows if row[1] + row[2] > 0)
