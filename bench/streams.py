"""Ten thousand watched touchpoints, a year of days each: how long the desk's screens take.

    python bench/streams.py [--streams 10000] [--days 365] [--rounds 5] [--postgres] [--json]

Streams, what is usual of them, fades and the tallies of each day are written into a throw-away
database; the screens are then asked for whole, by a signed-in person, through all of Django in one
process. The target is 200 ms each (median). Exits with 1 where one is missed.
"""

import argparse
import contextlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
TARGET = 0.2
Took = tuple[float, float, float, float]
DAY, SLIPS, AT_ONCE = 86_400, 400, 5_000
SCREENS = {
    "touchpoint map": "/desk/insight/",
    "touchpoint map, searched": "/desk/insight/?search=touchpoint+4711",
    "touchpoint map, the last page": "/desk/insight/?page=last",
    "friction": "/desk/insight/friction/",
    "faded": "/desk/insight/faded/",
    "gaps": "/desk/insight/gaps/",
    "gaps, searched": "/desk/insight/gaps/?search=touchpoint+4711",
    "unnoticed": "/desk/insight/unnoticed/",
    "one touchpoint": "/desk/insight/touchpoints/made-400/",
    "Today": "/desk/",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--streams", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="troth-bench-") as folder, database(given) as url:
        os.environ["TROTH_DATA"] = folder
        if url:
            os.environ["TROTH_DATABASE_URL"] = url
        began = time.perf_counter()
        start()
        fill(given.streams, given.days)
        made = time.perf_counter() - began
        took = timed(given.rounds)
    if given.json:
        print(json.dumps({"made": made, "seconds": took}))
    else:
        print(f"{given.streams:,} streams of {given.days} days made in {made:.1f} s")
        for name, (first, median, worst, busy) in took.items():
            mark = "   MISSED" if name in missed(took) else ""
            print(
                f"{name:32} median {median * 1000:7.0f} ms, worst {worst * 1000:7.0f} ms, "
                f"processor {busy * 1000:5.0f} ms, the first {first * 1000:7.0f} ms{mark}"
            )
    return int(bool(missed(took)))


def missed(took: dict[str, Took]) -> list[str]:
    """Return the screens whose median is over the target."""
    return [name for name, (_, median, _, _) in took.items() if median > TARGET]


@contextlib.contextmanager
def database(given: argparse.Namespace) -> Iterator[str]:
    """Yield the address of a PostgreSQL database, or "" for SQLite."""
    if not given.postgres:
        yield ""
        return
    from tests.postgres import cluster

    with cluster() as url:
        yield url


def start() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "troth.config.settings"
    import logging

    import django

    django.setup()
    logging.disable(logging.INFO)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)


def fill(streams: int, days: int) -> None:
    """Write streams with a year of tallies, their usual, and what faded of them."""
    from troth.core import clock
    from troth.metrics.glancing import glance

    now = clock.now()
    rows = enrolled(streams, now - timedelta(days=days))
    counted(rows, days, now)
    frozen(rows, now)
    faded(rows, now)
    while glance(now=now):
        pass


def enrolled(streams: int, since: datetime) -> list[Any]:
    """Return so many streams, each with a series of its own."""
    from troth.metrics.drift.enrolment import Enrolment
    from troth.metrics.models import Series, Stream, Sweep

    sweep = Sweep.objects.create(
        digest="bench", kinds=["made"], time="happened_at", zone="UTC", grain=DAY
    )
    series = Series.objects.bulk_create(
        [Series(digest=f"bench{n}", measure={"kinds": ["made"], "good": f"value <= {n}"},
                sweep=sweep, created_at=since, revision=1)
         for n in range(streams)],
        batch_size=500,
    )  # fmt: skip
    terms = Enrolment(name="x", target=0.9).checked().columns()
    named = [
        {
            "name": f"Touchpoint {n}",
            "touchpoint": f"touchpoint {n % 500}",
            "step": f"{n % 20:02} step",
        }
        for n in range(streams)
    ]
    return Stream.objects.bulk_create(
        [Stream(**{**terms, **names}, key=f"made-{n}", series=series[n], created_at=since)
         for n, names in enumerate(named)],
        batch_size=500,
    )  # fmt: skip


