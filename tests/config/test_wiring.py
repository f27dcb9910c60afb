"""The wiring: addresses, schedule, and the order of answers."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.urls import get_resolver

from troth.config import answering, environment, ports
from troth.config.schedule import SCHEDULE
from troth.config.verbs import work as work_verb
from troth.core import clock, leases
from troth.core.models import Job

ROOT = Path(__file__).parents[2]


def first_parts():
    """Return the fixed beginning of every address that Django answers."""
    for pattern in get_resolver().url_patterns:
        yield from _begin("", pattern)


def _begin(before, pattern):
    text = before + str(pattern.pattern).lstrip("^")
    fixed = re.split(r"[<(\[\\$?]", text)[0]
    if "/" in fixed or not hasattr(pattern, "url_patterns"):
        yield "/" + fixed
        return
    for inner in pattern.url_patterns:
        yield from _begin(text, inner)


def test_the_page_passes_on_every_address_that_django_answers():
    assert [path for path in first_parts() if not path.startswith(answering.PASSED)] == []


def test_no_test_has_a_web_server_write_into_its_database():
    """To import `config.wsgi` is to serve: a thread of it would write beside whatever test runs."""
    assert "troth.config.wsgi" not in sys.modules


def test_every_line_of_the_schedule_names_a_function_that_is_there():
    for entry in SCHEDULE:
        assert callable(entry.work())
        assert entry.asked is None or callable(entry.asked())
    names = [entry.name for entry in SCHEDULE]
    assert len(set(names)) == len(names)
    assert {"signals.seal", "metrics.tally", "promises.judge", "page.publish"} <= set(names)
    assert all(name in names for entry in SCHEDULE for name in entry.after)


@pytest.mark.django_db
def test_an_idle_worker_asks_little_and_writes_nothing(django_assert_max_num_queries):
    from troth.core import clock, leases, work

    now = clock.now()
    leases.announce(SCHEDULE, now=now)
    for _ in range(3):
        work.turn(SCHEDULE, "here:1:aa")
    with django_assert_max_num_queries(58) as captured:
        assert work.turn(SCHEDULE, "here:1:aa") == 0
    assert [
        query["sql"] for query in captured if not query["sql"].lstrip("(").startswith("SELECT")
    ] == []


def test_a_taken_port_is_said_and_not_shared():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        pytest.raises(ports.PortTakenError, match="is in use"),
    ):
        ports.must_be_free("127.0.0.1", server.getsockname()[1])


def test_the_page_needs_neither_django_nor_a_database(tmp_path):
    """The front loads the rest in a thread of its own; broken settings do not stop it."""
    program = """
import sys
from troth.config import wsgi
answered = []
body = wsgi.application(
    {"PATH_INFO": "/", "REQUEST_METHOD": "GET"}, lambda status, headers: answered.append(status)
)
print(answered, b"".join(body))
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "TROTH_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "troth.nothing"},
        capture_output=True,
        check=True,
        cwd=ROOT,
        text=True,
    )
    assert done.stdout.startswith("['503 Service Unavailable'] b'This page is being written")


def test_settings_are_the_environment_and_nothing_else():
    from django.conf import settings

    assert isinstance(settings.TROTH, environment.Environment)
    assert settings.TROTH.secret_key == settings.SECRET_KEY


def test_working_once_takes_over_what_a_killed_worker_held(db):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    now = clock.now()
    leases.announce(SCHEDULE, now=now)
    leases.claim(SCHEDULE[0], f"{leases.worker_name().split(':')[0]}:{gone.pid}:dead", now=now)

    CliRunner().invoke(work_verb.work, ["--once"], catch_exceptions=False)

    assert not Job.objects.get(name=SCHEDULE[0].name).leased_by
