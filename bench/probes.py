"""What watching costs: checks per CPU-second, how punctual they are, and memory.

    python bench/probes.py [--seconds 10] [--monitors 1000] [--rounds 3]

Starts nginx as the target (HTTP; TLS 1.3 with an ECDSA P-256 certificate, nothing resumed) and
`troth probe` with so many monitors of one second, all of it real: scheduling, phases, judging, and
results in SQLite. The reference is Debian's prometheus-blackbox-exporter, asked about the same
target by wrk, in turn with ours, since machines are noisy: medians are told, and each round. It
shakes hands anew for each probe and checks chain and name, as ours do. Where it is not installed
(apt-get install prometheus-blackbox-exporter) only our figures are printed.
"""

import argparse
import contextlib
import json
import os
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from troth.core import clock  # noqa: E402 - the checkout comes first

TICKS = os.sysconf("SC_CLK_TCK")
NGINX = """
daemon off; worker_processes 1; error_log stderr crit; pid {folder}/nginx.pid;
events {{ worker_connections 8192; }}
http {{
  access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b;
  fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem; ssl_session_cache off;
  ssl_session_tickets off; ssl_protocols TLSv1.2 TLSv1.3;
  server {{ listen 127.0.0.1:{http} backlog=8192; location / {{ return 200 "ok"; }} }}
  server {{ listen 127.0.0.1:{https} ssl backlog=8192; location / {{ return 200 "ok"; }} }}
}}
"""
BLACKBOX = """
modules:
  http: {{prober: http, timeout: 5s}}
  tls: {{prober: tcp, timeout: 5s, tcp: {{tls: true, tls_config: {{ca_file: {folder}/cert.pem}}}}}}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--monitors", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="troth-bench-") as name, target(Path(name)) as ports:
        found = measure(Path(name), ports, options)
    print(json.dumps(found, indent=2))
    missed = [name for name, fine in judged(found).items() if not fine]
    raise SystemExit(f"missed: {', '.join(missed)}" if missed else 0)


def measure(folder: Path, ports: dict[str, int], options: argparse.Namespace) -> dict:
    urls = {
        "http": {"kind": "http", "settings": {"url": f"http://127.0.0.1:{ports['http']}/"}},
        "tls": {
            "kind": "tls",
            "settings": {"host": "127.0.0.1", "port": ports["https"],
                         "ca": (folder / "cert.pem").read_text()},
        },
    }  # fmt: skip
    found: dict = {"idle": ours(folder / "one", urls["http"], 1, options.seconds / 2)}
    rate = {"http": options.monitors, "tls": max(1, options.monitors * 3 // 4)}
    for kind, spec in urls.items():
        rounds = []
        for number in range(options.rounds):
            rounds.append(ours(folder / f"{kind}-{number}", spec, rate[kind], options.seconds))
            rounds[-1] |= against(
                blackbox(folder, kind, ports, options.seconds / 2), rounds[-1]["per_cpu_second"]
            )
        found[kind] = middle(rounds)
    more = found["http"]["memory_mb"] - found["idle"]["memory_mb"]
    found["memory_mb_per_1000_monitors"] = round(more * 1_000 / options.monitors, 1)
    return found


def against(reference: float | None, per_cpu_second: float) -> dict[str, float]:
    if reference is None:
        return {}
    ratio = round(per_cpu_second / reference, 2)
    return {"blackbox_per_cpu_second": reference, "times_blackbox": ratio}


def middle(rounds: list[dict]) -> dict:
    """Return the median of each figure, and the ratio of each round."""
    found = {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}
    ratios = [one["times_blackbox"] for one in rounds if "times_blackbox" in one]
    return found | ({"times_blackbox_each": ratios} if ratios else {})


def judged(found: dict) -> dict[str, bool]:
    wanted = {"http": 2.0, "tls": 0.9}
    fine = {
        f"{kind} against blackbox": found[kind]["times_blackbox"] >= least
        for kind, least in wanted.items()
        if "times_blackbox" in found[kind]
    }
    return fine | {"spacing": found["http"]["spacing_error_p99_ms"] < 100}


def ours(folder: Path, spec: dict, monitors: int, seconds: float) -> dict:
    """Return what `troth probe` does in so many seconds with so many monitors of one second."""
    folder.mkdir()
    environment = {**os.environ, "TROTH_DATA": str(folder), "TROTH_PROBE_PRIVATE": "1"}
    troth = [sys.executable, "-m", "troth.config"]
    subprocess.run([*troth, "migrate", "--quiet"], env=environment, check=True, cwd=ROOT)
    told = [sys.executable, __file__, "--inside"]
    declaring = json.dumps({"spec": spec, "monitors": monitors})
    inside = {"env": environment, "cwd": ROOT, "capture_output": True, "text": True}
    subprocess.run([*told, "declare"], input=declaring, check=True, **inside)
    process = subprocess.Popen([*troth, "probe"], env=environment, cwd=ROOT)
    try:
        wait_for_results(folder)
        before, begun = cpu(process.pid), clock.now().timestamp()
        time.sleep(seconds)
        used, until = cpu(process.pid) - before, clock.now().timestamp()
        memory = share_of_memory(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
    counted = subprocess.run(
        [*told, "count"], input=json.dumps([begun, until]), check=True, **inside
    )
    found = json.loads(counted.stdout)
    found["per_cpu_second"] = round(found["checks"] / used, 1)
    found["cpu_share"] = round(used / (until - begun), 3)
    found["memory_mb"] = round(memory / 1024, 1)
    return found


def wait_for_results(folder: Path) -> None:
    """Wait until the first results are on disk, and then until what the start asked is done."""
    for _ in range(600):
        with contextlib.closing(sqlite3.connect(folder / "troth.sqlite3", timeout=30)) as database:
            if database.execute("SELECT 1 FROM signals_inbox WHERE door = 'probe'").fetchone():
                time.sleep(3)
                return
        time.sleep(0.1)
    raise SystemExit("no check was recorded within a minute")


def inside(what: str) -> None:
    """Do what needs the installation's own code, in a process that has its settings."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "troth.config.settings"
    import django

    django.setup()
    (declare if what == "declare" else count)(json.load(sys.stdin))


