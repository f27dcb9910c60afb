"""Heartbeats: anything that can ask for a web address can report, and silence is told."""

import io
from datetime import timedelta

import pytest

from tests.probes.conftest import NOON
from tests.together import at_once
from troth.core import clock
from troth.probes import actions, book, door, jobs, queries
from troth.probes.models import Heartbeat, Ping
from troth.signals.envelope import decode_lines
from troth.signals.models import Inbox
from troth.signals.spool import unpack

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _forgetful():
    book.forget()


def ask(path, method="GET", body=b"", at=NOON):
    told = []
    environ = {
        "PATH_INFO": path,
        "REQUEST_METHOD": method,
        "wsgi.input": io.BytesIO(body),
        "CONTENT_LENGTH": str(len(body)) if body else "",
    }
    assert door.is_ours(environ)
    with clock.frozen(at):
        parts = b"".join(door.application(environ, lambda status, _: told.append(status)))
    return int(told[0][:3]), parts


def path_of(row):
    return queries.ping_path(row)


def turns(slug="backup"):
    return [(t.was, t.now, t.at) for t in queries.turns().filter(watch=slug)]


def signals():
    return [s for row in Inbox.objects.order_by("pk") for s in decode_lines(unpack(row.payload))]


@pytest.mark.mission("S2.7")
@pytest.mark.parametrize(
    ("end", "method", "kind", "code"),
    [
        ("", "GET", "success", None),
        ("", "POST", "success", None),
        ("", "HEAD", "success", None),
        ("/", "GET", "success", None),
        ("/start", "GET", "start", None),
        ("/fail", "POST", "fail", None),
        ("/log", "POST", "log", None),
        ("/0", "GET", "success", 0),
        ("/1", "GET", "fail", 1),
        ("/255", "GET", "fail", 255),
    ],
)
def test_a_sign_is_kept_before_it_is_answered(heartbeat, end, method, kind, code):
    row = heartbeat()
    status, body = ask(path_of(row) + end, method, b"done" if method == "POST" else b"")
    assert status == 200
    assert body == (b"" if method == "HEAD" else b"OK\n")
    ping = Ping.objects.get()
    assert (ping.kind, ping.code, ping.method, ping.at) == (kind, code, method, NOON)
    assert ping.size == (4 if method == "POST" else 0)


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/ping/", "GET", 404),
        ("/ping/nobody", "GET", 404),
        ("/ping/{key}/256", "GET", 404),
        ("/ping/{key}/later", "GET", 404),
        ("/ping/{key}/start/now", "GET", 404),
        ("/ping/{key}\x00", "GET", 404),
        ("/ping/" + "x" * 500, "GET", 404),
        ("/ping/{key}", "DELETE", 405),
        ("/ping/{key}/\u0661", "GET", 404),
        ("/ping/backup", "GET", 404),
    ],
)
def test_what_is_no_address_is_refused(heartbeat, path, method, status):
    key = path_of(heartbeat()).rsplit("/", 1)[1]
    assert ask(path.replace("{key}", key), method)[0] == status
    assert not Ping.objects.exists()


def test_addresses_by_name_need_the_installations_own_key(heartbeat):
    heartbeat("backup")
    other = path_of(heartbeat("other"))
    assert ask(queries.slug_path("backup") + "/fail")[0] == 200
    assert Ping.objects.get().heartbeat.slug == "backup"
    assert ask(queries.slug_path("nobody"))[0] == 404
    assert ask(f"{other}/backup")[0] == 404


def test_a_body_is_evidence_bounded_encrypted_and_shown_as_text(heartbeat):
    row = heartbeat()
    body = b"\xff\x00<script>alert(1)</script>" + b"x" * 50_000
    assert ask(path_of(row), "POST", body)[0] == 200
    ping = Ping.objects.get()
    assert ping.size == len(body)
    assert b"script" not in bytes(ping.sealed)
    [shown] = queries.heartbeat_detail("backup", at=NOON).pings
    assert shown.body.startswith("\ufffd\x00<script>")
    assert len(shown.body) == 10_000


def test_silence_turns_it_down_from_the_end_of_its_grace(heartbeat):
    row = heartbeat("backup", period="1h", grace="5m")
    assert jobs.beat(now=NOON) == 0
    assert queries.states(at=NOON)[0].no_data
    ask(path_of(row))
    assert jobs.is_late(now=NOON)
    assert jobs.beat(now=NOON) == 1
    assert turns() == [("unknown", "up", NOON)]
    assert jobs.beat(now=NOON + HOUR + 5 * MINUTE) == 0
    assert jobs.beat(now=NOON + HOUR + 6 * MINUTE) == 1
    assert turns()[-1] == ("up", "down", NOON + HOUR + 5 * MINUTE)
    assert jobs.beat(now=NOON + 5 * HOUR) == 0
    assert queries.states(at=NOON)[0].reason == "its sign did not come"
    ask(path_of(row), at=NOON + 6 * HOUR)
    jobs.beat(now=NOON + 6 * HOUR)
    assert turns()[-1] == ("down", "up", NOON + 6 * HOUR)
    assert [s.kind for s in signals()] == ["ping", "ping.missed", "ping"]


def test_lateness_is_told_even_if_nobody_looked_in_time(heartbeat):
    """The worker stood still while the sign was late: the two turns are told all the same."""
    row = heartbeat("backup", period="1h", grace="5m")
    for at in (NOON, NOON + 3 * HOUR):
        ask(path_of(row), at=at)
    jobs.beat(now=NOON + 3 * HOUR)
    assert turns() == [
        ("unknown", "up", NOON),
        ("up", "down", NOON + HOUR + 5 * MINUTE),
        ("down", "up", NOON + 3 * HOUR),
    ]


