"""What starting costs: installing, idling, and Boston's half-year from the file to the page.

    python bench/start.py [--data ../shared/data/boston311/2015-h1.csv.gz] [--idle 20]

Installs this checkout with pip into a new virtual environment, weighs it, starts `troth up` there
and adds up the memory of all its processes (proportional set size), then imports, judges and
publishes. The reference for the import is DuckDB reading the same file's columns as text.
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGETS = {
    "install_seconds": 60, "install_mb": 350, "idle_mb": 350, "import_seconds": 15,
    "judge_and_publish_seconds": 5,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    default = ROOT.parent / "shared" / "data" / "boston311" / "2015-h1.csv.gz"
    parser.add_argument("--data", type=Path, default=default)
    parser.add_argument("--idle", type=float, default=20.0, help="seconds to wait before weighing")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="troth-bench-") as folder:
        found = measure(Path(folder), options)
    print(json.dumps(found, indent=2))
    missed = [name for name, most in TARGETS.items() if found.get(name, 0) > most]
    raise SystemExit(f"missed: {', '.join(missed)}" if missed else 0)


def measure(folder: Path, options: argparse.Namespace) -> dict[str, float]:
    home = folder / "venv"
    venv.create(home, with_pip=True)
    before = weight(home)  # pip itself
    found = {"install_seconds": timed(lambda: install(home))}
    found["install_mb"] = round(weight(home) - before, 1)
    found["idle_mb"] = idle(home, folder / "idle", options.idle)
    if options.data.exists():
        found |= half_year(home, folder / "boston", options.data)
    return found


def install(home: Path) -> None:
    run(home, folder=None, command=("pip", "install", "--quiet", str(ROOT)))


def weight(home: Path) -> float:
    files = (path for path in home.rglob("*") if path.is_file() and not path.is_symlink())
    return round(sum(path.stat().st_blocks * 512 for path in files) / 1e6, 1)


def idle(home: Path, folder: Path, seconds: float) -> float:
    """Return the megabytes that all processes of `troth up` hold after some idle seconds."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "TROTH_DATA": str(folder), "TROTH_PORT": str(port)}
    started = subprocess.Popen(
        [home / "bin" / "troth", "up"], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        time.sleep(seconds)
        return round(sum(map(share_of_memory, family(started.pid))) / 1024, 1)
    finally:
        started.send_signal(signal.SIGTERM)
        started.wait(timeout=40)


def family(parent: int) -> list[int]:
    """Return a process and all that came from it."""
    tasks = Path(f"/proc/{parent}/task").glob("*/children")  # a thread's children are its own
    children = [int(child) for task in tasks for child in task.read_text().split()]
    return [parent, *(one for child in children for one in family(child))]


def share_of_memory(process: int) -> int:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def half_year(home: Path, folder: Path, data: Path) -> dict[str, float]:
    mapping = ROOT / "examples" / "boston311" / "mapping.yaml"
    promises = ROOT / "examples" / "boston311" / "promises.yaml"

    def troth(*verb: str) -> None:
        run(home, folder=folder, command=("troth", *verb))

    troth("migrate")
    troth("apply", "--yes", "-f", str(promises))
    imported = timed(lambda: troth("import", "--map", str(mapping), str(data)))
    judged = timed(lambda: (troth("judge"), troth("publish")))
    read = (
        "import duckdb; duckdb.sql(\"SELECT * FROM read_csv('{}', all_varchar=true)\").fetchall()"
    )
    bare = timed(lambda: run(home, folder=None, command=("python", "-c", read.format(data))))
    return {
        "import_seconds": imported,
        "judge_and_publish_seconds": judged,
        "bare_read_seconds": bare,
        "import_to_bare_read": round(imported / bare, 1),
    }


def run(home: Path, *, folder: Path | None, command: tuple[str, ...]) -> None:
    environment = {**os.environ, **({"TROTH_DATA": str(folder)} if folder else {})}
    subprocess.run(
        [home / "bin" / command[0], *command[1:]],
        env=environment, check=True, stdout=subprocess.DEVNULL, cwd=home,
    )  # fmt: skip


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return round(time.perf_counter() - start, 2)


if __name__ == "__main__":
    sys.exit(main())