def declare(asked: dict) -> None:
    from django.db import transaction

    from troth.probes import actions

    with transaction.atomic():
        for number in range(asked["monitors"]):
            document = {
                "apiVersion": "troth/v1", "kind": "Monitor",
                "metadata": {"name": f"monitor-{number}"},
                "spec": {**asked["spec"], "every": "1s", "timeout": "1s"},
            }  # fmt: skip
            actions.declare_monitor(document=document, author="bench", now=clock.now())


def count(span: list[float]) -> None:
    """Print how many checks were recorded, how many were down, and how late they began."""
    from troth.signals.envelope import decode_lines
    from troth.signals.models import Inbox
    from troth.signals.spool import unpack

    late, down, skipped = [], 0, 0
    for row in Inbox.objects.filter(door="probe").iterator():
        for one in decode_lines(unpack(row.payload)):
            due = int(one.key.rsplit("/", 1)[1])
            if not span[0] * 1000 <= due < span[1] * 1000:
                continue
            if one.kind == "check":
                late.append(one.happened_at.timestamp() * 1000 - due)
                down += one.outcome == "down"
            else:
                skipped += one.weight
    late.sort()
    found = {
        "checks": len(late), "down": down, "skipped": skipped,
        "per_second": round(len(late) / (span[1] - span[0]), 1),
        "spacing_error_p50_ms": round(late[len(late) // 2], 2),
        "spacing_error_p99_ms": round(late[len(late) * 99 // 100], 2),
        "spacing_error_max_ms": round(late[-1], 2),
    }  # fmt: skip
    print(json.dumps(found))


def blackbox(folder: Path, kind: str, ports: dict[str, int], seconds: float) -> float | None:
    """Return the reference's probes per CPU-second; None where it is not installed."""
    program, wrk = shutil.which("prometheus-blackbox-exporter"), shutil.which("wrk")
    if not program or not wrk:
        return None
    (folder / "blackbox.yml").write_text(BLACKBOX.format(folder=folder))
    port = free_port()
    whom = f"http://127.0.0.1:{ports['http']}/" if kind == "http" else f"127.0.0.1:{ports['https']}"
    process = subprocess.Popen(
        [program, f"--config.file={folder}/blackbox.yml", f"--web.listen-address=127.0.0.1:{port}"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for(port)
        asked = f"http://127.0.0.1:{port}/probe?module={kind}&target={whom}"
        before = cpu(process.pid)
        done = subprocess.run(
            [wrk, "-t1", "-c16", f"-d{max(1, round(seconds))}s", asked],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        used = cpu(process.pid) - before
    finally:
        process.terminate()
        process.wait()
    requests = next(int(line.split()[0]) for line in done.splitlines() if "requests in" in line)
    return round(requests / used, 1)


@contextlib.contextmanager
def target(folder: Path) -> Iterator[dict[str, int]]:
    ports = {"http": free_port(), "https": free_port()}
    make_certificate(folder)
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, **ports))
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    process = subprocess.Popen(
        [program, "-c", str(folder / "nginx.conf"), "-p", str(folder)], stderr=subprocess.DEVNULL
    )
    try:
        wait_for(ports["https"])
        yield ports
    finally:
        process.terminate()
        process.wait()


def make_certificate(folder: Path) -> None:
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(begin).not_valid_after(begin + timedelta(days=36_500))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port: int) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise SystemExit(f"nothing listens on port {port}")


def cpu(process: int) -> float:
    """Return the seconds of CPU that a process has used, in user and kernel mode."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def share_of_memory(process: int) -> int:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        inside(sys.argv[2])
    else:
        main()
