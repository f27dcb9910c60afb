"""What comes next: the chance that the next case is broken, and where the next period's rate lies.

A segment with few cases leans on its promise, as firmly as the segments of the promise agree with
each other (empirical Bayes). How far a period may stray from what was expected is learned from how
far the past ones did: days that follow each other are no independent draws, so that chance alone,
and also the unevenness from day to day, promises too much (docs/method.md).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from troth.promises.scoring.bands import quantiles
from troth.promises.scoring.belief import Segment
from troth.promises.scoring.composing import Band
from troth.promises.scoring.constants import MEMORY
from troth.promises.scoring.evidence import Whole

FEWEST, MOST = 2.0, 50.0  # cases that a parent's share may be worth
_EDGES = np.array([0.05, 0.95])
_LEAST = 1e-6
_LENT = 2.0  # a segment's own surprises are joined by as many of the whole promise
_FADE = 0.5 ** (1 / 4)  # surprises of four periods ago count half

Series = tuple[Whole, Whole, Whole]  # day, good, total; in order


def firmness(segments: Sequence[Segment], *, share: float) -> float:
    """Return m: how many cases the parent's share is worth to its segments.

    By the method of moments: segments that differ no more than chance explains share everything
    (m is large), segments that differ much keep to themselves.
    """
    sizes = np.array([one.cases for one in segments])
    rates = np.array([one.kept / one.cases for one in segments])
    noise, total = share * (1 - share), float(sizes.sum())
    if len(segments) < 2 or not noise:  # noqa: PLR2004 - one has nothing to differ from
        return MOST
    middle = float(sizes @ rates) / total
    around = float(sizes @ (rates - middle) ** 2)
    between = (around - (len(segments) - 1) * noise) / (total - float(sizes @ sizes) / total)
    return MOST if between <= 0 else min(MOST, max(FEWEST, noise / between - 1))


def expected(own: Segment | None, *, parent: float, m: float) -> float:
    """Return the chance that a segment's next case is kept: m·π + r by m + r + s."""
    kept, cases = (own.kept, own.cases) if own else (0.0, 0.0)
    return (m * parent + kept) / (m + cases)


def spread(share: float, *, cases: float, stray: float) -> Band:
    """Return where the share of the next `cases` cases lies, nine times in ten.

    `stray` is how much more than chance periods differ from what was expected: in units of
    p(1 - p), what chance alone gives is 1 / cases.
    """
    size = 1 / min(1 / cases + stray, 1 - _LEAST) - 1
    shape = max(size * share, _LEAST), max(size * (1 - share), _LEAST)
    low, high = quantiles(*shape, _EDGES).tolist()
    return Band(low, high)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What was expected of a segment in the days after `day`, and what came: None of the last.

    `last` is what a reader would guess who knows the latest period alone, `whole` the share over
    all segments and all time so far.
    """

    name: str
    day: int
    share: float
    stray: float
    last: float
    whole: float
    kept: int
    cases: int

    @property
    def band(self) -> Band:
        return spread(self.share, cases=self.cases, stray=self.stray)


@dataclass(slots=True)
class _Surprises:
    """The mean of past surprises, newer ones counting more."""

    sum: float = 0.0
    weight: float = 0.0

    def add(self, amount: float) -> None:
        self.sum = self.sum * _FADE + amount
        self.weight = self.weight * _FADE + 1

    @property
    def mean(self) -> float:
        return self.sum / self.weight if self.weight else 0.0


@dataclass(slots=True)
class Replay:
    """Forecasts of each period in turn, each from what was known before it.

    `series` are the segments of one promise, `period` and `half_life` are in days.
    """

    series: Mapping[str, Series]
    period: int
    half_life: float
    least: int = 30  # cases that a period needs, to be told and to be learned from
    _own: dict[str, _Surprises] = field(default_factory=dict)
    _all: _Surprises = field(default_factory=_Surprises)

    def forecasts(self) -> Iterator[Forecast]:
        """Yield one forecast for each period and segment with enough cases in it."""
        days = [int(day[0]) for day, _, _ in self.series.values() if len(day)]
        ends = [int(day[-1]) for day, _, _ in self.series.values() if len(day)]
        if not days:
            return
        for end in range(min(days) + self.period - 1, max(ends) - self.period + 1, self.period):
            found = [each for each in self._at(end) if each.cases >= self.least]
            yield from found
            for each in found:
                self._learn(each)

    def _learn(self, told: Forecast) -> None:
        noise = told.share * (1 - told.share)
        surprise = (told.kept / told.cases - told.share) ** 2 / noise - 1 / told.cases
        self._own.setdefault(told.name, _Surprises()).add(surprise)
        self._all.add(surprise)

    def _stray(self, name: str) -> float:
        own = self._own.get(name, _Surprises())
        lent = _LENT if self._all.weight else 0.0
        told = lent * self._all.mean + own.sum
        return max(0.0, told / (lent + own.weight)) if lent + own.weight else 0.0

    def _at(self, end: int) -> Iterator[Forecast]:
        known = {name: self._faded(name, end) for name in self.series}
        heard = [one for one in known.values() if one.cases > 0]
        if not heard:
            return
        kept = sum(one.kept for one in heard)
        cases = sum(one.cases for one in heard)
        parent = (kept + 0.5) / (cases + 1)
        m = firmness(heard, share=parent)
        whole = self._whole(end)
        for name, own in known.items():
            good, total = self._between(name, end, end + self.period)
            share = expected(own, parent=parent, m=m)
            before = self._between(name, end - self.period, end)
            last = (before[0] + whole) / (before[1] + 1)
            yield Forecast(name, end, share, self._stray(name), last, whole, good, total)

    def _faded(self, name: str, end: int) -> Segment:
        day, good, total = self.series[name]
        low, high = np.searchsorted(day, [end - self.half_life * MEMORY, end], side="right")
        weight = np.exp2((day[low:high] - end) / self.half_life)
        kept = float(weight @ good[low:high])
        return Segment(name, kept, float(weight @ total[low:high]) - kept)

    def _between(self, name: str, start: int, end: int) -> tuple[int, int]:
        day, good, total = self.series[name]
        low, high = np.searchsorted(day, [start, end], side="right")
        return int(good[low:high].sum()), int(total[low:high].sum())

    def _whole(self, end: int) -> float:
        counts = [self._between(name, -1, end) for name in self.series]
        return (sum(c[0] for c in counts) + 0.5) / (sum(c[1] for c in counts) + 1)
