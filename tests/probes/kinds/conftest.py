"""One check of a kind from start to end, as the engine does it."""

import os
import shutil
import socket
import subprocess
from time import monotonic, sleep

import pytest

from tests import loop
from troth.probes import checking
from troth.probes.wire import Task


@pytest.fixture
def check():
    """Return a function that does one check: `check("redis", {…}, condition="pong == true")`."""

    def done(kind, settings, *, private=True, timeout=3_000, **more):
        task = Task(slug="it", kind=kind, settings=settings, every=60_000, timeout=timeout, **more)

        return loop.run(checking.check(checking.prepared(task, private=private)))

    return done


@pytest.fixture
def free_port():
    """Return a function that gives a port at which nobody listens."""

    def found() -> int:
        with socket.socket() as sock:
            sock.bind(("127.0.0.1", 0))
            return sock.getsockname()[1]

    return found


async def hang(reader, writer):
    """Take the connection and never say a word."""
    await reader.read()


async def babble(reader, writer):
    """Say what is no protocol at all."""
    writer.write(bytes(range(256)) * 8 + b"\r\n\r\n")
    await writer.drain()
    await reader.read(10_000)


@pytest.fixture
def hanging(listening):
    """Return the port of a peer that never answers."""
    return listening(hang)


@pytest.fixture
def babbling(listening):
    """Return the port of a peer that sends garbage."""
    return listening(babble)


@pytest.fixture
def program(tmp_path, free_port):
    """Return a function that runs a server of Debian until the test ends, and returns its port.

    `program("redis-server", lambda port: ["--port", str(port)])`
    """
    running = []

    def started(name, arguments):
        found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
        if found is None:
            pytest.skip(f"{name} is not installed: apt-get install {name}")
        port = free_port()
        with (tmp_path / f"{name}.log").open("wb") as log:
            running.append(
                subprocess.Popen(
                    [found, *arguments(port)], cwd=tmp_path, stdout=log, stderr=subprocess.STDOUT
                )
            )
        _await(port)
        return port

    yield started
    for process in running:
        process.kill()
        process.wait()


def _await(port):
    until = monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert monotonic() < until
            sleep(0.05)
        else:
            return
