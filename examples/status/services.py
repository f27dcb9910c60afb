# ruff: noqa: INP001 - a script to run, no package
"""Five small services to watch: HTTP, TLS, TCP, DNS, and a job that reports to a heartbeat.

    python examples/status/services.py build/services
    python examples/status/services.py build/services --free

All listen on this machine only. While FOLDER/<service>.off is there, that service is stopped
(http, tls, tcp, dns, heartbeat). FOLDER/ping holds the address that the job reports to; FOLDER/pid
is the process to end. With --free the services take free ports, and FOLDER/documents holds these
documents with them, for `troth apply -f`.
"""

import argparse
import asyncio
import os
import re
import signal
import socket
import ssl
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.request import urlopen

import dns.message
import dns.rrset
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

HOST = "127.0.0.1"
PORTS = {"http": 8801, "tls": 8802, "tcp": 8803, "dns": 8804}  # as the documents beside this say
BEAT = 2.0  # seconds
Stop = Callable[[], None]


async def http(port: int, _folder: Path) -> Stop:
    body = b'{"state": "ok"}'
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(head.encode() + b"Connection: close\r\n\r\n" + body)
            await writer.drain()
        writer.close()

    return (await asyncio.start_server(answer, HOST, port)).close


async def tls(port: int, folder: Path) -> Stop:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(folder))

    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    return (await asyncio.start_server(answer, HOST, port, ssl=context)).close


async def tcp(port: int, _folder: Path) -> Stop:
    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            writer.write(b"stock ready\n")
            await writer.drain()
        writer.close()

    return (await asyncio.start_server(answer, HOST, port)).close


class Names(asyncio.DatagramProtocol):
    """Answers every question for an address with the same one."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        with suppress(Exception):  # what is no question gets no answer
            asked = dns.message.from_wire(data)
            answer = dns.message.make_response(asked)
            name = asked.question[0].name
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "A", "192.0.2.10"))
            self.transport.sendto(answer.to_wire(), addr)  # type: ignore[attr-defined]


async def names(port: int, _folder: Path) -> Stop:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Names, local_addr=(HOST, port))
    return transport.close


async def heartbeat(_port: int, folder: Path) -> Stop:
    """Report every few seconds, once somebody wrote down where to."""

    async def work() -> None:
        while True:
            address = folder / "ping"
            if address.exists():
                with suppress(OSError, ValueError):  # the server may be away: the next one counts
                    await asyncio.to_thread(_report, address.read_text().strip())
            await asyncio.sleep(BEAT)

    return asyncio.create_task(work()).cancel


def _report(address: str) -> None:
    if not address.startswith(("http://", "https://")):
        raise ValueError("ping holds no web address")
    with urlopen(address, timeout=10) as answer:  # noqa: S310 - checked above
        answer.read()


def _certificate(folder: Path) -> Path:
    """Make a key and a certificate that signs itself, for 90 days; return the file with both."""
    file = folder / "certificate.pem"
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "pay.shop.example")])
    now = datetime.now(UTC)  # noqa: TID251 - this runs without Troth
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=90))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file.touch(mode=0o600)
    file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return file


SERVICES: dict[str, Callable[[int, Path], Awaitable[Stop]]] = {
    "http": http,
    "tls": tls,
    "tcp": tcp,
    "dns": names,
    "heartbeat": heartbeat,
}


async def run(folder: Path, ports: dict[str, int]) -> None:
    """Keep running what has no .off file, until the process is asked to end."""
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    running: dict[str, Stop] = {}
    while not ended.is_set():
        for name, start in SERVICES.items():
            await _tend(name, start, running, folder, ports.get(name, 0))
        with suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), 0.1)
    for stop in running.values():
        stop()


async def _tend(
    name: str,
    start: Callable[[int, Path], Awaitable[Stop]],
    running: dict[str, Stop],
    folder: Path,
    port: int,
) -> None:
    is_off = (folder / f"{name}.off").exists()
    if is_off and name in running:
        running.pop(name)()
    elif not is_off and name not in running:
        running[name] = await start(port, folder)
    else:
        return
    sys.stdout.write(f"{name} {'stopped' if is_off else 'runs'}{f' on {port}' if port else ''}\n")
    sys.stdout.flush()


def free_ports() -> dict[str, int]:
    """Return ports that nobody listens on, each another one."""
    with (
        socket.create_server((HOST, 0)) as one,
        socket.create_server((HOST, 0)) as two,
        socket.create_server((HOST, 0)) as three,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as four,
    ):
        four.bind((HOST, 0))
        held = (one, two, three, four)
        return dict(zip(PORTS, (each.getsockname()[1] for each in held), strict=True))


def write_documents(folder: Path, ports: dict[str, int]) -> None:
    """Write the documents beside this script with other ports."""
    folder.mkdir(exist_ok=True)
    instead = {str(port): str(ports[name]) for name, port in PORTS.items()}
    for file in Path(__file__).parent.glob("*.yaml"):
        text = file.read_text(encoding="utf-8")
        text = re.sub(r"\b880\d\b", lambda found: instead[found[0]], text)
        (folder / file.name).write_text(text, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path, help="Where to read and write what steers it.")
    parser.add_argument("--free", action="store_true", help="Take free ports.")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    ports = free_ports() if asked.free else PORTS
    if asked.free:
        write_documents(asked.folder / "documents", ports)
    (asked.folder / "pid").write_text(str(os.getpid()))
    asyncio.run(run(asked.folder, ports))


if __name__ == "__main__":
    main()
