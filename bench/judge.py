"""How fast promises are judged from tallies, against slo-generator computing the same in memory.

    python bench/judge.py [--rows 10000000] [--promises 1000] [--json]

Makes the signals of bench/tallies.py, declares a promise for each kind and department over four
windows, counts them, and judges all of them: read tallies, decide, write judgements, in one run.
The reference in the same run is slo-generator of PyPI, installed in a virtual environment of its
own under the user's cache: the same counts by day, held in memory, an error budget step for each
window. Seconds of processor time are compared. Exits with 1 where a target is missed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

import tallies  # noqa: E402 - the signals of the bench beside this one

WINDOWS = ("7d", "28d", "90d", "365d")
SECONDS, RATIO = 1.0, 3.0
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "troth-bench"
REFERENCE = '''
import json, logging, sys, time
logging.disable(logging.CRITICAL)
class Counts:
    """A backend that adds up (good, bad) by day, held in memory."""
    def __init__(self, client=None, **_config):
        pass
    def good_bad_ratio(self, timestamp, window, slo_config):
        days = DATA[slo_config["metadata"]["name"]][-(window // 86400):]
        return sum(g for g, _ in days), sum(b for _, b in days)
sys.modules["memory"] = type(sys)("memory")
sys.modules["memory"].Counts = Counts
from slo_generator.compute import compute
DATA = json.load(open(sys.argv[1]))
steps = [{"name": str(w), "window": w * 86400, "burn_rate_threshold": 1, "alert": False,
          "message_alert": "-", "message_ok": "-"} for w in (7, 28, 90, 365)]
config = {"backends": {"memory.Counts": {}}, "exporters": {},
          "error_budget_policies": {"default": {"steps": steps}}}
began, used, reports = time.perf_counter(), time.process_time(), 0
for name in DATA:
    spec = {"description": name, "backend": "memory.Counts", "method": "good_bad_ratio",
            "exporters": [], "service_level_indicator": {}, "goal": 0.9,
            "error_budget_policy": "default"}
    slo = {"apiVersion": "sre.google.com/v2", "kind": "ServiceLevelObjective",
           "metadata": {"name": name, "labels": {}}, "spec": spec}
    reports += sum(1 for r in compute(slo, config, timestamp=time.time()) if r.get("valid", True))
print(json.dumps({"reports": reports, "s": time.perf_counter() - began,
                  "cpu": time.process_time() - used}))
'''


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--rows", type=int, default=10_000_000)
    given.add_argument("--promises", type=int, default=1000)
    given.add_argument("--json", action="store_true")
    asked = given.parse_args()
    with tempfile.TemporaryDirectory(prefix="troth-bench-") as folder:
        os.environ["TROTH_DATA"] = folder
        tallies.start_django()
        found = measured(asked.rows, asked.promises)
    found["met"] = found["judged, CPU s"] < SECONDS and found["ratio in memory, CPU"] >= RATIO
    if asked.json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"{name:44} {value}")
    return 0 if found["met"] else 1


def measured(rows: int, promises: int) -> dict[str, object]:
    from django.core.management import call_command

    from troth.core import clock
    from troth.metrics import jobs
    from troth.promises import actions

    call_command("migrate", verbosity=0)
    subprocess.run(
        [sys.executable, tallies.__file__, "--generate", "--rows", str(rows)], check=True
    )
    with clock.frozen(tallies.NOW):
        _declare(promises)
        jobs.tally(now=tallies.NOW)
        first, _ = _timed(lambda: actions.judge_all(now=tallies.NOW, everything=True))
        runs = [
            _timed(lambda: actions.judge_all(now=tallies.NOW, everything=True)) for _ in range(5)
        ]
        decide = _in_memory()
        opinions = [_timed(decide) for _ in range(5)]
        reference = _reference()
    wall, cpu = min(run[0] for run in runs), min(run[1] for run in runs)
    decided = min(run[1] for run in opinions)
    reports = promises * len(WINDOWS)
    theirs = reference["reports"] / reference["cpu"]
    return {
        "date": f"{clock.now():%Y-%m-%d}",
        "signals": rows,
        "promises": promises,
        "windows": len(WINDOWS),
        "judged the first time, days closed, in s": round(first, 3),
        "judged in s": round(wall, 3),
        "judged, CPU s": round(cpu, 3),
        "decided in memory, CPU s": round(decided, 3),
        "reports a CPU second": round(reports / cpu),
        "reports a CPU second, in memory": round(reports / decided),
        "slo-generator, reports a CPU second": round(theirs),
        "slo-generator, reports": reference["reports"],
        "ratio, CPU": round(reports / cpu / theirs, 2),
        "ratio in memory, CPU": round(reports / decided / theirs, 2),
    }


def _declare(promises: int) -> None:
    from django.db import transaction

    from troth.promises import actions

    with transaction.atomic():
        for number in range(promises):
            where = (
                f"segment.department = 'department {number // tallies.KINDS % tallies.DEPARTMENTS}'"
            )
            spec = {
                "text": "It is so.",
                "evaluator": "event",
                "signals": {"kind": f"kind.{number % tallies.KINDS}", "where": where},
                "good": "outcome = 'ok'",
                "target": "97%",
                "windows": list(WINDOWS),
            }
            document = {
                "apiVersion": "troth/v1",
                "kind": "Promise",
                "metadata": {"name": f"promise-{number}"},
                "spec": spec,
            }
            actions.declare(spec=document, author="bench", now=tallies.NOW)


def _in_memory() -> Callable[[], object]:
    """Return a step that judges every promise on counts that are in memory already."""
    from troth.promises.models import Promise
    from troth.promises.queries import dockets, opinions, readings
    from troth.promises.queries.circumstances import Look
    from troth.signals import queries as signals

    now, look = tallies.NOW, Look(signals.store(), tallies.NOW)
    loaded = dockets.load(list(Promise.objects.all()))
    asked = [readings.Asking(docket.regimes(now, now), docket.taken(now)) for docket in loaded]
    counts = readings.kept(asked, until=now)
    pairs = list(zip(loaded, counts, strict=True))
    return lambda: [opinions.opinion(docket, eras, look, now) for docket, eras in pairs]


def _timed(step: Callable[[], object]) -> tuple[float, float]:
    start, used = time.perf_counter(), time.process_time()
    step()
    return time.perf_counter() - start, time.process_time() - used


def _reference() -> dict[str, float]:
    """Let slo-generator compute reports of the same counts."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as data:
        json.dump(_counts(), data)
        data.flush()
        done = subprocess.run(
            [str(_python()), "-c", REFERENCE, data.name], check=True, capture_output=True
        )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _counts() -> dict[str, list[tuple[int, int]]]:
    from troth.promises.models import Promise
    from troth.promises.queries import dockets, opinions

    judged = opinions.live(dockets.load(list(Promise.objects.all())), now=tallies.NOW)
    return {
        opinion.terms.slug: [
            (good, total - good)
            for _, good, total in opinion.eras[0].column("judged", 86_400).rows(0, 2**40)
        ]
        for opinion in judged
    }


def _python() -> Path:
    """Return the Python of a virtual environment that has slo-generator, made on first use."""
    python = CACHE / "slo" / "bin" / "python"
    if not python.exists():
        venv.create(CACHE / "slo", with_pip=True)
    has = [str(python), "-c", "import slo_generator"]
    if subprocess.run(has, check=False, capture_output=True).returncode:
        subprocess.run([str(python), "-m", "pip", "install", "-q", "slo-generator"], check=True)
    return python


if __name__ == "__main__":
    sys.exit(main())
