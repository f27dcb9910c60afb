"""How well the score's forecasts are calibrated, how fast to forget, and how fast it is computed.

    python bench/score.py [--data ../shared/data] [--promises 1000] [--json]

A part of `troth insight --demo` (docs/method.md says what was found). Exits with 1 where 90 %
intervals contain the next period's rate in less than 85 or more than 95 of 100 periods, where parts
of a change do not add up to 1e-9, or where 1,000 promises take more than 5 seconds.
"""

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from troth.metrics.trials import printing  # noqa: E402 - the checkout comes first
from troth.promises.trials.figures import PROMISES, figures  # noqa: E402

SHARED = Path(os.environ.get("TROTH_SHARED", ROOT.parent / "shared")) / "data"


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--data", type=Path, default=SHARED)
    given.add_argument("--promises", type=int, default=PROMISES)
    given.add_argument("--json", action="store_true")
    asked = given.parse_args()
    return printing.show(figures(data=asked.data, promises=asked.promises), as_json=asked.json)


if __name__ == "__main__":
    sys.exit(main())
