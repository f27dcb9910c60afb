"""Other people's clients of the Statuspage API, unmodified, against our live server."""

import json
import os
import shutil
import subprocess
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.page.situations import town
from tests.page.support import published
from tests.page.test_server import get, server
from troth.core import clock

HERE = Path(__file__).parent / "clients"
pytestmark = [pytest.mark.enable_socket, pytest.mark.timeout(180), pytest.mark.mission("S3.14")]


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """Fetch the clients as the lock file names them; return the folder they are in."""
    if not (shutil.which("npm") and shutil.which("node")):
        pytest.skip("npm is not installed: apt-get install nodejs npm")
    place = tmp_path_factory.mktemp("clients") / "clients"
    shutil.copytree(HERE, place, ignore=shutil.ignore_patterns("node_modules"))
    command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    if done.returncode and not os.environ.get("CI"):
        pytest.skip(f"npm could not fetch the clients: {done.stderr.strip()[-300:]}")
    assert done.returncode == 0, done.stderr
    return place


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """Start the web server on a published page; return its port."""
    data = tmp_path_factory.mktemp("live")
    now = clock.now()
    published(data / "page", town(written_at=now), now=now)
    with server(data) as port:
        assert get(port)[0] == 200
        yield port


def test_npm_statuspage_io_reads_everything(packages, live):
    command = ["node", "read.js", f"http://127.0.0.1:{live}"]
    done = subprocess.run(command, cwd=packages, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    read = json.loads(done.stdout)
    assert read["status"]["status"]["description"] == "Minor Service Outage"
    assert read["summary"]["incidents"] == read["unresolved"]["incidents"]
    assert [one["name"] for one in read["unresolved"]["incidents"]] == [
        "Card payments fail for some customers"
    ]
    assert len(read["incidents"]["incidents"]) == 2
    assert {one["name"] for one in read["components"]["components"]} >= {"Shop", "Payments"}
    assert [one["status"] for one in read["upcoming"]["scheduled_maintenances"]] == ["scheduled"]


@contextmanager
def shop(folder):
    """Serve a folder as another site, on a port of its own; return its address."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    site = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{site.server_port}/"
    site.shutdown()
    site.server_close()


@pytest.mark.browser
def test_atlassians_widget_shows_our_status_on_another_site(packages, live, chromium, tmp_path):
    """The web component is loaded by a page of another site, and asks ours across origins."""
    shutil.copy(packages / "node_modules/@statuspage/status-widget/dist/index.js", tmp_path)
    (tmp_path / "index.html").write_text(f"""<!doctype html><title>Shop</title>
        <script src="/index.js"></script>
        <statuspage-widget src="http://127.0.0.1:{live}"></statuspage-widget>""")
    context = chromium.new_context()
    page = context.new_page()
    failed = []
    page.on("requestfailed", lambda request: failed.append(request.url))
    with shop(tmp_path) as address:
        page.goto(address)
        page.locator("statuspage-widget .minor").wait_for(timeout=15_000)
        text = page.locator("statuspage-widget .status-text").inner_text()
        assert text.strip() == "Minor Service Outage"
    assert failed == []
    context.close()
