"""The real server, started as `troth web` starts it, while everything behind it breaks."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.page.support import company, published
from troth.core import clock

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.enable_socket


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def server(data):
    port = free_port()
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TROTH_")}
    environ |= {"TROTH_DATA": str(data), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "troth.config", "web", "--port", str(port), "--workers", "1"]
    process = subprocess.Popen(command, env=environ, cwd=data)
    try:
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def get(port, path="/", **headers):
    deadline = time.monotonic() + 30
    while True:
        try:
            with closing(HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
                connection.request("GET", path, headers=headers)
                answer = connection.getresponse()
                return answer.status, answer.read(), answer.headers
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def until_it_changed(port, before):
    """Wait until the page has another tag than `before`."""
    deadline = time.monotonic() + 2
    while get(port)[2]["etag"] == before:
        assert time.monotonic() < deadline, "a change must be visible within two seconds"
        time.sleep(0.05)


@pytest.mark.mission("S3.16", "S3.4")
def test_the_page_is_served_when_the_database_is_gone_and_says_how_old_it_is(tmp_path):
    """No worker runs, and the database is broken under the server: only the files are left."""
    written = clock.now() - timedelta(hours=3)
    published(tmp_path / "page", company(written_at=written), now=written)
    with server(tmp_path) as port:
        assert get(port)[0] == 200
        (tmp_path / "troth.sqlite3").write_bytes(b"this is no database" * 100)
        look(port, written)
    with server(tmp_path) as port:  # and after a restart in the middle of it
        look(port, written)


def look(port, written):
    status, body, headers = get(port)
    assert (status, b"We are late with street lights" in body) == (200, True)
    assert (
        f"{written - timedelta(minutes=1):%H:%M} UTC".encode() in body
    )  # the absolute time, for those without scripts
    assert b"data-old-text=" in body  # what the script says once the page is old
    assert b"<noscript>" in body
    assert get(port, "/promises/street-lights/")[0] == 200
    assert get(port, **{"If-None-Match": headers["etag"]})[0] == 304
    assert get(port, "/healthz")[0] != 200  # the database is asked there, and does not answer
    assert get(port)[0] == 200


def test_a_new_page_is_served_without_a_restart(tmp_path):
    published(tmp_path / "page", company())
    with server(tmp_path) as port:
        before = get(port)[2]["etag"]
        published(tmp_path / "page", company(notice="A notice."), now=clock.now())
        deadline = time.monotonic() + 2
        while get(port)[2]["etag"] == before:
            assert time.monotonic() < deadline, "a change must be visible within two seconds"
            time.sleep(0.05)
        assert b"A notice." in get(port)[1]
