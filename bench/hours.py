"""A thousand streams that are judged by the hour: how long one hour's evaluation takes.

    python bench/hours.py [--streams 1000] [--days 84] [--json]

Streams, their baselines and the tallies of every hour are written into a throw-away database. The
first evaluation makes the profiles as well, those after judge one more hour each. The target is
10 s (the slowest). Exits with 1 where it is missed, or where a profile is missing.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
TARGET = 10.0
HOUR = 3_600
NOW = datetime(2026, 6, 1, 9, 5, tzinfo=UTC)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--streams", type=int, default=1_000)
    parser.add_argument("--days", type=int, default=84)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="troth-bench-") as folder:
        os.environ["TROTH_DATA"] = folder
        from bench.streams import start

        start()
        fill(given.streams, given.days)
        took = [judged(NOW + timedelta(hours=hour)) for hour in range(5)]
        missing = without_profile()
    if given.json:
        print(json.dumps({"seconds": took, "without": missing}))
    else:
        later = ", ".join(f"{one:.2f}" for one in took[1:])
        print(f"{given.streams:,} streams: with their profiles {took[0]:.2f} s, then {later} s")
    return int(max(took) > TARGET or bool(missing))


def fill(streams: int, days: int) -> None:
    """Write streams with hours, of about ten cases each, and what is usual of their days."""
    from bench.streams import enrolled
    from troth.metrics.models import Series, Stream, Sweep

    since = NOW - timedelta(days=days)
    rows = enrolled(streams, since)
    sweep = Sweep.objects.create(
        digest="hours", kinds=["made"], time="happened_at", zone="UTC", grain=HOUR
    )
    hours = Series.objects.bulk_create(
        [Series(digest=f"hours{n}", measure={"kinds": ["made"], "good": f"value <= {n}"},
                sweep=sweep, created_at=since, revision=1)
         for n in range(streams)],
        batch_size=500,
    )  # fmt: skip
    for row, series in zip(rows, hours, strict=True):
        row.hourly = series
    Stream.objects.bulk_update(rows, ["hourly"], batch_size=500)
    counted(rows, days)


def counted(rows: list[Any], days: int) -> None:
    """Write the tallies of hours and days, and freeze the usual of each from its own days."""
    import numpy as np

    from troth.metrics.drift.panels import panel_of
    from troth.metrics.drift.phases import freeze
    from troth.metrics.leaves import CELL, leaves_of
    from troth.metrics.models import Baseline, Leaf

    chance = np.random.default_rng(7)
    today = NOW.replace(hour=0, minute=0)
    first = int((today - timedelta(days=days)).timestamp())
    share = np.where(np.arange(24) >= 17, 0.85, 0.96)
    leaves, usual = [], []
    for row in rows:
        cells = np.zeros((days + 1) * 24, dtype=CELL)
        cells["bucket"] = first + HOUR * np.arange(len(cells))
        cells["total"] = chance.poisson(10, len(cells))
        cells["good"] = chance.binomial(cells["total"], np.tile(share, days + 1))
        leaves += [
            Leaf(series_id=row.hourly_id, number=number, cells=part.tobytes())
            for number, part in leaves_of(cells, HOUR).items()
        ]
        good, total = (cells[name].reshape(-1, 24).sum(1)[:days] for name in ("good", "total"))
        began = (today - timedelta(days=days)).date()
        made = freeze(panel_of(first=began, good=good, total=total), 0, start=0, days=days)
        usual.append(
            Baseline(stream=row, series_id=row.series_id, number=1, starts_on="1900-01-01",
                     reason="made", author="bench", decided_at=NOW, frozen=made.document(),
                     frozen_at=NOW)
        )  # fmt: skip
    Leaf.objects.bulk_create(leaves, batch_size=500)
    Baseline.objects.bulk_create(usual, batch_size=500)


def judged(now: datetime) -> float:
    """Return how long the hour before `now` took, all signals having come."""
    from troth.metrics import jobs
    from troth.signals import queries as signals

    signals.last_recorded = lambda _: now
    began = time.perf_counter()
    jobs.evaluate_hours(now=now)
    return time.perf_counter() - began


def without_profile() -> int:
    from troth.metrics.models import Baseline

    return Baseline.objects.filter(hours__isnull=True).count()


if __name__ == "__main__":
    sys.exit(main())