def test_a_failure_is_down_at_once_and_a_success_ends_it(heartbeat):
    row = heartbeat()
    ask(f"{path_of(row)}/3")
    jobs.beat(now=NOON)
    assert turns() == [("unknown", "down", NOON)]
    assert queries.states(at=NOON)[0].reason == "it ended with code 3"
    ask(f"{path_of(row)}/0", at=NOON + MINUTE)
    jobs.beat(now=NOON + MINUTE)
    assert turns()[-1] == ("down", "up", NOON + MINUTE)


def test_a_start_without_an_end_is_a_failure_after_the_grace(heartbeat):
    row = heartbeat("backup", period="1h", grace="5m")
    ask(path_of(row))
    ask(f"{path_of(row)}/start", at=NOON + 50 * MINUTE)
    jobs.beat(now=NOON + 50 * MINUTE)
    jobs.beat(now=NOON + 56 * MINUTE)
    assert turns()[-1] == ("up", "down", NOON + 55 * MINUTE)
    assert queries.states(at=NOON)[0].reason == "it began and did not end in time"


def test_a_run_is_timed_from_its_start_to_its_end(heartbeat):
    row = heartbeat("backup", period="1h", grace="5m", touchpoint="nightly")
    ask(f"{path_of(row)}/start")
    ask(path_of(row), at=NOON + MINUTE)
    jobs.beat(now=NOON + MINUTE)
    start, end = signals()
    assert (start.outcome, end.outcome) == ("started", "up")
    assert (end.value, end.unit, end.touchpoint) == (60_000, "ms", "nightly")
    assert end.due_at == NOON + 5 * MINUTE
    assert end.resolved_at == NOON + MINUTE
    assert end.segment == {"heartbeat": "backup", "sign": "success"}


def test_a_paused_heartbeat_is_no_data_and_never_late(heartbeat, ben):
    row = heartbeat()
    ask(path_of(row))
    jobs.beat(now=NOON)
    actions.pause(watch=row, author=ben, now=NOON + MINUTE)
    assert not jobs.is_late(now=NOON + 9 * HOUR)
    assert queries.states(at=NOON)[0].no_data
    actions.resume(watch=Heartbeat.objects.get(), author=ben, now=NOON + 9 * HOUR)
    assert not jobs.is_late(now=NOON + 20 * HOUR)


def test_a_new_key_ends_the_old_address(heartbeat, ben):
    row = heartbeat()
    old = path_of(row)
    actions.new_key(heartbeat=row, author=ben, now=NOON)
    assert ask(old)[0] == 404
    assert ask(path_of(Heartbeat.objects.get()))[0] == 200


def test_what_an_address_means_is_believed_no_longer_than_it_is_true(heartbeat, ben):
    """Also where another process changed it: what is remembered carries the roster's revision."""
    row = heartbeat()
    by_name = queries.slug_path("later")
    assert ask(by_name)[0] == 404
    heartbeat("later")
    assert ask(by_name)[0] == 200
    assert ask(path_of(row))[0] == 200
    actions.retire(watch=row, author=ben, now=NOON)
    assert ask(path_of(row))[0] == 404
    assert ask(by_name)[0] == 200
    assert Ping.objects.count() == 3


def test_the_newest_thousand_signs_are_kept(heartbeat):
    row = heartbeat()
    Ping.objects.bulk_create(
        Ping(heartbeat=row, at=NOON, kind="success", method="GET", is_new=False)
        for _ in range(1_010)
    )
    assert jobs.tidy(now=NOON) == 10
    assert Ping.objects.count() == 1_000


def test_two_workers_apply_a_sign_once(heartbeat):
    row = heartbeat()
    ask(path_of(row))
    assert [jobs.beat(now=NOON), jobs.beat(now=NOON)] == [1, 0]


@pytest.mark.django_db(transaction=True)
def test_threads_that_come_together_share_a_write(heartbeat):
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    path = path_of(heartbeat())

    def one(_):
        try:
            return ask(path)[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(one, range(64))) == {200}
    assert Ping.objects.count() == 64


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_claim_one_silence_and_one_sign(heartbeat):
    """On PostgreSQL they run side by side; on SQLite one waits for the other."""
    ask(path_of(heartbeat("backup", period="1h", grace="5m")))
    jobs.beat(now=NOON)
    ask(path_of(heartbeat("other")))
    done = at_once(lambda _: jobs.beat(now=NOON + 2 * HOUR), 2)
    assert sum(done) in (2, 3)  # “other” may be late as well by then
    assert [(was, now) for was, now, _ in turns()] == [("unknown", "up"), ("up", "down")]
    assert [s.kind for s in signals()].count("ping") == 2
    missed = [s.key for s in signals() if s.kind == "ping.missed"]
    assert len(missed) == len(set(missed))


def test_a_clock_set_back_loses_no_sign_and_brings_no_silence(heartbeat):
    path = path_of(heartbeat("backup", period="1h", grace="5m"))
    for at in (NOON, NOON - HOUR, NOON - HOUR + 30 * MINUTE):  # set back by an hour after the first
        ask(path, at=at)
        jobs.beat(now=at)
    assert Ping.objects.count() == 3
    assert [turn[1] for turn in turns()] == ["up"]
    assert jobs.beat(now=NOON + 40 * MINUTE) == 1  # from now on the clock as it is counts
    assert [turn[1:] for turn in turns()][-1] == ("down", NOON + 35 * MINUTE)
