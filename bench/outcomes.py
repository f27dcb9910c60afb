"""Outcomes: figures that others published, and how long they take.

    .venv/bin/python bench/outcomes.py [--data FOLDER] [--rows 1000000] [--json]

With a folder of the data sets (the tests' shared data; TROTH_SHARED/data by default) the published
figures are read through the examples' mappings, the store and the outcomes, and printed beside what
was published. Then a shop of its own, the same each time: so many orders of a fifth as many
customers, and how long each outcome over them takes.
"""

import argparse
import json
import os
import subprocess
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
EXAMPLES = ROOT / "examples" / "outcomes"
LATER = datetime(2026, 1, 1, tzinfo=UTC)
Line = tuple[str, object, object]


def main() -> None:
    usual = Path(os.environ.get("TROTH_SHARED", ROOT.parent / "shared")) / "data"
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--data", type=Path, default=usual)
    given.add_argument("--rows", type=int, default=1_000_000)
    given.add_argument("--json", action="store_true")
    asked = given.parse_args()
    with tempfile.TemporaryDirectory(prefix="troth-bench-") as folder:
        os.environ["TROTH_DATA"] = folder
        start()
        lines = list(published(asked.data, Path(folder))) if asked.data.is_dir() else []
        clear()
        took = dict(timed(asked.rows)) if asked.rows else {}
    if asked.json:
        print(json.dumps({"published": lines, "seconds": took}, default=str))
        return
    for name, wanted, found in lines:
        alike = str(wanted) == str(found) or str(wanted).startswith("about")
        mark = "" if alike else "   DIFFERS"
        print(f"{name:42} {wanted!s:>34} {found!s:>34}{mark}")
    for name, seconds in took.items():
        print(f"{name:42} {seconds:8.2f} s")


def start() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "troth.config.settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def clear() -> None:
    from troth.signals.models import SegmentFile

    SegmentFile.objects.all().delete()


def published(data: Path, folder: Path) -> Iterator[Line]:
    """Yield (what, as published, as found)."""
    declare()
    yield from cdnow(data, folder)
    yield from airport(data)
    yield from telephone(data)
    yield from marketplace(data, folder)
    yield from helpdesk(data, folder)


def declare() -> None:
    from troth.config.drawers import drawers
    from troth.core import documents, filing

    drawn = list(drawers())
    text = (EXAMPLES / "outcomes.yaml").read_text("utf-8")
    found = documents.load([("outcomes.yaml", text)], language=filing.language(drawn))
    plan = filing.plan(drawers=drawn, folder=found)
    filing.carry_out(plan=plan, author="bench", now=LATER)


def cdnow(data: Path, folder: Path) -> Iterator[Line]:
    read("cdnow.yaml", prepared("cdnow", data / "cdnow" / "CDNOW_sample.txt", folder))
    churn = ask("churn_buying", "1997-01-01", "1997-10-01")
    told = [round(float(churn.facts[name]), 3) for name in ("r", "alpha", "a", "b")]
    yield "CDNOW, BG/NBD r, alpha, a, b", [0.243, 4.414, 0.793, 2.426], told
    yield "CDNOW, log-likelihood", -9582.4, round(float(churn.facts["log-likelihood"]), 1)
    worth = ask("clv", "1997-01-01", "1997-10-01")
    found = [round(float(worth.facts[name]), 2) for name in "pqv"]
    yield "CDNOW, Gamma-Gamma p, q, v", "about 6.25, 3.74, 15.45", found


def airport(data: Path) -> Iterator[Line]:
    read("sfo.yaml", data / "sfo_survey" / "2017_SFO_Customer_Survey.csv.gz")
    found = ask("nps-sfo", "2017-05-01", "2017-06-01", "America/Los_Angeles")
    yield "SFO 2017, NPS and n", (39.84, 2746), (round(found.value, 2), found.n)


def telephone(data: Path) -> Iterator[Line]:
    from troth.metrics import queries

    for mapping in ("telco.yaml", "telco-ended.yaml"):
        read(mapping, data / "telco_churn" / "wa_churn.csv")
    whole = ask("churn_contract", "2020-01-01", "2020-04-01")
    yield "Telco, churn %", 26.54, percent(whole.value)
    by = queries.outcomes_by("churn_contract", by="contract", span=whole.span, at=LATER)
    found = {one.segment["contract"]: percent(one.value) for one in by}
    wanted = {"Month-to-month": 42.71, "One year": 11.27, "Two year": 2.83}
    yield "Telco, churn % by contract", list(wanted.values()), [found[name] for name in wanted]


def marketplace(data: Path, folder: Path) -> Iterator[Line]:
    read("olist-orders.yaml", prepared("olist", data / "olist", folder))
    read("olist-reviews.yaml", data / "olist" / "olist_order_reviews_dataset.csv.gz")
    years = ("2016-01-01", "2019-01-01", "America/Sao_Paulo")
    yield "Olist, late % by timestamp", 8.03, percent(ask("late-by-the-clock", *years).value)
    yield "Olist, late % by day", 6.63, percent(ask("late-by-the-day", *years).value)
    stars = ask("rating-olist", *years)
    found = tuple(round(part.figure.value, 3) for part in stars.parts)
    yield "Olist, stars in time and late", (4.277, 2.499), found


def helpdesk(data: Path, folder: Path) -> Iterator[Line]:
    path = prepared("numbered", data / "helpdesk" / "bpi13_incidents.csv.gz", folder)
    read("helpdesk.yaml", path)
    found = ask("reopen-helpdesk", "2010-01-01", "2013-01-01")
    events = ask("volume", "2010-01-01", "2013-01-01").value
    yield "BPI 2013, events", 65533, int(events)
    yield (
        "BPI 2013, tickets completed, reopened",
        "about these",
        (int(found.denominator), found.numerator),
    )


def percent(share: float | None) -> float | None:
    return None if share is None else round(share * 100, 2)


def prepared(how: str, what: Path, folder: Path) -> Path:
    file = folder / f"{how}.csv"
    with file.open("w") as out:
        subprocess.run(
            [sys.executable, str(EXAMPLES / "prepare.py"), how, str(what)], check=True, stdout=out
        )
    return file


def read(mapping: str, file: Path) -> None:
    from click.testing import CliRunner

    from troth.signals.commands import import_

    words = ["--map", str(EXAMPLES / mapping), str(file)]
    found = CliRunner().invoke(import_, words, catch_exceptions=False, standalone_mode=False)
    assert found.return_value == 0, found.output


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
    main()
