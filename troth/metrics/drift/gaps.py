"""The gap: what was expected, promised, delivered and felt, side by side and never blended."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from troth.metrics.drift.cases import Case, openings
from troth.metrics.drift.normal import Array
from troth.metrics.drift.panels import Flags, Panel

DAYS = 28  # what is delivered is told of so many days
_SURE = 2.326  # sigmas, one side: worse than promised with 99 % certainty
_NINETY = 1.645  # sigmas to each side of a 90 % interval
FEWEST = 30  # cases under which no share is told of


@dataclass(frozen=True, slots=True)
class Gap:
    """In the reading's unit. A gap is positive where what came is worse than what was said."""

    expected: float | None
    promised: float | None
    delivered: float | None
    perceived: float | None
    low: float | None
    high: float | None
    n: int

    def between(self, first: str, second: str, *, worse: float) -> float | None:
        """Return by how much `second` is worse than `first`; None where one is not known."""
        said, came = getattr(self, first), getattr(self, second)
        return None if said is None or came is None else (came - said) * worse


def trailing(values: Array, days: int = DAYS) -> Array:
    """Return the sum of the last `days` days at each day."""
    whole = np.cumsum(values, axis=-1)
    found = whole.copy()
    found[..., days:] -= whole[..., :-days]
    return found


def delivered(panel: Panel, dispersion: Array) -> tuple[Array, Array, Array]:
    """Return (reading, its sigma, cases) over the last 28 days at each day; NaN: no case.

    The sigma of a share is Wilson's, on as many cases as they are worth when days scatter
    `dispersion` times as much as chance.
    """
    means = np.array([reading == "mean" for reading in panel.readings])[:, None]
    counts = np.array([reading == "count" for reading in panel.readings])[:, None]
    above = trailing(np.where(means, panel.sum, np.where(counts, panel.total, panel.good)))
    cases = trailing(panel.volume())
    days = trailing((panel.volume() > 0).astype(float))
    told = np.minimum(np.arange(panel.shape[1]) + 1, DAYS) - trailing(panel.silent.astype(float))
    below = np.where(counts, told, cases)
    share = np.divide(above, below, out=np.full(panel.shape, np.nan), where=below > 0)
    factor = dispersion[:, None]
    worth = np.maximum(cases, 1) / np.maximum(factor, 1) ** 2
    p = (np.clip(share, 0, 1) * worth + _NINETY**2 / 2) / (worth + _NINETY**2)
    binomial = np.sqrt(p * (1 - p) / worth)
    by_day = factor / np.sqrt(np.maximum(days, 1))
    poisson = np.sqrt(np.maximum(share, 0) / np.maximum(below, 1)) * np.maximum(factor, 1)
    sigma = np.where(means, by_day, np.where(counts, poisson, binomial))
    return share, sigma, cases


def gaps(
    panel: Panel, targets: Array, dispersion: Array, *, alive: Flags, complete: Flags
) -> list[Case]:
    """Return where what was delivered over 28 days is surely worse than promised.

    `targets` is NaN for streams without a promise. It closes when it is as promised again. It is no
    alarm: a promise that is broken rings by its own verdict.
    """
    share, sigma, cases = delivered(panel, dispersion)
    with np.errstate(invalid="ignore"):
        short = (share - targets[:, None]) * panel.worse[:, None]
        over = alive & complete & (short - _SURE * sigma > 0) & (cases >= FEWEST)
        back = complete & (short <= 0)
    return [
        Case(
            row=one.row, kind="gap", opened=one.opened, closed=one.closed,
            onset=_since(short[one.row], one.opened), size=float(short[one.row, one.opened]),
            rings=False,
            why_closed="" if one.closed is None else "as promised again",
            evidence={
                "promised": float(targets[one.row]),
                "delivered": float(share[one.row, one.opened]),
                "sigma": float(sigma[one.row, one.opened]), "days": DAYS,
                "cases": int(cases[one.row, one.opened]),
            },
        )
        for one in openings(over, back, alive=alive)
    ]  # fmt: skip


def _since(short: Array, day: int) -> int:
    """Return the first day from which on it was short without a break."""
    whole = np.flatnonzero(~(short[: day + 1] > 0))
    return int(whole[-1]) + 1 if len(whole) else 0


def interval(share: float, n: float, dispersion: float) -> tuple[float, float]:
    """Return Wilson's 90 % interval of a share, on as many cases as they are worth."""
    worth = max(n / max(dispersion, 1.0) ** 2, 1e-9)
    z2 = _NINETY**2
    middle = (share + z2 / (2 * worth)) / (1 + z2 / worth)
    half = _NINETY * sqrt(share * (1 - share) / worth + z2 / (4 * worth**2)) / (1 + z2 / worth)
    return max(0.0, middle - half), min(1.0, middle + half)
