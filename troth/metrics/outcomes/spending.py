"""Gamma-Gamma: what a customer spends on average, from few purchases (Fader and Hardie 2013).

Each purchase of a customer varies about a mean of their own (gamma: p), and means vary among
customers (q, v). Spending is taken to have nothing to do with how often somebody buys.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from troth.metrics.outcomes.minimise import covariance, minimise
from troth.metrics.outcomes.special import digamma, gammaln

Array = NDArray[np.float64]
_STARTS = ((1.0, 2.0, 1.0), (6.0, 4.0, 0.5), (2.0, 8.0, 4.0))
_FURTHEST = 15.0
_WIDE = 6.0


@dataclass(frozen=True, slots=True)
class Spending:
    p: float
    q: float
    v: float
    likelihood: float
    spread: Array | None = None

    def draws(self, count: int, seed: int = 2) -> list["Spending"]:
        """Return parameters as uncertain as the fit, drawn from its normal approximation."""
        if self.spread is None:
            return []
        middle = np.log([self.p, self.q, self.v])
        drawn = np.random.default_rng(seed).multivariate_normal(
            middle, self.spread, size=count, check_valid="ignore"
        )  # as in buying
        kept = np.clip(drawn, middle - _WIDE, middle + _WIDE)
        return [_model(np.exp(row), self.likelihood) for row in kept]


def fit(times: Array, average: Array) -> Spending | None:
    """Return the parameters for customers who bought so many times, at this average each time.

    Both are above 0. None where the data point to none.
    """
    if len(times) == 0:
        return None

    def cost(logs: Array) -> tuple[float, Array]:
        return _cost(logs, times, average)

    scale = float(np.median(average))
    starts = [np.log([p, q, v * scale]) for p, q, v in _STARTS]
    least = minimise(cost, starts, within=_FURTHEST + abs(float(np.log(scale))))
    if not least.converged:
        return None
    return _model(np.exp(least.at), -least.value, covariance(cost, least.at))


def _model(parameters: Array, likelihood: float, spread: Array | None = None) -> Spending:
    p, q, v = (float(one) for one in parameters)
    return Spending(p, q, v, likelihood, spread)


def _cost(logs: Array, x: Array, m: Array) -> tuple[float, Array]:
    """Return minus the log-likelihood, and its gradient in the logarithms of the parameters."""
    if np.abs(logs).max() > 4 * _FURTHEST:
        return float("inf"), np.zeros(3)
    p, q, v = np.exp(logs)
    bought, joined = p * x, x * m + v
    told = (
        gammaln(bought + q) - gammaln(bought) - gammaln(q) + q * np.log(v)
        + (bought - 1) * np.log(m) + bought * np.log(x) - (bought + q) * np.log(joined)
    )  # fmt: skip
    both = digamma(bought + q)
    slopes = (
        x * (both - digamma(bought) + np.log(m) + np.log(x) - np.log(joined)),
        both - digamma(q) + np.log(v) - np.log(joined),
        q / v - (bought + q) / joined,
    )
    gradient = np.array([slope.sum() for slope in slopes]) * np.exp(logs)
    return -float(told.sum()), -gradient


def expected(model: Spending, times: Array, average: Array) -> Array:
    """Return what each customer's purchases are worth on average, drawn towards that of all.

    `times` may be 0, and `average` anything there. NaN where the mean of all does not exist
    (q at most 1).
    """
    if model.q <= 1:
        return np.full(len(times), np.nan)
    known = np.where(times > 0, average, 0.0)
    return np.asarray(model.p * (model.v + times * known) / (model.p * times + model.q - 1))
