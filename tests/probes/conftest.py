"""Monitors, heartbeats and small servers to watch."""

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from troth.core import clock
from troth.probes import actions

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def monitor_document(slug="shop", **spec):
    return {
        "apiVersion": "troth/v1",
        "kind": "Monitor",
        "metadata": {"name": slug},
        "spec": {"kind": "http", "settings": {"url": "http://127.0.0.1:9/"}, **spec},
    }


def heartbeat_document(slug="backup", **spec):
    return {
        "apiVersion": "troth/v1",
        "kind": "Heartbeat",
        "metadata": {"name": slug},
        "spec": spec or {"period": "1h", "grace": "5m"},
    }


@pytest.fixture
def monitor(db):
    """Return a function that declares a monitor: `monitor("shop", every="60s")`."""

    def declared(slug="shop", *, now=NOON, **spec):
        return actions.declare_monitor(
            document=monitor_document(slug, **spec), author="test", now=now
        )

    return declared


@pytest.fixture
def heartbeat(db):
    """Return a function that declares a heartbeat."""

    def declared(slug="backup", *, now=NOON, **spec):
        return actions.declare_heartbeat(
            document=heartbeat_document(slug, **spec), author="test", now=now
        )

    return declared


class Background:
    """An event loop in a thread of its own, so that a test may be a server and a client."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.servers = []
        self.writers = []
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def do(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(30)

    def end(self) -> None:
        self.do(self._cancel())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    async def _cancel(self) -> None:
        for server in self.servers:
            server.close()
        mine = asyncio.current_task()
        others = [task for task in asyncio.all_tasks() if task is not mine]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for writer in self.writers:
            writer.transport.abort()
        await asyncio.sleep(0.02)  # transports close in the next rounds of the loop


@pytest.fixture
def background() -> Iterator[Background]:
    made = Background()
    yield made
    made.end()


@pytest.fixture
def listening(background) -> Callable[..., int]:
    """Return a function that serves `answer(reader, writer)` and returns the port."""

    def serve(answer, *, tls: ssl.SSLContext | None = None) -> int:
        async def handle(reader, writer):
            background.writers.append(writer)
            try:
                with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, OSError):
                    await answer(reader, writer)
                writer.close()
            except asyncio.CancelledError:
                writer.transport.abort()

        async def start():
            return await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)

        server = background.do(start())
        background.servers.append(server)
        return server.sockets[0].getsockname()[1]

    return serve


@pytest.fixture
def web(listening) -> Callable[..., int]:
    """Return a function that answers every request with the same bytes, head and body."""

    def serve(answer: bytes, **more) -> int:
        async def reply(reader, writer):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()

        return listening(reply, **more)

    return serve


def reply(body: bytes = b"ok", status: str = "200 OK", **headers: str) -> bytes:
    named = {
        "Content-Length": str(len(body)),
        **{n.replace("_", "-"): v for n, v in headers.items()},
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


@pytest.fixture(scope="session")
def certificate(tmp_path_factory) -> Callable[..., tuple[Path, str]]:
    """Return a function that makes a self-signed certificate: (file with key and all, PEM)."""

    def made(*names: str, days: float = 90) -> tuple[Path, str]:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        now = clock.now()
        built = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=400))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(
                x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), critical=False
            )
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        pem = built.public_bytes(serialization.Encoding.PEM)
        file = tmp_path_factory.mktemp("tls") / "both.pem"
        file.write_bytes(
            pem
            + key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return file, pem.decode()

    return made


@pytest.fixture
def secure(certificate) -> Callable[..., tuple[ssl.SSLContext, str]]:
    """Return a function that gives a server's TLS context and the PEM that trusts it."""

    def made(*names: str, days: float = 90) -> tuple[ssl.SSLContext, str]:
        file, pem = certificate(*names, days=days)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(file)
        return context, pem

    return made
