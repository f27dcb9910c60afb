"""How many signs of heartbeats a second are on disk before they are answered, and none lost.

    python bench/heartbeats.py [--seconds 5] [--connections 64]

Starts `troth web` as it is (SQLite, one process) and pings one heartbeat with wrk; then once more
with clients that count each answer, and kills the server with SIGKILL in the middle: every answered
sign must be in the database. The reference in the same run: nginx answering the same request from
memory, keeping nothing. Needs wrk and nginx.
"""

import argparse
import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = 3_000
TROTH = (sys.executable, "-m", "troth.config")
DECLARE = """
import django; django.setup()
from troth.core import clock
from troth.probes import actions, queries
row = actions.declare_heartbeat(author="bench", now=clock.now(), document={
    "apiVersion": "troth/v1", "kind": "Heartbeat", "metadata": {"name": "bench"},
    "spec": {"period": "1m"}})
print(queries.ping_path(row))
"""
COUNT = """
import django; django.setup()
from troth.probes.models import Ping
print(Ping.objects.count())
"""
BEAT = """
import django; django.setup()
import time
from troth.core import clock
from troth.probes import actions
begun, done = time.perf_counter(), 0
while found := actions.beat(now=clock.now()):
    done += found
print(round(done / (time.perf_counter() - begun)))
"""
NGINX = """
daemon off; worker_processes 1; error_log stderr crit; pid {folder}/nginx.pid;
events {{ worker_connections 1024; }}
http {{
  access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b;
  fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{ listen 127.0.0.1:{port}; location / {{ return 200 "OK"; }} }}
}}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=64)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="troth-bench-") as name:
        found = measure(Path(name), options)
    print(json.dumps(found, indent=2))
    fine = found["pings_per_second"] >= TARGET and found["lost_on_kill"] == 0
    raise SystemExit(0 if fine else "missed")


def measure(folder: Path, options: argparse.Namespace) -> dict:
    environ = {**os.environ, "TROTH_DATA": str(folder / "data"), "PYTHONPATH": str(ROOT),
               "DJANGO_SETTINGS_MODULE": "troth.config.settings"}  # fmt: skip
    subprocess.run([*TROTH, "migrate", "--quiet"], env=environ, check=True, cwd=ROOT)
    path = said(DECLARE, environ)
    with served([*TROTH, "web", "--port", "{port}"], environ, path) as (port, _):
        per_second, slowest = load(port, path, options)
    kept = int(said(COUNT, environ))
    found = {"pings_per_second": per_second, "p99_ms": slowest, "kept": kept}
    found["applied_per_second"] = int(said(BEAT, environ))
    with served([*TROTH, "web", "--port", "{port}"], environ, path) as (port, process):
        answered = killed(port, path, process)
    found |= {"answered_before_kill": answered}
    found["lost_on_kill"] = max(0, answered - (int(said(COUNT, environ)) - kept))
    bare = nginx(folder, options)
    return found | {"nginx_per_second": bare, "share_of_nginx": round(per_second / bare, 3)}


def load(port: int, path: str, options: argparse.Namespace) -> tuple[float, float]:
    url = f"http://127.0.0.1:{port}{path}"
    done = subprocess.run(
        ["wrk", "-t1", f"-c{options.connections}", f"-d{options.seconds}s", "--latency", url],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    if "Non-2xx" in done:
        raise SystemExit(done)
    lines = {line.split()[0]: line.split()[1] for line in done.splitlines() if line.strip()}
    return float(lines["Requests/sec:"]), milliseconds(lines["99%"])


def milliseconds(text: str) -> float:
    for unit, scale in (("us", 0.001), ("ms", 1.0), ("s", 1_000.0)):
        if text.endswith(unit):
            return round(float(text.removesuffix(unit)) * scale, 2)
    raise ValueError(text)


def killed(port: int, path: str, process: subprocess.Popen) -> int:
    """Return how many signs were answered by the time the server was killed under load."""
    counts = [0] * 16
    clients = [threading.Thread(target=ping, args=(port, path, counts, n)) for n in range(16)]
    for client in clients:
        client.start()
    time.sleep(2)
    for child in reversed(family(process.pid)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    for client in clients:
        client.join()
    return sum(counts)


def ping(port: int, path: str, counts: list[int], number: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with contextlib.suppress(OSError, http.client.HTTPException):
        while True:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            counts[number] += answer.status == 200


def nginx(folder: Path, options: argparse.Namespace) -> float:
    port = free_port()
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port))
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    process = subprocess.Popen(
        [program, "-c", str(folder / "nginx.conf"), "-p", str(folder)], stderr=subprocess.DEVNULL
    )
    try:
        wait_for(port, "/")
        return load(port, "/", options)[0]
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def served(command: list[str], environ: dict, path: str) -> Iterator[tuple[int, subprocess.Popen]]:
    port = free_port()
    filled = [part.replace("{port}", str(port)) for part in command]
    process = subprocess.Popen(filled, env=environ, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        wait_for(port, f"{path}/log")
        yield port, process
    finally:
        process.terminate()
        process.wait(timeout=30)


def said(program: str, environ: dict) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], env=environ, check=True, capture_output=True, text=True,
        cwd=ROOT,
    )  # fmt: skip
    return done.stdout.strip().splitlines()[-1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port: int, path: str) -> None:
    for _ in range(300):
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
    raise SystemExit(f"nothing answers on port {port}")


def family(parent: int) -> list[int]:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [parent, *(one for child in children for one in family(int(child)))]


if __name__ == "__main__":
    main()