def counted(rows: list[Any], days: int, now: datetime) -> None:
    """Write about forty cases a day, 93 of 100 kept; every 400th stream slips for two months."""
    import numpy as np

    from troth.metrics.leaves import CELL, leaves_of
    from troth.metrics.models import Leaf

    chance = np.random.default_rng(7)
    today = int(now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0).timestamp())
    buckets = today + DAY * np.arange(-days, 0)
    leaves = []
    for n, row in enumerate(rows):
        cells = np.zeros(days, dtype=CELL)
        share = np.full(days, 0.93)
        share[-60:] -= 0.06 if n % SLIPS == 0 else 0.0
        cells["bucket"], cells["total"] = buckets, chance.poisson(40, days)
        cells["good"] = chance.binomial(cells["total"], share)
        leaves += [
            Leaf(series_id=row.series_id, number=number, cells=part.tobytes())
            for number, part in leaves_of(cells, DAY).items()
        ]
        if len(leaves) >= AT_ONCE or n + 1 == len(rows):
            Leaf.objects.bulk_create(leaves, batch_size=500)
            leaves = []


def frozen(rows: list[Any], now: datetime) -> None:
    """Write the usual of each: that of the first, for all are made alike."""
    from troth.metrics.models import Baseline, Stream
    from troth.metrics.queries.paneled import watched

    told = {"number": 1, "starts_on": "1900-01-01", "reason": "the first days", "author": "bench",
            "decided_at": now}  # fmt: skip
    Baseline.objects.bulk_create(
        [Baseline(stream=row, series_id=row.series_id, **told) for row in rows], batch_size=500
    )
    first = Stream.objects.select_related("series__sweep").prefetch_related("baselines")
    found = watched([first.get(pk=rows[1].pk)], now=now)
    assert found is not None
    [(_, usual)] = found.fresh
    Baseline.objects.update(frozen=usual.document(), frozen_at=now)


def faded(rows: list[Any], now: datetime) -> None:
    """Write what is open on the slipping ones, and two spikes that closed on every other one."""
    from troth.metrics.models import Fade

    def one(row: Any, kind: str, back: int, *, closed: bool) -> Fade:
        at = now - timedelta(days=back)
        over = {"closed_on": at.date(), "closed_at": at, "why_closed": "back"} if closed else {}
        return Fade(stream=row, kind=kind, opened_on=at.date(), opened_at=at, onset=at.date(),
                    size=6.0, recorded_at=at, **over)  # fmt: skip

    found = [one(row, "fade", 40, closed=False) for row in rows[::SLIPS]]
    found += [one(row, "spike", back, closed=True) for row in rows[::2] for back in (20, 60)]
    Fade.objects.bulk_create(found, batch_size=500)


def timed(rounds: int) -> dict[str, Took]:
    """Return screen → seconds: the first, then median, slowest, and the least processor time."""
    from django.test import Client

    from troth.core import clock
    from troth.staff.models import User

    who = User.objects.create(email="a@example.org", name="Ada", role="owner",
                              joined_at=clock.now())  # fmt: skip
    client = Client(headers={"host": "localhost"})
    client.force_login(who)
    client.get("/desk/settings/")  # what is imported once is not the screens' time
    found = {}
    for name, path in SCREENS.items():
        times, busy = [], []
        for _ in range(rounds + 1):
            began, worked = time.perf_counter(), time.process_time()
            answer = client.get(path)
            times.append(time.perf_counter() - began)
            busy.append(time.process_time() - worked)
            assert answer.status_code == 200, (path, answer.status_code)
        found[name] = (times[0], statistics.median(times[1:]), max(times[1:]), min(busy))
    return found


if __name__ == "__main__":
    sys.exit(main())
