"""Surprises in series finer than a day: values that are unlike their own past, minute by minute.

A fade is measured against a frozen baseline; a value every five minutes has no frozen baseline to
be measured against for months. Here a value is compared with what the same time of day brought
before, and its distance with the distances that this series has had so far, however they are
distributed. One setting for every series; nothing is chosen by looking at one.

1. What was to be expected: the median of the same time of day (and its neighbours) over the last
   ten days, or the median of the same time of the week over the last four weeks, whichever has been
   nearer so far.
2. How far is far: the share of past distances that were as large; beyond the largest fiftieth
   the tail is continued as a power of the distance (Hill 1975).
3. The score is -log10 of that share: 3 is one in a thousand.
4. One surprise is one case: for a day only a greater one is told.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from troth.metrics.drift.normal import Array

RINGS = 2.4  # a score from which on a surprise is told: once in 250 values, before cases are joined
_DAY = 86_400
_DAYS, _WEEKS = 10, 4  # how much of the past is looked at
_FINEST = 60  # seconds: finer values share a time of day
_LEARN = 200  # values before the first is judged
_AGAIN = 50  # values after which the tail is fitted again
_TAIL = 0.02  # the share of the past that is its tail
_FEWEST = 10  # values in the tail
_THINNEST = 0.15  # no tail is taken to end sooner than this power says
_SMALLEST = 1e-3  # of the interquartile range: distances below are none
_FORGET = 1 / 300  # how fast an expectation's record of misses is forgotten


@dataclass(frozen=True, slots=True)
class Surprised:
    """A score for each value; 0 where it is unsurprising, or within a case that is open.

    `raw` is the score of the value alone, whatever came before it that day.
    """

    score: Array
    expected: Array
    distance: Array
    raw: Array

    @property
    def rings(self) -> NDArray[np.bool_]:
        return self.score >= RINGS


def surprises(seconds: NDArray[np.int64], values: Array) -> Surprised:
    """Return how surprising each value is, given those before it alone.

    `seconds` are epoch seconds in order. A value is judged by nothing that comes after it.
    """
    step = max(1, int(np.median(np.diff(seconds)))) if len(seconds) > 1 else _DAY
    expected = _nearer(values, _expectations(seconds, values, step))
    distance = np.abs(values - expected)
    known = values[: max(_LEARN, int(0.15 * len(values)))]
    quartiles = np.percentile(known[:_LEARN], [25, 75])
    least = _SMALLEST * float(quartiles[1] - quartiles[0]) + 1e-9
    raw = _rarity(distance, least)
    return Surprised(_cases(raw, max(1, _DAY // step)), expected, distance, raw)


@dataclass(frozen=True, slots=True)
class Surprise:
    """Values too far from their past with less than a day between them; places in the series."""

    first: int
    last: int
    greatest: int


def joined(seconds: NDArray[np.int64], raw: Array, *, least: float) -> list[Surprise]:
    """Return the cases of the values whose score is `least` or more, the oldest first."""
    over = np.flatnonzero(raw >= least)
    if not len(over):
        return []
    groups = np.split(over, np.flatnonzero(np.diff(seconds[over]) > _DAY) + 1)
    return [
        Surprise(int(group[0]), int(group[-1]), int(group[raw[group].argmax()]))
        for group in groups
    ]  # fmt: skip


def _expectations(seconds: NDArray[np.int64], values: Array, step: int) -> list[Array]:
    """Return what the same time of day, and of the week, has brought; NaN: unknown."""
    width = max(step, _FINEST)
    slots = max(1, _DAY // width)
    day = seconds // _DAY - seconds[0] // _DAY
    slot = np.minimum(seconds % _DAY // width, slots - 1)
    table = np.full((int(day[-1]) + 1, slots), np.nan)
    daily, weekly = np.full(len(values), np.nan), np.full(len(values), np.nan)
    edges = np.searchsorted(day, np.arange(len(table) + 1))
    for today in range(len(table)):
        part = slice(int(edges[today]), int(edges[today + 1]))
        if today >= 2:  # noqa: PLR2004 - one day is no habit
            daily[part] = _medians(_widely(table[max(0, today - _DAYS) : today]))[slot[part]]
        weeks = [today - 7 * back for back in range(1, _WEEKS + 1) if today >= 7 * back]
        if len(weeks) > 1:
            weekly[part] = _medians(table[weeks])[slot[part]]
        table[today, slot[part]] = values[part]
    return [daily, weekly]


def _widely(rows: Array) -> Array:
    """Return the rows with their neighbours in time below them: no habit is to the minute."""
    return np.concatenate([np.roll(rows, shift, axis=1) for shift in (-1, 0, 1)])


def _medians(rows: Array) -> Array:
    """Return each column's median, NaN where nothing is known of it."""
    ordered = np.sort(rows, axis=0)  # NaN last
    count = (~np.isnan(rows)).sum(axis=0)
    columns = np.arange(rows.shape[1])
    low = ordered[np.maximum(count - 1, 0) // 2, columns]
    high = ordered[np.minimum(count // 2, len(rows) - 1), columns]
    return np.asarray(np.where(count > 0, (low + high) / 2, np.nan))


def _nearer(values: Array, expectations: list[Array]) -> Array:
    """Return, at each value, the expectation that has been nearer to the values before it."""
    found = np.full(len(values), np.nan)
    miss, seen = [0.0] * len(expectations), [0] * len(expectations)
    columns = [column.tolist() for column in expectations]
    for index, value in enumerate(values.tolist()):
        here = [n for n, column in enumerate(columns) if column[index] == column[index]]
        if not here:
            continue
        tried = [n for n in here if seen[n] > _FEWEST * 2] or here
        found[index] = columns[min(tried, key=miss.__getitem__)][index]
        for n in here:
            away = abs(value - columns[n][index])
            if seen[n]:
                away = min(away, 10 * miss[n] + 1e-12)  # one surprise is no record
            miss[n] += (away - miss[n]) * max(_FORGET, 1 / (seen[n] + 1))
            seen[n] += 1
    return found


def _rarity(distance: Array, least: float) -> Array:
    """Return -log10 of the share of past distances that were as large, 0 within the usual."""
    found = np.zeros(len(distance))
    for start in range(_LEARN, len(distance), _AGAIN):
        past = distance[:start]
        past = np.sort(past[~np.isnan(past)])
        if len(past) < 3 * _FEWEST:
            continue
        size = min(max(_FEWEST, int(_TAIL * len(past))), len(past) // 3)
        edge = max(float(past[-size - 1]), least)
        power = max(float(np.log(np.maximum(past[-size:], edge) / edge).mean()), _THINNEST)
        now = distance[start : start + _AGAIN]
        with np.errstate(invalid="ignore", divide="ignore"):
            score = np.log10(now / edge) / power - np.log10(size / len(past))
            found[start : start + _AGAIN] = np.where(now > edge, score, 0.0)
    return found


def _cases(raw: Array, length: int) -> Array:
    """Return the scores that are greater than every one of the `length` values before."""
    found = np.zeros(len(raw))
    greatest: deque[tuple[int, float]] = deque()
    for index, score in enumerate(raw.tolist()):
        while greatest and greatest[0][0] < index - length:
            greatest.popleft()
        if score > (greatest[0][1] if greatest else 0.0):
            found[index] = score
        while greatest and greatest[-1][1] <= score:
            greatest.pop()
        greatest.append((index, score))
    return found
