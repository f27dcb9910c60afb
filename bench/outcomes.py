"""Outcomes: figures that others published, and how long they take.

    .venv/bin/python bench/outcomes.py [--data FOLDER] [--rows 1000000] [--json]

First the figures that others published, as `troth insight --demo` finds them in the folder of data
sets (TROTH_SHARED/data by default). Then a shop of its own, the same each time: so many orders of a
fifth as many customers, how long each outcome over them takes, and the screen that shows them all.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
LATER = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> int:
    usual = Path(os.environ.get("TROTH_SHARED", ROOT.parent / "shared")) / "data"
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--data", type=Path, default=usual)
    given.add_argument("--rows", type=int, default=1_000_000)
    given.add_argument("--json", action="store_true")
    asked = given.parse_args()
    with tempfile.TemporaryDirectory(prefix="troth-bench-") as folder:
        os.environ["TROTH_DATA"] = folder
        start()
        from troth.metrics.trials import printing, published

        missed = printing.show(published.figures(data=asked.data), as_json=asked.json)
        took = dict(timed(asked.rows)) if asked.rows else {}
    if asked.json:
        print(json.dumps({"seconds": took}))
    else:
        for name, seconds in took.items():
            print(f"{name:42} {seconds:8.2f} s")
    return missed


def start() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "troth.config.settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def ask(name: str, first: str, last: str, zone: str = "UTC") -> Any:
    from troth.core.windows import Span
    from troth.metrics import queries

    edges = (datetime.fromisoformat(one).replace(tzinfo=ZoneInfo(zone)) for one in (first, last))
    span = Span(*(edge.astimezone(UTC) for edge in edges))
    return queries.outcome(name, span=span, at=LATER, zone=ZoneInfo(zone))


def timed(rows: int) -> Iterator[tuple[str, float]]:
    """Yield (outcome, seconds) over a shop with so many orders in 2024 and 2025."""
    yield "telling and sealing", clocked(lambda: shop(rows))
    names = ("on_time", "aov", "repeat_purchase", "retention", "churn_buying", "clv",
             "cart_abandonment", "exposure", "trust_link", "price_premium")  # fmt: skip
    for name in names:
        yield name, clocked(lambda name=name: ask(name, "2024-01-01", "2026-01-01"))
    yield from screened()


def screened() -> Iterator[tuple[str, float]]:
    """Yield how long the desk's screen of outcomes takes, and how long the worker counts for it."""
    import logging
    import statistics

    from django.test import Client

    from troth.core import clock
    from troth.metrics import jobs
    from troth.staff.models import User

    logging.disable(logging.INFO)
    url = "/desk/insight/outcomes/?days=365"
    with clock.frozen(LATER):
        who = User.objects.create(email="a@example.org", role="owner", joined_at=LATER)
        client = Client(headers={"host": "localhost"})
        client.force_login(who)
        yield "the screen of outcomes, never asked", clocked(lambda: client.get(url))
        yield "the worker counts it", clocked(lambda: [*iter(lambda: jobs.recount(now=LATER), 0)])
        times = [clocked(lambda: client.get(url)) for _ in range(20)]
    yield "the screen of outcomes, median of 20", statistics.median(times)
    yield "the slowest of them", max(times)


def clocked(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def shop(rows: int) -> None:
    import numpy as np

    from troth.signals import actions
    from troth.signals.envelope import Signal

    chance = np.random.default_rng(1)
    first = datetime(2024, 1, 1, tzinfo=UTC)
    who, day = chance.integers(0, rows // 5, rows), chance.uniform(0, 725, rows)
    late, worth = chance.random(rows) < 0.08, chance.gamma(5, 8, rows)
    for start_at in range(0, rows, 20_000):
        batch = []
        for n in range(start_at, min(rows, start_at + 20_000)):
            at = first + timedelta(days=float(day[n]))
            due = at + timedelta(days=3)
            done = due + timedelta(hours=20 if late[n] else -20)
            batch.append(Signal(source="shop", kind="order", key=str(n), subject=f"c{who[n]}",
                                happened_at=at, due_at=due, resolved_at=done, value=float(worth[n]),
                                expected=float(worth[n]) * 1.1, unit="EUR"))  # fmt: skip
        actions.accept(batches=[batch], door="bench", now=LATER)
        actions.seal(now=LATER)


if __name__ == "__main__":
    sys.exit(main())
