"""How fast the public page is answered: our own server against nginx, on the same file and core.

    python bench/page.py [--seconds 4] [--rounds 5] [--json]

Both servers get core 0, wrk core 1, 16 connections; the runs alternate and medians are compared.
Needs nginx, wrk and taskset. Exits with 1 where a target is missed.
"""

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from troth.core import clock  # noqa: E402 - the checkout comes first
from troth.page import folder  # noqa: E402
from troth.page.sheets import Sheet  # noqa: E402

SIZE = 30_000  # bytes of the page
CONNECTIONS = 16
RATIO, P99, VISIBLE = 0.35, 5.0, 2.0  # of nginx, milliseconds, seconds
NGINX = """
worker_processes 1; daemon off; pid {place}/nginx.pid; error_log {place}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 10000000; gzip_static on;
  client_body_temp_path {place}/t1; proxy_temp_path {place}/t2; fastcgi_temp_path {place}/t3;
  uwsgi_temp_path {place}/t4; scgi_temp_path {place}/t5; open_file_cache max=1000;
  types {{ text/html html; }}
  server {{ listen 127.0.0.1:{port}; root {root}; index index.html; }}
}}
"""


def main() -> int:
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="troth-bench-") as name:
        place = Path(name)
        place.chmod(0o755)  # nginx, started by root, reads as nobody
        _publish(place / "page", "x")
        with nginx(place) as theirs, ours(place) as own:
            runs = alternate({"nginx": theirs, "ours": own}, asked.rounds, asked.seconds)
            seen = _visible(place / "page", own.url)
    found = _found(runs, seen)
    print(json.dumps(found) if asked.json else _table(found))
    return 0 if found["met"] else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _publish(page: Path, mark: str) -> None:
    """Write a page of exactly 30 kB that packs about as well as a real one."""
    words = " ".join(f'<p class="how">{n * 7919 % 1000} of {n}</p>' for n in range(2000))
    body = f"<!doctype html><title>{mark}</title>{words}"[:SIZE].encode()
    sheet = Sheet("index.html", mark, lambda: body)
    with folder.alone(page):
        folder.write(page, sheets=[sheet], pulse=folder.Pulse(mark, mark), now=clock.now())


class Server(NamedTuple):
    url: str
    process: int
    accept: str = ""  # the encodings that are asked for

    @property
    def spent(self) -> float:
        """Processor seconds of the server and its children so far."""
        return sum(_spent(pid) for pid in [self.process, *_children(self.process)])


def _children(process: int) -> list[int]:
    found = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [pid for child in found for pid in (int(child), *_children(int(child)))]


def _spent(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def nginx(place: Path) -> Iterator[Server]:
    port = free_port()
    settings = place / "nginx.conf"
    root = place / "page" / "current"
    settings.write_text(NGINX.format(place=place, port=port, root=root))
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    with running(["taskset", "-c", "0", nginx, "-c", str(settings)], port) as process:
        yield Server(f"http://127.0.0.1:{port}/", process)


@contextlib.contextmanager
def ours(place: Path) -> Iterator[Server]:
    port = free_port()
    environ = {
        **os.environ,
        "TROTH_DATA": str(place / "data"),
        "TROTH_PAGE_DIR": str(place / "page"),
    }
    environ["PYTHONPATH"] = str(ROOT)
    command = [sys.executable, "-m", "troth.config", "web", "--port", str(port), "--workers", "1"]
    with running(["taskset", "-c", "0", *command], port, environ) as process:
        yield Server(f"http://127.0.0.1:{port}/", process)


@contextlib.contextmanager
def running(command: list[str], port: int, environ: dict[str, str] | None = None) -> Iterator[int]:
    process = subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise SystemExit(f"nothing answers on port {port}")


Run = dict[str, float]


def alternate(servers: dict[str, Server], rounds: int, seconds: int) -> dict[str, list[Run]]:
    runs: dict[str, list[Run]] = {name: [] for name in servers}
    for server in servers.values():
        _wrk(server, 1)  # warm
    for _ in range(rounds):
        for name, server in servers.items():
            runs[name].append(_wrk(server, seconds))
    return runs


def _wrk(server: Server, seconds: int) -> Run:
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency"]
    command += ["-H", f"Accept-Encoding: {server.accept}"] if server.accept else []
    before = server.spent
    said = subprocess.run([*command, server.url], capture_output=True, text=True, check=True).stdout
    spent = server.spent - before
    if "Non-2xx" in said:
        raise SystemExit(said)
    late = re.search(r"99%\s+([\d.]+)(us|ms|s)", said)
    assert late
    return {
        "rate": _number(r"Requests/sec:\s+([\d.]+)", said),
        "p99": float(late[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[late[2]],
        "per_cpu_second": _number(r"(\d+) requests in", said) / max(spent, 0.01),
    }


def _number(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    assert found
    return float(found[1])


def _visible(page: Path, url: str) -> float:
    """Return the seconds from writing a page until the server answers with it."""
    began = time.monotonic()
    _publish(page, "changed")
    while b"changed" not in urlopen(url).read():  # noqa: S310 - our own address
        time.sleep(0.005)
    return time.monotonic() - began


def _found(runs: dict[str, list[Run]], visible: float) -> dict[str, object]:
    medians = {
        name: {key: statistics.median(run[key] for run in some) for key in some[0]}
        for name, some in runs.items()
    }
    ratio = medians["ours"]["rate"] / medians["nginx"]["rate"]
    by_cpu = medians["ours"]["per_cpu_second"] / medians["nginx"]["per_cpu_second"]
    late = medians["ours"]["p99"]
    met = ratio >= RATIO and late < P99 and visible <= VISIBLE
    return {
        **medians,
        "ratio": ratio,
        "ratio_by_cpu": by_cpu,
        "p99_ms": late,
        "visible_s": visible,
        "met": met,
    }


def _table(found: dict[str, object]) -> str:
    ours, nginx = found["ours"], found["nginx"]
    return "\n".join([
        f"nginx            {nginx['rate']:10,.0f} requests/s   p99 {nginx['p99']:.2f} ms",
        f"ours             {ours['rate']:10,.0f} requests/s   p99 {ours['p99']:.2f} ms",
        f"ratio            {found['ratio']:10.2f}   (at least {RATIO})",
        f"by processor time{found['ratio_by_cpu']:9.2f}   (says the same on a busy machine)",
        f"change visible   {found['visible_s']:10.2f} s (at most {VISIBLE})",
        "met" if found["met"] else "missed",
    ])  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
