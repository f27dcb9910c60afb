"""Does a segment's next period lie where the score expects it: nine in ten, on real cases."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np

from troth.metrics.trials import cases
from troth.metrics.trials.calibration import PUNCTUAL
from troth.promises.scoring import halving
from troth.promises.scoring.forecasting import Forecast, Replay, Series

_IN_TIME = timedelta(days=5)  # from an incident's first event to its last
Many = Mapping[str, Series]
WHICH = ("share", "last", "whole")  # the forecast, the last period, the share over all time


@dataclass(frozen=True, slots=True)
class Way:
    """Series, the length of a period, the half-life, and the periods before the first forecast."""

    name: str
    need: str
    read: Callable[[Path], Many]
    period: int = 7
    half_life: float = 3.0
    warm: int = 56


@dataclass(frozen=True, slots=True)
class Held:
    """Periods that were forecast, the share inside, and the losses a case of each of WHICH."""

    periods: int
    cover: float
    log_loss: tuple[float, ...]
    brier: tuple[float, ...]


def held(way: Way, data: Path) -> Held:
    """Return how often the 90 % interval held what came, and what forecasts lost against it."""
    series = way.read(data)
    first = min(int(day[0]) for day, _, _ in series.values())
    replay = Replay(series, way.period, way.half_life).forecasts()
    told = [one for one in replay if one.day - first + 1 >= way.warm]
    inside = [f.band.low - 1e-12 <= f.kept / f.cases <= f.band.high + 1e-12 for f in told]
    return Held(
        len(told), sum(inside) / len(told), tuple(_log_loss(told, one) for one in WHICH),
        tuple(_brier(told, one) for one in WHICH),
    )  # fmt: skip


def _log_loss(told: Sequence[Forecast], which: str) -> float:
    total = cases = 0.0
    for each in told:
        share = min(max(float(getattr(each, which)), 1e-6), 1 - 1e-6)
        total -= each.kept * math.log(share) + (each.cases - each.kept) * math.log1p(-share)
        cases += each.cases
    return total / cases


def _brier(told: Sequence[Forecast], which: str) -> float:
    total = sum(
        f.kept * (1 - getattr(f, which)) ** 2 + (f.cases - f.kept) * getattr(f, which) ** 2
        for f in told
    )
    return float(total / sum(f.cases for f in told))


def half_lives(series: Many) -> halving.Trial:
    """Return what each half-life loses over all of these series together."""
    return halving.together([halving.trial(*each) for each in series.values()])


def reasons(data: Path) -> Many:
    return _counted(cases.boston(data))


def channels(data: Path) -> Many:
    return _counted(cases.boston(data, by="Source"))


def carriers(data: Path) -> Many:
    """Flights that arrived at most 15 minutes late; one that never came is late."""
    return _counted(
        (carrier, day, late is not None and late <= PUNCTUAL)
        for carrier, day, late in cases.flights(data)
    )


def hospitals(data: Path) -> Many:
    counts: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for code, month, good, seen in cases.hospitals(data):
        one = counts[code][month]
        one[0], one[1] = one[0] + int(good), one[1] + int(seen)
    return _arrays(counts)


def incidents(data: Path) -> Many:
    """Incidents of a help desk that were over within five days of their first event."""
    return _counted(
        ("all", first.date().toordinal(), last - first <= _IN_TIME)
        for first, last in cases.helpdesk(data)
    )


def _counted(told: Iterable[tuple[str, int, bool]]) -> Many:
    counts: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for name, day, good in told:
        one = counts[name][day]
        one[0], one[1] = one[0] + good, one[1] + 1
    return _arrays(counts)


def _arrays(counts: Mapping[str, Mapping[int, Sequence[float]]]) -> Many:
    found = {}
    for name, days in counts.items():
        keys = sorted(days)
        good, total = ([days[key][place] for key in keys] for place in (0, 1))
        found[name] = (np.array(keys), np.array(good), np.array(total))
    return found


WAYS = (
    Way("Boston by reason, week ahead", cases.BOSTON, reasons),
    Way("Boston by channel, week ahead", cases.BOSTON, channels),
    Way("Boston by reason, day ahead", cases.BOSTON, reasons, period=1),
    Way("flights by carrier, week ahead", cases.FLIGHTS, carriers, half_life=7.0),
    Way("flights by carrier, day ahead", cases.FLIGHTS, carriers, period=1, half_life=7.0),
    Way("NHS by hospital, month ahead", cases.HOSPITALS, hospitals, 1, 1.0, 6),
)
HALVED = (
    (cases.BOSTON, reasons), (cases.FLIGHTS, carriers), (cases.HELPDESK, incidents),
)  # fmt: skip
