"""How soon fades are found, how many alarms are false, and how drift does on others' benchmarks.

    python bench/drift.py [--runs 300] [--data ../shared/data] [--json]

The same figures as `troth insight --demo`, without an installation: made series with fixed seeds,
the Numenta and Turing benchmarks, forecasts on real cases, and the time that it takes. Exits with 1
where a target is missed.
"""

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from troth.metrics.trials.figures import RUNS, figures  # noqa: E402 - the checkout comes first

SHARED = Path(os.environ.get("TROTH_SHARED", ROOT.parent / "shared")) / "data"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--data", type=Path, default=SHARED if SHARED.is_dir() else None)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = []
    for one in figures(data=given.data, runs=given.runs):
        found.append(one)
        if not given.json:
            mark = {True: "", False: "MISSED", None: ""}[one.met]
            print(f"{one.part:22} {one.name:68} {one.value:>12}  {one.goal} {mark}", flush=True)
    if given.json:
        print(json.dumps([asdict(one) for one in found], indent=2))
    return int(any(one.met is False for one in found))


if __name__ == "__main__":
    sys.exit(main())
