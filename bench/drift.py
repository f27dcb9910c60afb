"""How soon fades are found, how many alarms are false, and how drift does on others' benchmarks.

    python bench/drift.py [--runs 300] [--data ../shared/data] [--json]

A part of `troth insight --demo`: made series with fixed seeds, the Numenta and Turing benchmarks,
forecasts on real cases, and the time that it takes. Exits with 1 where a target is missed.
"""

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from troth.metrics.trials import printing  # noqa: E402 - the checkout comes first
from troth.metrics.trials.figures import RUNS, figures  # noqa: E402

SHARED = Path(os.environ.get("TROTH_SHARED", ROOT.parent / "shared")) / "data"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--data", type=Path, default=SHARED)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    return printing.show(figures(data=given.data, runs=given.runs), as_json=given.json)


if __name__ == "__main__":
    sys.exit(main())
