"""How long it takes to evaluate many streams anew."""

import time
from datetime import date

import numpy as np

from troth.metrics.drift import engine, limits, panels, phases

STREAMS, DAYS = 1_000, 3 * 365


def seconds(streams: int = STREAMS, days: int = DAYS) -> float:
    """Return the seconds that the engine takes for so many streams and days, baselines made."""
    chance = np.random.default_rng(3)
    total = chance.poisson(200, size=(streams, days))
    bad = chance.binomial(total, 0.04)
    panel = panels.panel_of(
        first=date(2024, 1, 1), good=(total - bad).astype(float), total=total.astype(float)
    )
    rows = [
        engine.Row(phases.freeze(panel, row, start=0, days=28), 0, days, days, target=0.95)
        for row in range(streams)
    ]
    chosen = limits.limits(streams=streams)
    began = time.perf_counter()
    engine.evaluate(panel, rows, limits=chosen)
    return time.perf_counter() - began
