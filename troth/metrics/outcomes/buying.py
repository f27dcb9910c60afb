"""BG/NBD: who still buys, and how often, from when they bought (Fader, Hardie and Lee 2005).

While alive a customer buys at a rate of their own (gamma: r, alpha), and after each purchase stops
for ever with a probability of their own (beta: a, b). Time is in any unit; alpha is in it too.
Why it is our own: docs/decisions/022-lifetimes.md.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from troth.metrics.outcomes.minimise import covariance, minimise
from troth.metrics.outcomes.special import digamma, gammaln, hyp2f1

Array = NDArray[np.float64]
_STARTS = ((1.0, 1.0, 1.0, 1.0), (0.3, 5.0, 0.8, 2.5), (2.0, 20.0, 0.5, 5.0))
_FURTHEST = 15.0  # logarithm of a parameter beyond which a fit means nothing
_WIDE = 6.0
_NEAR_ONE = 1e-6
_MANY = 5_000
_ALIKE = 100.0  # from this a on all customers stop with about the same probability: it is taken so


@dataclass(frozen=True, slots=True)
class Histories:
    """Customers, one entry each: repeat purchases, time of the last one, time under observation.

    Both times count from the customer's first purchase. `repeats` is 0 where `last` is.
    """

    repeats: Array
    last: Array
    observed: Array

    def __len__(self) -> int:
        return len(self.repeats)


@dataclass(frozen=True, slots=True)
class Buying:
    """Fitted parameters, their log-likelihood, and the covariance of their logarithms, if known."""

    r: float
    alpha: float
    a: float
    b: float
    likelihood: float
    spread: Array | None = None

    def draws(self, count: int, seed: int = 1) -> list["Buying"]:
        """Return parameters as uncertain as the fit, drawn from its normal approximation."""
        if self.spread is None:
            return []
        middle = np.log([self.r, self.alpha, self.a, self.b])
        drawn = np.random.default_rng(seed).multivariate_normal(
            middle, self.spread, size=count, check_valid="ignore"
        )  # no variance in it is below 0 as it was made; very wide ones fail that check by rounding
        kept = np.clip(
            drawn, middle - _WIDE, middle + _WIDE
        )  # what is hardly known may be drawn anywhere
        return [_model(np.exp(row), self.likelihood) for row in kept]


def fit(people: Histories) -> Buying | None:
    """Return the parameters of greatest likelihood, or None where the data point to none."""
    if len(people) == 0 or not (people.repeats > 0).any():
        return None
    groups = _grouped(people)
    starts = _starts(people)
    if len(groups.times) > _MANY:  # where to begin is told by some; all of them decide
        some = minimise(partial(_cost, groups.some(len(groups.times) // _MANY + 1)), starts,
                        within=_FURTHEST)  # fmt: skip
        starts = [some.at, *starts[:1]] if some.converged else starts
    cost = partial(_cost, groups)
    least = minimise(cost, starts, within=_FURTHEST)
    if not least.converged:
        return None
    return _model(np.exp(least.at), -least.value, covariance(cost, least.at))


@dataclass(frozen=True, slots=True)
class _Groups:
    """Customers with the same history, how many they are, and each number of repeats once."""

    people: Histories
    times: Array
    counts: Array  # the numbers of repeats that there are
    place: NDArray[np.intp]  # of each group's number among them

    def some(self, every: int) -> "_Groups":
        rows = slice(None, None, every)
        mine = self.people
        few = Histories(mine.repeats[rows], mine.last[rows], mine.observed[rows])
        return _Groups(few, self.times[rows], self.counts, self.place[rows])


def _grouped(people: Histories) -> _Groups:
    rows, times = np.unique(
        np.stack([people.repeats, people.last, people.observed], axis=1), axis=0, return_counts=True
    )
    counts, place = np.unique(rows[:, 0], return_inverse=True)
    return _Groups(Histories(*rows.T), times.astype(float), counts, place)


def _model(parameters: Array, likelihood: float, spread: Array | None = None) -> Buying:
    r, alpha, a, b = (float(one) for one in parameters)
    return Buying(r, alpha, a, b, likelihood, spread)


def _starts(people: Histories) -> list[Array]:
    unit = max(float(people.observed.mean()), 1e-9) / 30  # so that the unit of time is no matter
    return [np.log([r, alpha * unit, a, b]) for r, alpha, a, b in _STARTS]


def _cost(groups: _Groups, logs: Array) -> tuple[float, Array]:
    """Return minus the log-likelihood, and its gradient in the logarithms of the parameters."""
    if np.abs(logs).max() > 3 * _FURTHEST:
        return float("inf"), np.zeros(4)
    r, alpha, a, b = np.exp(logs)
    people, times, n, place = groups.people, groups.times, groups.counts, groups.place
    x, last, observed = people.repeats, people.last, people.observed
    rest = np.where(x > 0, b + x - 1, 1.0)
    seen, heard = np.log(alpha + observed), np.log(alpha + last)
    still = -(r + x) * seen
    gone = np.where(x > 0, np.log(a) - np.log(rest) - (r + x) * heard, -np.inf)
    joined = np.logaddexp(still, gone)
    alive, dead = np.exp(still - joined), np.exp(gone - joined)
    of_count = (
        gammaln(r + n) - gammaln(r) + r * np.log(alpha) + gammaln(a + b) + gammaln(b + n)
        - gammaln(b) - gammaln(a + b + n)
    )  # fmt: skip
    both = digamma(a + b) - digamma(a + b + n)
    slopes = (
        (digamma(r + n) - digamma(r) + np.log(alpha))[place] - alive * seen - dead * heard,
        r / alpha - (r + x) * (alive / (alpha + observed) + dead / (alpha + last)),
        both[place] + dead / a,
        (both + digamma(b + n) - digamma(b))[place] - dead / rest,
    )
    gradient = np.array([times @ slope for slope in slopes]) * np.exp(logs)
    return -float(times @ (of_count[place] + joined)), -gradient


def alive(model: Buying, people: Histories) -> Array:
    """Return for each customer the probability of being one still."""
    return 1 / (1 + _odds_of_gone(model, people))


def _odds_of_gone(model: Buying, people: Histories) -> Array:
    x = people.repeats
    again = x > 0
    rest = np.where(again, model.b + x - 1, 1.0)
    with np.errstate(over="ignore"):  # whoever is gone for certain has infinite odds
        silence = (model.r + x) * np.log(
            (model.alpha + people.observed) / (model.alpha + people.last)
        )
        return np.where(again, model.a / rest * np.exp(silence), 0.0)


def expected(model: Buying, people: Histories, ahead: Array | float) -> Array:
    """Return how many purchases each customer is expected to make in the next `ahead`.

    Several of them, as a column, give a row each.
    """
    known = model.alpha + people.observed
    if model.a > _ALIKE:
        stops = model.a / (model.a + model.b + people.repeats)
        bought = (1 - (known / (known + stops * ahead)) ** (model.r + people.repeats)) / stops
    else:
        bought = _by_series(model, people, ahead / (known + ahead))
    return np.asarray(bought / (1 + _odds_of_gone(model, people)))


def _by_series(model: Buying, people: Histories, z: Array) -> Array:
    less = model.a - 1
    less = less if abs(less) > _NEAR_ONE else _NEAR_ONE
    c = less + model.b + people.repeats
    # Euler's transformation: nothing overflows, however often somebody has bought.
    kept = (1 - z) ** less * hyp2f1(less + model.b - model.r, less, c, z)
    return np.asarray(c / less * (1 - kept))
