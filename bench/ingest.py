"""How fast signals come in by HTTP: one web worker on one core, NDJSON, fsync'ed, all checks on.

    python bench/ingest.py [--seconds 5] [--rounds 3] [--lines 1000] [--json]

The reference in the same run: decoding the same lines into the same type with msgspec, and nothing
else. Both are counted in seconds of processor time, so that whatever else runs on the machine does
not count; wall-clock figures stand beside them. Needs wrk and taskset. Exits with 1 below 0.4.
"""

import argparse
import contextlib
import json
import os
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from troth.signals import envelope  # noqa: E402 - the checkout comes first

TARGET = 0.4
START = datetime(2026, 1, 1, tzinfo=UTC)
WRK = """
local file = io.open("{body}", "rb")
wrk.method = "POST"
wrk.body = file:read("*a")
wrk.headers["Content-Type"] = "application/x-ndjson"
wrk.headers["Authorization"] = "Bearer {token}"
"""
ISSUE = """
import django; django.setup()
from datetime import timedelta
from troth.core import clock
from troth.staff import actions
now = clock.now()
print(actions.issue(name="bench", scopes=["ingest"], expires_at=now + timedelta(1), now=now).text)
"""
COUNT = """
import django; django.setup()
from troth.signals import queries
print(queries.inbox_depth().signals)
"""


def main() -> int:
    asked = _arguments()
    body = _body(asked.lines)
    with tempfile.TemporaryDirectory(prefix="troth-bench-") as name:
        place = Path(name)
        environ = {**os.environ, "TROTH_DATA": str(place / "data"), "PYTHONPATH": str(ROOT),
                   "TROTH_INBOX_LIMIT_MB": "20000",
                   "DJANGO_SETTINGS_MODULE": "troth.config.settings"}  # fmt: skip
        environ.pop("TROTH_WEB_THREADS", None)  # the default number, as people run it
        (place / "body").write_bytes(body)
        subprocess.run([sys.executable, "-m", "troth.config", "migrate"], env=environ, check=True,
                       stdout=subprocess.DEVNULL)  # fmt: skip
        token = _said(ISSUE, environ)
        script = place / "post.lua"
        script.write_text(WRK.format(body=place / "body", token=token))
        with _web(environ) as (url, process):
            _first_answer(url, body, token)
            runs = [_round(url, script, process, body, asked) for _ in range(asked.rounds)]
        accepted = int(_said(COUNT, environ))
    found = _found(runs, accepted, asked.lines, len(body))
    print(json.dumps(found) if asked.json else _table(found))
    return 0 if found["ratio"] >= TARGET else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--lines", type=int, default=1000)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _body(lines: int) -> bytes:
    """Make lines of about 250 bytes: an id, a case, a person and three attributes each."""
    rng = random.Random(7)  # the same lines in every run
    made = [
        {
            "source": "shop",
            "kind": rng.choice(("checkout.finished", "delivery", "ticket")),
            "happened_at": (START + timedelta(seconds=n / 7)).isoformat(),
            "id": str(uuid.UUID(int=rng.getrandbits(128))),
            "key": f"{rng.getrandbits(52):013x}",
            "subject": f"c{rng.randrange(10**7)}",
            "value": rng.randrange(40, 9000),
            "outcome": rng.choice(("ok", "failed")),
            "segment": {"country": rng.choice(("de", "fr")), "plan": "pro", "app": "web"},
        }
        for n in range(lines)
    ]
    return b"".join(json.dumps(one, separators=(",", ":")).encode() + b"\n" for one in made)


def _said(code: str, environ: dict[str, str]) -> str:
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environ, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@contextlib.contextmanager
def _web(environ: dict[str, str]) -> Iterator[tuple[str, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["taskset", "-c", "0", sys.executable, "-m", "troth.config", "web", "--port",
               str(port), "--workers", "1"]  # fmt: skip
    process = subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL)  # fmt: skip
    try:
        yield f"http://127.0.0.1:{port}/api/v1/signals", process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _first_answer(url: str, body: bytes, token: str) -> None:
    """Wait for the server, and see that it accepts every line."""
    headers = {"Content-Type": "application/x-ndjson", "Authorization": f"Bearer {token}"}
    for _ in range(300):
        try:
            with urlopen(Request(url, body, headers), timeout=10) as answer:  # noqa: S310 - ours
                assert json.load(answer)["refused_count"] == 0
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the web server did not answer")


def _round(
    url: str, script: Path, process: int, body: bytes, asked: argparse.Namespace
) -> dict[str, float]:
    before = _spent(process)
    command = ["taskset", "-c", "1", "wrk", "-t1", "-c4", f"-d{asked.seconds}s", "--latency",
               "-s", str(script), url]  # fmt: skip
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    spent = _spent(process) - before
    requests = int(re.search(r"(\d+) requests in", said)[1])
    assert "Non-2xx" not in said, said
    signals = requests * asked.lines
    return {
        "signals": signals,
        "per_cpu_second": signals / spent,
        "per_second": signals / asked.seconds,
        "decode_per_cpu_second": _decoding(body),
        "p99_ms": _milliseconds(re.search(r"99%\s+([\d.]+)(us|ms|s)", said)),
    }


def _decoding(body: bytes) -> float:
    """Return how many of the same lines msgspec alone decodes in a second of processor time."""
    os.sched_setaffinity(0, {0})
    begun, count = time.process_time(), 0
    while time.process_time() - begun < 1:
        count += len(envelope.decode_lines(body))
    return count / (time.process_time() - begun)


def _spent(process: int) -> float:
    """Return the processor seconds of a process and all below it."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return own + sum(_spent(int(child)) for child in children)


def _milliseconds(match: re.Match[str]) -> float:
    return float(match[1]) * {"us": 0.001, "ms": 1, "s": 1000}[match[2]]


def _found(runs: list[dict[str, float]], accepted: int, lines: int, size: int) -> dict[str, float]:
    middle = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    counted = sum(run["signals"] for run in runs)
    # wrk leaves requests unanswered when it stops: they may be accepted, and none may be missing.
    assert accepted >= counted + lines, (accepted, counted)
    return {
        **{name: round(value, 1) for name, value in middle.items()},
        "ratio": round(middle["per_cpu_second"] / middle["decode_per_cpu_second"], 3),
        "lines_per_request": lines,
        "bytes_per_line": round(size / lines, 1),
        "accepted": accepted,
    }


def _table(found: dict[str, float]) -> str:
    return (
        f"accepted by HTTP   {found['per_cpu_second']:>12,.0f} signals per CPU second, "
        f"{found['per_second']:,.0f} per second, p99 {found['p99_ms']} ms\n"
        f"msgspec alone      {found['decode_per_cpu_second']:>12,.0f} signals per CPU second "
        f"({found['bytes_per_line']} bytes each, {found['lines_per_request']} a request)\n"
        f"ratio              {found['ratio']:>12} (target {TARGET})\n"
        f"in the inbox       {found['accepted']:>12,} signals, none of the acknowledged is missing"
    )


if __name__ == "__main__":
    sys.exit(main())
