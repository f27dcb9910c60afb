"""Does the change of a score add up from its causes, and how long do both take."""

import math
import time
from dataclasses import dataclass

import numpy as np

from troth.promises.scoring.attributing import attribution
from troth.promises.scoring.composing import score
from troth.promises.scoring.constants import SHIPPED
from troth.promises.scoring.evidence import Evidence, Rows

PROMISES, DAYS, BACK = 1_000, 300, 28
_LAST = 800_000


@dataclass(frozen=True, slots=True)
class Added:
    """What causes and integrity leave over of the change, in points, and the seconds it took."""

    change: float
    rest: float
    scoring: float
    attributing: float


def added(promises: int = PROMISES) -> Added:
    """Score promises of 300 days and 3 segments, and say what moved them in four worse weeks."""
    chance = np.random.default_rng(1)
    every = [_promise(chance, number) for number in range(promises)]
    began = time.perf_counter()
    score(every, SHIPPED, day=_LAST)
    scored = time.perf_counter()
    moved = attribution(every, SHIPPED, start=_LAST - BACK, end=_LAST)
    ended = time.perf_counter()
    parts = math.fsum(cause.points for promise in moved.promises for cause in promise.causes)
    return Added(moved.change, abs(parts - moved.change), scored - began, ended - scored)


def _promise(chance: np.random.Generator, number: int) -> Evidence:
    days = range(_LAST - DAYS + 1, _LAST + 1)
    failing = np.where(np.arange(DAYS) < DAYS - BACK, 0.03, 0.045)[:, None]
    bad = chance.binomial(20, failing, size=(DAYS, 3)).tolist()
    rows = [(d, s, 20 - bad[n][s], 20, 0.03) for n, d in enumerate(days) for s in range(3)]
    pillar = SHIPPED.pillars[number % 6].key
    slug = f"promise-{number}"
    return Evidence(slug, slug, pillar, Rows.of(rows), ((1, 0.03),), ("a", "b", "c"), "carrier")
