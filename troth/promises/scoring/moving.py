"""Inside one promise: its points between two days, in parts that add up without a rest.

What moved is told apart as: rate (a segment's cases were kept more or less often), mix (segments
with other rates grew or shrank), evidence (more or less is known, so that the belief moves from or
to the prior), target (something else is promised), forgiven (violations of a promise of 100 % fade
with time) and recounted (days counted again, or too old to be remembered).

Rates and mix by Kitagawa's two-point means; where points bend, by the mean of both orders of change
(Shapley): no order is preferred, nothing is left over.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from troth.promises.scoring.belief import Belief, Segment
from troth.promises.scoring.constants import Constants
from troth.promises.scoring.evidence import Faded, Real
from troth.promises.scoring.gap import secant, zero_gap

_NOTHING = 1e-13  # points


@dataclass(frozen=True, slots=True)
class Moved:
    """Points by one cause. `segment` and `day` (ordinal) where it is theirs alone.

    `kept` and `broken` are the cases of that day, `before` and `after` shares kept, of a segment.
    """

    cause: str
    points: float
    segment: str | None = None
    day: int | None = None
    kept: int = 0
    broken: int = 0
    before: float | None = None
    after: float | None = None

    def times(self, factor: float) -> "Moved":
        return Moved(
            self.cause, self.points * factor, self.segment, self.day,
            self.kept, self.broken, self.before, self.after,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pair:
    """One strand at both ends, and the rows of the days between them, weighed at the end."""

    start: Belief
    end: Belief
    new: Faded = field(repr=False)
    segments: tuple[str, ...]
    constants: Constants

    @property
    def change(self) -> float:
        return self.end.points - self.start.points


def moved(pair: Pair) -> list[Moved]:
    """Return what moved the points of a strand; the parts add up to the change."""
    return _moved_zero(pair) if pair.end.zero else _moved_share(pair)


def _told(found: Iterable[Moved]) -> list[Moved]:
    """Leave out what is only the rounding of a computer."""
    return [part for part in found if abs(part.points) > _NOTHING]


@dataclass(frozen=True, slots=True)
class _Stratum:
    """A part of what is believed: its weight in p, and its share kept."""

    weight: float
    share: float


def _moved_share(pair: Pair) -> list[Moved]:
    start, end, kappa = pair.start, pair.end, pair.constants.loss_aversion
    slope = _slope(start, end, kappa)
    middle = (start.share + end.share) / 2
    found = [
        part
        for place, name in enumerate(pair.segments)
        for part in _segment(pair, place, name, slope, middle)
    ]
    was, now = 1 - start.certainty, 1 - end.certainty
    presumed = (start.prior.mean + end.prior.mean) / 2
    found.append(Moved("evidence", slope * (now - was) * (presumed - middle)))
    other = slope * (was + now) / 2 * (end.prior.mean - start.prior.mean)
    bend = pair.change - slope * (end.share - start.share)
    found.append(Moved("target", other + (bend if start.tolerance != end.tolerance else 0.0)))
    return _told(found)


def _slope(start: Belief, end: Belief, kappa: float) -> float:
    """Return points by share, the mean over both targets: the slope of the way that p went."""
    return (
        -sum(
            secant((1 - start.share) / tolerance, (1 - end.share) / tolerance, kappa) / tolerance
            for tolerance in (start.tolerance, end.tolerance)
        )
        / 2
    )


def _segment(pair: Pair, place: int, name: str, slope: float, middle: float) -> list[Moved]:
    before, after = _stratum(pair.start, name), _stratum(pair.end, name)
    if not before.weight and not after.weight:
        return []
    weight = (before.weight + after.weight) / 2 * slope
    rate = weight * (after.share - before.share)
    mean = (before.share + after.share) / 2
    mix = slope * (after.weight - before.weight) * (mean - middle)
    days = _days(pair, place, name, before.share, weight)
    rest = rate - sum(day.points for day in days)
    told = {"segment": name, "before": before.share, "after": after.share}
    return [*days, Moved("mix", mix, **told), Moved("recounted", rest, **told)]  # type: ignore[arg-type]


def _stratum(belief: Belief, name: str) -> _Stratum:
    """Return a segment's weight in p and its own share; of one without cases, p itself."""
    own = next((segment for segment in belief.segments if segment.name == name), None)
    if own is None:
        return _Stratum(0.0, belief.share)
    return _Stratum(belief.certainty * own.cases / belief.cases, own.kept / own.cases)


def _days(pair: Pair, place: int, name: str, was: float, weight: float) -> list[Moved]:
    """Return what each new day moved: forgetting leaves a share as it is, only cases move it."""
    own = _own(pair.end, name)
    if own is None:
        return []
    part = pair.new.where(pair.new.rows.segment == place)
    pull = part.weight * ((1 - was) * part.rows.good - was * part.rows.bad) / own.cases
    return [
        Moved("rate", weight * amount, name, day, kept, broken, was)
        for amount, day, kept, broken in _listed(pull, part)
    ]


def _own(belief: Belief, name: str) -> Segment | None:
    return next((segment for segment in belief.segments if segment.name == name), None)


def _listed(amounts: Real, part: Faded) -> "list[tuple[float, int, int, int]]":
    """Return (amount, day, kept, broken), one a day."""
    found: dict[int, list[float]] = {}
    columns = (
        part.rows.day.tolist(),
        amounts.tolist(),
        part.rows.good.tolist(),
        part.rows.bad.tolist(),
    )
    for day, amount, kept, broken in zip(*columns, strict=True):
        one = found.setdefault(day, [0.0, 0, 0])
        one[0], one[1], one[2] = one[0] + amount, one[1] + kept, one[2] + broken
    return [(one[0], day, int(one[1]), int(one[2])) for day, one in found.items()]


def _moved_zero(pair: Pair) -> list[Moved]:
    start, end, constants = pair.start, pair.end, pair.constants
    slope = secant(start.gap, end.gap, constants.loss_aversion)
    presumed = constants.prior_gap
    own = [(one.gap - presumed) / one.certainty + presumed if one.certainty else presumed
           for one in (start, end)]  # fmt: skip
    known = slope * (end.certainty - start.certainty) * (sum(own) / 2 - presumed)
    weight = slope * (start.certainty + end.certainty) / 2
    days, fresh = _violations(pair, weight)
    rest = weight * (own[1] - own[0]) - fresh
    return _told([*days, Moved("evidence", known), Moved("forgiven", rest)])


def _violations(pair: Pair, weight: float) -> tuple[list[Moved], float]:
    """Return what new violations moved by day and segment: the mean of before and after fading."""
    scale = pair.end.phi
    fresh = float(pair.new.weight @ pair.new.rows.bad) / scale
    if not fresh:
        return [], 0.0
    left = pair.end.broken / scale - fresh
    was = pair.start.broken / scale
    whole = (_step(pair, left, fresh) + _step(pair, was, fresh)) / 2 * weight
    found = []
    for place, name in enumerate(pair.segments):
        part = pair.new.where((pair.new.rows.segment == place) & (pair.new.rows.bad > 0))
        amounts = whole * part.weight * part.rows.bad / scale / fresh
        found += [Moved("rate", a, name, day, k, b) for a, day, k, b in _listed(amounts, part)]
    return found, sum(part.points for part in found)


def _step(pair: Pair, before: float, fresh: float) -> float:
    rules = pair.constants
    after, was = (
        zero_gap(max(0.0, s), step=rules.zero_step, floor=rules.zero_floor)
        for s in (before + fresh, before)
    )
    return after - was
