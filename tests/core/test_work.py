"""The worker loop: every due job once, whoever else works, and again after a crash."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import OperationalError

from troth.core import clock, leases, work
from troth.core.models import Job, Worker
from troth.core.schedule import Entry, back_off

ROOT = Path(__file__).parents[2]
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ME, OTHER = "here:1:aaaaaa", "here:2:bbbbbb"


def entry(job, name="test.job", **more):
    return Entry(name=name, every=more.pop("every", timedelta(minutes=1)), work=lambda: job, **more)


def counting():
    calls = []

    def job(*, now):
        calls.append(now)
        return 1

    return calls, job


def nothing(*, now):
    return 0


def never(*, now):
    return False


def turn_at(at, entries, name=ME):
    with clock.frozen(at):
        return work.turn(entries, name)


@pytest.mark.django_db
def test_a_job_is_done_when_it_is_due_and_not_before():
    calls, job = counting()
    entries = [entry(job)]
    leases.announce(entries, now=NOON)
    for seconds in (0, 1, 59, 60, 61):
        turn_at(NOON + timedelta(seconds=seconds), entries)
    assert calls == [NOON, NOON + timedelta(seconds=60)]


@pytest.mark.django_db
def test_of_two_workers_one_is_given_the_job():
    entries = [entry(counting()[1])]
    leases.announce(entries, now=NOON)
    taken = [leases.claim(entries[0], name, now=NOON) for name in (ME, OTHER)]
    assert taken == [True, False]


@pytest.mark.django_db
def test_a_lease_that_ran_out_frees_the_job():
    calls, job = counting()
    entries = [entry(job, lease=timedelta(seconds=30))]
    leases.announce(entries, now=NOON)
    assert leases.claim(entries[0], OTHER, now=NOON)
    turn_at(NOON + timedelta(seconds=29), entries)
    assert calls == []
    turn_at(NOON + timedelta(seconds=31), entries)
    assert calls == [NOON + timedelta(seconds=31)]


@pytest.mark.django_db
def test_a_failing_job_says_why_waits_longer_each_time_and_harms_no_other():
    calls, job = counting()

    def fails(*, now):
        raise RuntimeError("the disk is gone")

    entries = [entry(fails, "test.fails", every=timedelta(seconds=1)), entry(job)]
    leases.announce(entries, now=NOON)
    turn_at(NOON, entries)
    row = Job.objects.get(name="test.fails")
    assert (row.failures, row.last_error) == (1, "RuntimeError: the disk is gone")
    assert row.due_at == NOON + timedelta(seconds=1)
    turn_at(row.due_at, entries)
    row.refresh_from_db()
    assert (row.failures, row.due_at) == (2, NOON + timedelta(seconds=3))
    assert calls == [NOON]


@pytest.mark.django_db
def test_a_job_that_works_again_forgets_its_failures():
    mood = [RuntimeError("not yet"), None]

    def job(*, now):
        problem = mood.pop(0)
        if problem:
            raise problem
        return 0

    entries = [entry(job)]
    leases.announce(entries, now=NOON)
    turn_at(NOON, entries)
    turn_at(NOON + timedelta(minutes=2), entries)
    row = Job.objects.get(name="test.job")
    assert (row.failures, row.last_error, row.leased_by) == (0, "", "")


def test_waiting_grows_and_stops_growing():
    second, hour = timedelta(seconds=1), timedelta(hours=1)
    waits = [back_off(every=timedelta(0), failures=n) for n in (1, 2, 3, 50)]
    assert waits == [second, 2 * second, 4 * second, timedelta(minutes=5)]
    assert back_off(every=hour, failures=3) == hour


@pytest.mark.django_db
def test_what_a_job_did_wakes_the_jobs_after_it_in_the_same_turn():
    calls, job = counting()
    first = entry(counting()[1], "test.first", every=timedelta(seconds=1))
    then = entry(job, "test.then", every=timedelta(hours=1), after=("test.first",))
    leases.announce([first, then], now=NOON)
    turn_at(NOON, [first, then])
    turn_at(NOON + timedelta(seconds=2), [first, then])
    assert calls == [NOON, NOON + timedelta(seconds=2)]


@pytest.mark.django_db
def test_a_job_that_did_nothing_wakes_nobody():
    calls, job = counting()
    first = entry(nothing, "test.first", every=timedelta(seconds=1))
    then = entry(job, "test.then", every=timedelta(hours=1), after=("test.first",))
    leases.announce([first, then], now=NOON)
    turn_at(NOON, [first, then])
    turn_at(NOON + timedelta(seconds=2), [first, then])
    assert calls == [NOON]


@pytest.mark.django_db
def test_an_idle_job_costs_one_query_and_writes_nothing(django_assert_num_queries):
    idle = entry(counting()[1], every=timedelta(0), asked=lambda: never)
    leases.announce([idle], now=NOON)
    with clock.frozen(NOON), django_assert_num_queries(1):
        assert work.turn([idle], ME) == 0


@pytest.mark.django_db
def test_a_question_answered_no_is_asked_again_only_after_a_while():
    asked = []

    def ask(*, now):
        asked.append(now)
        return False

    entries = [entry(nothing, every=timedelta(seconds=1), asked=lambda: ask)]
    leases.announce(entries, now=NOON)
    turns = work.Turns()
    for tenths in range(0, 25, 5):
        with clock.frozen(NOON + timedelta(seconds=tenths / 10)):
            work.turn(entries, ME, turns=turns)
    assert asked == [NOON, NOON + timedelta(seconds=1), NOON + timedelta(seconds=2)]


@pytest.mark.django_db
def test_a_question_that_fails_is_shown_by_the_job():
    def broken(*, now):
        raise RuntimeError("no such table")

    entries = [entry(broken, asked=lambda: broken)]
    leases.announce(entries, now=NOON)
    turn_at(NOON, entries)
    assert Job.objects.get().last_error == "RuntimeError: no such table"


@pytest.mark.django_db
def test_a_question_whose_table_is_missing_holds_up_no_other_job():
    def broken(*, now):
        raise OperationalError("no such table: page_site")

    calls, job = counting()
    entries = [entry(broken, "test.broken", asked=lambda: broken), entry(job)]
    leases.announce(entries, now=NOON)
    turn_at(NOON, entries)
    assert calls == [NOON]
    shown = Job.objects.get(name="test.broken").last_error
    assert shown == "OperationalError: no such table: page_site"


@pytest.mark.django_db
def test_the_schedule_and_its_rows_agree_after_an_upgrade():
    Job.objects.create(name="test.gone", due_at=NOON)
    kept = Job.objects.create(name="test.kept", due_at=NOON + timedelta(hours=1), failures=2)
    leases.announce([entry(None, "test.kept"), entry(None, "test.new")], now=NOON)
    assert list(Job.objects.order_by("name").values_list("name", "failures")) == [
        ("test.kept", 2),
        ("test.new", 0),
    ]
    kept.refresh_from_db()
    assert kept.due_at == NOON + timedelta(hours=1)


@pytest.mark.django_db
def test_a_restart_frees_what_dead_processes_of_this_host_held():
    gone = subprocess.Popen(["true"])
    gone.wait()
    later = NOON + timedelta(hours=1)
    host, alive = leases.worker_name().split(":")[0], os.getppid()
    held = {"dead": f"{host}:{gone.pid}:aaaaaa", "alive": f"{host}:{alive}:bbbbbb",
            "elsewhere": f"far:{gone.pid}:cccccc"}  # fmt: skip
    for name, owner in held.items():
        Job.objects.create(name=name, due_at=NOON, leased_by=owner, lease_until=later)
    leases.release_dead(leases.worker_name())
    assert set(Job.objects.exclude(leased_by="").values_list("name", flat=True)) == {
        "alive",
        "elsewhere",
    }


@pytest.mark.django_db(transaction=True)
def test_a_worker_finishes_its_job_before_it_stops():
    begun, done = threading.Event(), []

    def job(*, now):
        begun.set()
        time.sleep(0.5)
        done.append(now)
        return 1

    stop = threading.Event()
    thread = threading.Thread(target=work.run, args=([entry(job)],), kwargs={"stop": stop})
    thread.start()
    assert begun.wait(10)
    stop.set()
    thread.join(10)
    assert len(done) == 1
    assert not Worker.objects.exists()
    assert Job.objects.get().leased_by == ""


@pytest.mark.django_db(transaction=True)
def test_a_slow_job_holds_up_no_other():
    slow_may_end, quick_done = threading.Event(), threading.Event()

    def slow(*, now):
        assert slow_may_end.wait(10)
        return 1

    def quick(*, now):
        quick_done.set()
        return 1

    stop = threading.Event()
    entries = [entry(slow, "test.slow", slow=True), entry(quick, "test.quick")]
    thread = threading.Thread(target=work.run, args=(entries,), kwargs={"stop": stop})
    thread.start()
    assert quick_done.wait(10)
    slow_may_end.set()
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


@pytest.mark.django_db(transaction=True)
def test_a_job_that_is_apart_is_left_to_its_own_process():
    done = {"apart": threading.Event(), "beside": threading.Event()}

    def job(name):
        def tell(*, now):
            done[name].set()
            return 1

        return tell

    stop = threading.Event()
    alone = entry(job("apart"), "test.apart", apart=True)
    entries = [alone, entry(job("beside"), "test.beside")]
    worker = threading.Thread(target=work.run, args=(entries,), kwargs={"stop": stop})
    worker.start()
    try:
        assert done["beside"].wait(10)
        assert not done["apart"].is_set()
        second = threading.Thread(target=work.alone, args=(alone,), kwargs={"stop": stop})
        second.start()
        assert done["apart"].wait(10)
    finally:
        stop.set()
        worker.join(10)
    second.join(10)


@pytest.mark.django_db(transaction=True)
def test_a_job_apart_is_free_at_once_when_its_process_was_killed():
    gone = subprocess.Popen(["true"])
    gone.wait()
    host = leases.worker_name().split(":")[0]
    done, stop = threading.Event(), threading.Event()

    def job(*, now):
        done.set()
        stop.set()
        return 1

    alone = entry(job, "test.apart", apart=True)
    leases.announce([alone], now=clock.now())
    assert leases.claim(alone, f"{host}:{gone.pid}:dead", now=clock.now())
    thread = threading.Thread(target=work.alone, args=(alone,), kwargs={"stop": stop})
    thread.start()
    assert done.wait(10)  # a lease lasts 30 s
    thread.join(10)


@pytest.mark.django_db(transaction=True)
def test_a_long_job_keeps_its_lease():
    seen = []

    def job(*, now):
        time.sleep(0.7)
        seen.append(Job.objects.get().lease_until)
        return 1

    entries = [entry(job, lease=timedelta(seconds=0.3))]
    begun = clock.now()
    leases.announce(entries, now=begun)
    work.turn(entries, ME)
    assert seen[0] > begun + timedelta(seconds=0.7)


WORKER = """
import threading, time
from datetime import timedelta
import django
django.setup()
from troth.core import work
from troth.core.schedule import Entry

def hang(*, now):
    print("begun", flush=True)
    time.sleep(60)
    return 1

work.run([Entry(name="test.hang", every=timedelta(0), work=lambda: hang)], stop=threading.Event())
"""


@pytest.mark.django_db(transaction=True)
def test_a_job_of_a_killed_worker_is_taken_up_by_the_next(database_url):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "troth.config.settings",
        "TROTH_DATABASE_URL": database_url,
    }
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER], env=environment, stdout=subprocess.PIPE, cwd=ROOT
    )
    with worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"begun\n"
        worker.send_signal(signal.SIGKILL)
    assert Job.objects.get().leased_by.split(":")[1] == str(worker.pid)
    calls, job = counting()
    again = [entry(job, "test.hang", every=timedelta(0))]
    leases.release_dead(leases.worker_name())
    work.turn(again, leases.worker_name())
    assert len(calls) == 1
