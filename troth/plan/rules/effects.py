"""Whether a fix changed anything: the days before it against the days after. Pure.

Two phases of daily counts are compared as weighted means. Their variance is taken between days,
never from the counts alone: real days scatter far more than a binomial says, and an interval that
ignores it finds an effect in everything (Laney 2002; NHS data: sigma 7 times the binomial's).
Both phases hold whole weeks, so that a phase with one Sunday more is not taken for a change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf, sqrt
from statistics import NormalDist
from typing import Final

FEWEST_DAYS: Final = 14  # with data, in each phase
_WEEK: Final = 7
_CONFIDENCE: Final = 0.95  # two-sided: a fix without effect is called one in at most 5 of 100
_NORMAL: Final = NormalDist()


class Verdict(StrEnum):
    """What may be said of an initiative."""

    TOO_EARLY = "too_early"
    AS_EXPECTED = "as_expected"
    LESS = "less"
    NONE = "none"
    WORSE = "worse"


@dataclass(frozen=True, slots=True)
class Day:
    """One local day: its value (a share, or a mean) and of how many cases."""

    value: float
    n: int


@dataclass(frozen=True, slots=True)
class Effect:
    """How much better it is after than before, in the value's own unit; more is better.

    `low` and `high` are the 95 % interval. `days` and `cases` are those of the phases, before and
    after. Where it is too early there is no number.
    """

    verdict: Verdict
    size: float | None = None
    low: float | None = None
    high: float | None = None
    before: float | None = None
    after: float | None = None
    days: tuple[int, int] = (0, 0)
    cases: tuple[int, int] = (0, 0)


def effect(
    before: Sequence[Day], after: Sequence[Day], *, least: float, better: str = "more"
) -> Effect:
    """Compare two phases, oldest day first; `least` is the change that was expected (above 0).

    `better` is "more" or "less": what the value should become. Days without cases are left out by
    the caller's order: give every day of the phase, `n` 0 where there was none.
    """
    first, second = _weeks(before, last=True), _weeks(after, last=False)
    days = (sum(1 for day in first if day.n), sum(1 for day in second if day.n))
    cases = (sum(day.n for day in first), sum(day.n for day in second))
    if min(days) < FEWEST_DAYS:
        return Effect(Verdict.TOO_EARLY, days=days, cases=cases)
    was, became = _mean(first), _mean(second)
    sign = 1 if better == "more" else -1
    size = sign * (became - was)
    wide = _student(min(days) - _WEEK) * sqrt(_variance(first, was) + _variance(second, became))
    return Effect(
        _verdict(size, size - wide, size + wide, least),
        size=size, low=size - wide, high=size + wide, before=was, after=became,
        days=days, cases=cases,
    )  # fmt: skip


def _verdict(size: float, low: float, high: float, least: float) -> Verdict:
    if high < 0:
        return Verdict.WORSE
    if low <= 0:
        return Verdict.NONE
    return Verdict.AS_EXPECTED if size >= least else Verdict.LESS


def _weeks(days: Sequence[Day], *, last: bool) -> Sequence[Day]:
    """Return the whole weeks nearest to the change."""
    whole = len(days) // _WEEK * _WEEK
    if not whole:
        return ()
    return days[-whole:] if last else days[:whole]


def _mean(days: Sequence[Day]) -> float:
    return sum(day.value * day.n for day in days) / sum(day.n for day in days)


def _variance(days: Sequence[Day], mean: float) -> float:
    """Return the variance of the weighted mean, as days scatter around their weekday's, or weeks.

    The larger of the two: days that hang together would make it look smaller than it is.
    """
    usual = [_mean(days[start::_WEEK]) if any(d.n for d in days[start::_WEEK]) else mean
             for start in range(_WEEK)]  # fmt: skip
    alone = [(day.value - usual[place % _WEEK], day.n) for place, day in enumerate(days)]
    by_day = _between(alone, known=_WEEK)
    parts = [days[start : start + _WEEK] for start in range(0, len(days), _WEEK)]
    weeks = [
        (_mean(part) - mean, sum(d.n for d in part)) for part in parts if any(d.n for d in part)
    ]
    return max(by_day, _between(weeks, known=1)) if len(weeks) > 2 else by_day  # noqa: PLR2004


def _between(parts: Sequence[tuple[float, int]], *, known: int) -> float:
    """Return the variance of a weighted mean from its parts' residuals, `known` means taken off."""
    filled = [(off, n) for off, n in parts if n]
    if len(filled) <= known:
        return inf
    spread = sum((n * off) ** 2 for off, n in filled)
    return spread / sum(n for _, n in filled) ** 2 * len(filled) / (len(filled) - known)


def _student(freedom: int) -> float:
    """Return the two-sided quantile of Student's t (Cornish-Fisher, within 0.5 % from 5 on)."""
    z = _NORMAL.inv_cdf((1 + _CONFIDENCE) / 2)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3
