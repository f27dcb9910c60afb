"""Agents as processes against a server of processes: killed, cut off, at odds, refused."""

import contextlib
import http.server
import json
import signal
import socketserver
import threading
import time

import pytest

from tests.probes.live import answers, free_port, kill, living, wait_for

SECOND = 1_000


class Target:
    """A small server that is watched: well or not, as the test wants it from each location."""

    def __init__(self):
        outer = self
        self.ill_for: set[str] = set()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                is_ill = self.headers.get("X-From") in outer.ill_for or self.path in outer.ill_for
                self.send_response(503 if is_ill else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def target():
    made = Target()
    yield made
    made.server.shutdown()
    made.server.server_close()


DECLARE = """
from troth.core import clock
from troth.probes import actions
{keys}
def watch(slug, path, *locations, **more):
    actions.declare_monitor(author="test", now=clock.now(), document={{
        "apiVersion": "troth/v1", "kind": "Monitor", "metadata": {{"name": slug}},
        "spec": {{"kind": "http", "every": "1s", "timeout": "900ms", "locations": list(locations),
                  "settings": {{"url": "http://127.0.0.1:{port}" + path}}, **more}}}})
{program}
"""
ENROL = """
import pathlib
for name in ("fra", "nyc"):
    key = actions.enrol(location=name, name="", author="test", now=clock.now()).key
    pathlib.Path("{home}", name + ".key").write_text(key)
"""
SIGNALS = """
import json
from troth.signals.envelope import decode_lines
from troth.signals.models import Inbox
from troth.signals.spool import unpack
print(json.dumps([[s.kind, s.key, s.outcome, s.weight] for row in Inbox.objects.order_by("pk")
                  for s in decode_lines(unpack(row.payload))]))
"""
STATES = """
import json
from troth.probes import queries
print(json.dumps({one.slug: "no data" if one.no_data else one.state for one in queries.states()}))
"""
TURNS = """
import json
from troth.probes import queries
print(json.dumps([[one.watch, one.was, one.now] for one in queries.turns()]))
"""
REVOKE = """
from troth.core import clock
from troth.probes import actions
from troth.probes.models import Agent
actions.revoke(agent=Agent.objects.get(location="fra"), author="test", now=clock.now())
"""


class World:
    """An installation with two locations enrolled, and what is going on there."""

    def __init__(self, live, target):
        self.live, self.target, self.port = live, target, free_port()
        home = live.home
        self.live.say(DECLARE.format(keys=ENROL.format(home=home), port=target.port, program=""))

    def watch(self, *calls):
        program = "\n".join(f"watch({call})" for call in calls)
        self.live.say(DECLARE.format(keys="", port=self.target.port, program=program))

    def serve(self):
        process = self.live.start("web", "--port", self.port)
        wait_for(lambda: answers(self.port), what="the server's start")
        return process

    def agent(self, location, key="", **more):
        file = self.live.home / f"{key or location}.key"
        server = f"http://127.0.0.1:{self.port}"
        return self.live.start(
            "probe", "--location", location, "--server", server, "--key-file", file, **more
        )

    def told(self, program):
        return json.loads(self.live.say(program))

    def states(self):
        return self.told(STATES)

    def instants(self, slug, location):
        """Return due instants of checks that ran, and of those that were told as skipped."""
        ran, skipped = [], []
        for kind, key, _, weight in self.told(SIGNALS):
            if key.startswith(f"{slug}/{location}/"):
                due = int(key.rpartition("/")[2])
                if kind == "check":
                    ran.append(due)
                else:
                    skipped += range(due, due + weight * SECOND, SECOND)
        return ran, skipped


@pytest.fixture
def world(tmp_path, target):
    with living(tmp_path, TROTH_PROBE_PRIVATE="1") as live:
        yield World(live, target)


def whole(ran, skipped):
    """Say that each instant from the first to the last is there once: it ran, or it is told."""
    every = sorted({*ran, *skipped})
    assert len(ran) == len(set(ran))
    assert not set(ran) & set(skipped)
    assert every == list(range(every[0], every[-1] + SECOND, SECOND))


@pytest.mark.mission("S2.15")
def test_an_agent_killed_in_the_middle_loses_only_what_it_had_not_told(world):
    world.watch("'shop', '/', 'fra'")
    world.serve()
    first = world.agent("fra")
    wait_for(lambda: len(world.instants("shop", "fra")[0]) > 3, what="the first checks")
    kill(first)
    acknowledged, _ = world.instants("shop", "fra")
    time.sleep(3)
    world.agent("fra")
    newest = max(acknowledged) + 3 * SECOND
    wait_for(lambda: max(world.instants("shop", "fra")[0]) > newest, what="checks after the kill")
    ran, skipped = world.instants("shop", "fra")
    assert set(acknowledged) <= set(ran)
    assert len(skipped) >= 2  # the gap: told as skipped, which is no data
    whole(ran, skipped)
    assert world.states() == {"shop": "up"}


def test_what_is_found_while_the_server_is_away_is_delivered_later(world):
    world.watch("'shop', '/', 'fra'")
    server = world.serve()
    agent = world.agent("fra")
    wait_for(lambda: len(world.instants("shop", "fra")[0]) > 2, what="the first checks")
    kill(server)
    away = max(world.instants("shop", "fra")[0])
    time.sleep(6)
    assert agent.poll() is None
    world.serve()
    wait_for(lambda: max(world.instants("shop", "fra")[0]) > away + 8 * SECOND,
             what="what was found meanwhile")  # fmt: skip
    ran, skipped = world.instants("shop", "fra")
    whole(ran, skipped)
    assert not skipped


@pytest.mark.long
def test_a_quorum_decides_and_one_locations_outage_is_its_own(world):
    world.watch("'shop', '/shop', 'fra', 'nyc', quorum=2, condition='status == 200'",
                "'blog', '/blog', 'fra', 'nyc', quorum=2, condition='status == 200'")  # fmt: skip
    world.serve()
    world.live.start("work")
    agents = [world.agent("fra"), world.agent("nyc")]
    both = {"shop": "up", "blog": "up"}
    wait_for(lambda: world.states() == both, what="both up")
    world.target.ill_for = {"/shop"}
    wait_for(lambda: world.states() == {"shop": "down", "blog": "up"}, what="the shop's end")
    world.target.ill_for = set()
    wait_for(lambda: world.states() == both, what="the shop's return")
    before = world.told(TURNS)
    kill(agents[0])
    world.agent("fra", TROTH_PROBE_PRIVATE="0")  # nothing can be reached from there any more
    wait_for(lambda: world.told(OUT) == ["fra"], what="the location's own outage")
    assert world.states() == both
    assert world.told(TURNS) == before


OUT = """
import json
from troth.probes.models import Lease
print(json.dumps(list(Lease.objects.exclude(out_since=None).values_list("location", flat=True))))
"""


def test_a_key_of_another_location_and_a_revoked_one_end_the_agent_with_words(world):
    world.watch("'shop', '/', 'fra'")
    world.serve()
    wrong = world.agent("fra", key="nyc")
    assert wrong.wait(30) == 1
    agent = world.agent("fra")
    wait_for(lambda: world.instants("shop", "fra")[0], what="the first check")
    world.live.say(REVOKE)
    assert agent.wait(30) == 1
    log = (world.live.home / "probe.log").read_text()
    words = "troth: the server does not take this key for this location"
    assert log.count(words) == 2
    assert "Traceback" not in log


@pytest.mark.long
def test_one_location_is_checked_by_one_process_and_the_other_waits(world):
    world.watch("'shop', '/', 'fra'")
    world.serve()
    first = world.agent("fra")
    wait_for(lambda: world.instants("shop", "fra")[0], what="the first check")
    world.agent("fra")
    log = world.live.home / "probe.log"
    wait_for(lambda: "another process checks for this location" in log.read_text())
    first.send_signal(signal.SIGTERM)
    first.wait(20)
    newest = max(world.instants("shop", "fra")[0])
    with contextlib.suppress(OSError):
        wait_for(lambda: max(world.instants("shop", "fra")[0]) > newest, what="the other's checks")
    whole(*world.instants("shop", "fra"))
