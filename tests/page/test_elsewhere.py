"""The page on two hosts: one is down, the other serves; and what our targets were is public."""

import json
import re
import shutil
import threading
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from click.testing import CliRunner

from tests.page.situations import town
from tests.page.support import published
from troth.config import cli
from troth.core import clock


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments):
        pass


@contextmanager
def host(folder):
    """Serve files as a host elsewhere does; yields its port and what ends it."""
    site = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=site.serve_forever, daemon=True).start()

    def end():
        site.shutdown()
        site.server_close()

    yield site.server_port, end
    end()


def ask(port, path):
    line = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        line.request("GET", path)
        return line.getresponse().read()
    finally:
        line.close()


@pytest.mark.enable_socket
@pytest.mark.mission("S3.17", "S3.19")
def test_where_one_host_is_down_the_other_serves_the_last_page_with_its_age(tmp_path):
    now = clock.now()
    here = published(tmp_path / "page", town(written_at=now), now=now)
    there = tmp_path / "there"
    shutil.copytree(here, there)
    with host(here) as (first, end), host(there) as (second, _):
        assert ask(first, "/index.html") == ask(second, "/index.html")
        both = [f"http://127.0.0.1:{port}" for port in (first, second)]
        assert CliRunner().invoke(cli.troth, ["watch", *both]).return_value in {0, None}
        end()
        with pytest.raises(OSError, match=r"refused|reset"):
            ask(first, "/index.html")
        kept = ask(second, "/index.html").decode()
        assert f'datetime="{now:%Y-%m-%d}' in kept
        assert json.loads(ask(second, "/checked.json"))["checked_at"]
        told = CliRunner().invoke(cli.troth, ["watch", "--json", *both], standalone_mode=False)
        assert told.return_value == 3
        said = json.loads(told.output)
    states = re.findall(r'"state": "(\w+)"', json.dumps(said))
    assert {"fresh", "unreachable"} <= set(states)


@pytest.mark.mission("S3.2")
def test_what_a_target_was_before_stays_public(tmp_path):
    root = published(tmp_path, town())
    text = (root / "promises/street-lights/index.html").read_text(encoding="utf-8")
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))
    assert "We promise more for “Street lights”: 90 % instead of 75 %." in said
    assert "We made a promise: “Street lights”, target 75 %." in said
