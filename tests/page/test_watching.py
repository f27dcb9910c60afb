"""`troth watch`: from outside, without the product, the page is seen to be served and fresh."""

import json
import os
import shlex
import subprocess
import sys
from datetime import timedelta

import pytest

from tests.page.support import NOON, company, published
from tests.page.test_server import ROOT, get, server, until_it_changed
from troth.core import clock
from troth.page.watching import Alarm, judged, worst

pytestmark = pytest.mark.mission("S3.18", "S3.19")


def seen(**told):
    return judged("https://a.example", told, at=NOON, max_age=900)


@pytest.mark.parametrize(
    ("minutes", "state"),
    [(0, "fresh"), (15, "fresh"), (16, "stale"), (600, "stale"), (-20, "stale")],
)
def test_a_page_is_stale_when_its_last_check_is_too_old(minutes, state):
    at = (NOON - timedelta(minutes=minutes)).isoformat()
    assert seen(checked_at=at).state == state


def test_a_page_that_was_never_checked_is_stale():
    assert seen(checked_at=None).state == "stale"
    assert seen(checked_at="soon").says == "it was never checked"
    assert seen(checked_at="2026-11-21T12:00:00").state == "stale"  # no zone: nobody knows


def test_of_several_mirrors_the_worst_counts():
    fresh, stale = seen(checked_at=NOON.isoformat()), seen(checked_at=None)
    assert worst([fresh, stale]) == "stale"
    assert worst([fresh, fresh]) == "fresh"


def test_the_alarm_rings_once_and_is_taken_back_once():
    alarm, told = Alarm(2), []
    for state in ("fresh", "stale", "unreachable", "stale", "stale", "fresh", "fresh", "stale"):
        wants = alarm.wants(state)
        told.append(wants)
        if wants:
            alarm.told()
    assert told == [False, False, True, False, False, True, False, False]


def test_an_alarm_that_failed_is_tried_again():
    alarm = Alarm(1)
    assert [alarm.wants("stale"), alarm.wants("stale")] == [True, True]
    alarm.told()
    assert not alarm.wants("stale")


def troth(*words):
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TROTH_")}
    command = [sys.executable, "-m", "troth.config", "watch", *words]
    return subprocess.run(
        command, env=environ, capture_output=True, text=True, cwd=ROOT, check=False
    )


@pytest.mark.enable_socket
def test_a_publisher_that_stopped_is_noticed_and_a_dead_host_too(tmp_path):
    """Nothing but files is left of the installation; the watcher runs without one."""
    now = clock.now()
    published(tmp_path / "page", company(written_at=now), now=now)
    told = tmp_path / "told"
    program = f"import os, sys; open({str(told)!r}, 'w').write(os.environ['WATCH_STATE'])"
    alarm = shlex.join([sys.executable, "-c", program])
    with server(tmp_path) as port:
        url = f"http://127.0.0.1:{port}"
        status, _, headers = get(port)
        assert status == 200
        fresh = troth(url, "--json", "--alarm", alarm)
        assert (fresh.returncode, json.loads(fresh.stdout)["state"]) == (0, "fresh")
        assert not told.exists()
        old = now - timedelta(hours=3)
        published(tmp_path / "page", company(written_at=old), now=old)
        until_it_changed(port, headers["etag"])
        stale = troth(url, "--alarm", alarm)
        assert stale.returncode == 1, stale.stdout + stale.stderr
        assert "last checked 3 hours ago" in stale.stdout
        assert told.read_text() == "stale"
    gone = troth(url)
    assert gone.returncode == 3
    assert "no answer" in gone.stdout


def test_what_is_no_page_of_ours_is_said():
    answer = troth("ftp://a.example")
    assert (answer.returncode, "no web address" in answer.stdout) == (3, True)
    assert troth("http://a.example", "--max-age", "soon").returncode == 2
