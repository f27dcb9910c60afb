"""What monitors and heartbeats turn becomes what components are: once, in any order, exactly."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.together import at_once
from troth.components import actions, jobs, queries
from troth.components.models import Condition, Heeded
from troth.components.rules.results import Cause, Status
from troth.components.rules.watching import Level, sayings
from troth.core.windows import Span
from troth.probes.models import Turn

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)


def after(minutes):
    return NOON + timedelta(minutes=minutes)


def turned(minute, now, was="up", *, slug="web", kind="monitor", confirmed=None, reason=""):
    return Turn.objects.create(
        watch=slug, kind=kind, was=was, now=now, at=after(minute), reason=reason,
        confirmed_at=after(minute if confirmed is None else confirmed),
    )  # fmt: skip


def told(slug="api", until=120):
    found = queries.spans(slug, Span(NOON, after(until)))
    return [(int((one.starts_at - NOON).total_seconds() / 60), one.status) for one in found]


def test_a_watched_component_has_no_data_until_its_first_check(declared):
    declared(monitors=["web"])
    assert queries.component("api", at=after(1)).status is Status.NO_DATA
    turned(5, "up", "unknown")
    assert jobs.is_behind(now=after(5)) is True
    assert jobs.follow_probes(now=after(5)) == 1
    assert jobs.is_behind(now=after(5)) is False
    assert told() == [(0, Status.NO_DATA), (5, Status.OPERATIONAL)]


def test_down_and_degraded_and_silence_are_what_the_component_declared_them_to_be(declared):
    declared(monitors=[{"name": "web", "down": "partial_outage"}], heartbeats=["backup"])
    turned(0, "up", "unknown")
    turned(0, "up", "unknown", slug="backup", kind="heartbeat")
    turned(10, "degraded")
    turned(20, "down", "degraded", confirmed=25, reason="connection refused by 10.0.0.7")
    turned(30, "down", slug="backup", kind="heartbeat")
    turned(40, "up", "down", slug="backup", kind="heartbeat")
    turned(50, "unknown", "down")
    jobs.follow_probes(now=after(60))
    assert told() == [
        (0, Status.OPERATIONAL),
        (10, Status.DEGRADED),
        (20, Status.PARTIAL),
        (30, Status.MAJOR),
        (40, Status.PARTIAL),
        (50, Status.OPERATIONAL),  # the heartbeat still speaks
    ]
    turned(70, "unknown", slug="backup", kind="heartbeat")
    jobs.follow_probes(now=after(71))
    shown = queries.component("api", at=after(80))
    assert (shown.status, shown.last_known, shown.cause) == (
        Status.NO_DATA, Status.OPERATIONAL, Cause.PROBE,
    )  # fmt: skip


def test_what_a_probe_saw_is_for_staff_and_not_beside_the_status(declared):
    declared(monitors=["web"])
    turned(5, "down", "unknown", reason="connection refused by 10.0.0.7")
    jobs.follow_probes(now=after(5))
    shown = queries.component("api", at=after(6))
    assert (shown.status, shown.note, shown.monitors) == (Status.MAJOR, "", ("web",))
    assert "10.0.0.7" not in str(queries.spans("api", Span(NOON, after(9))))
    assert "10.0.0.7" in str(queries.said("api"))


def test_a_turn_is_dated_back_and_heeded_once_whenever_it_becomes_visible(declared):
    declared(monitors=["web"])
    turned(30, "up", "down")  # the second to happen is the first to be seen
    turned(40, "down")
    jobs.follow_probes(now=after(40))
    turned(0, "up", "unknown")
    turned(10, "down")
    assert jobs.follow_probes(now=after(50)) == 2
    assert jobs.follow_probes(now=after(51)) == 0
    assert told() == [
        (0, Status.OPERATIONAL), (10, Status.MAJOR), (30, Status.OPERATIONAL), (40, Status.MAJOR),
    ]  # fmt: skip


def test_a_watch_that_is_let_go_says_nothing_more_and_one_that_comes_says_what_it_knows(declared):
    turned(-60, "down")
    jobs.follow_probes(now=NOON)
    declared(monitors=["web"])
    assert told() == [(0, Status.MAJOR)]
    declared(monitors=["other"], now=after(10))
    assert told() == [(0, Status.MAJOR), (10, Status.NO_DATA)]
    declared(now=after(20))
    assert told() == [(0, Status.MAJOR), (10, Status.NO_DATA), (20, Status.OPERATIONAL)]
    turned(30, "up", "down")
    jobs.follow_probes(now=after(30))
    assert told()[-1] == (20, Status.OPERATIONAL)


def test_a_turn_that_no_component_watches_changes_nothing_visible(declared):
    declared(monitors=["web"])
    before = queries.revision()
    turned(5, "down", slug="elsewhere")
    assert jobs.follow_probes(now=after(5)) == 1
    assert queries.revision() == before
    turned(6, "down")
    jobs.follow_probes(now=after(6))
    assert queries.revision() > before


def test_the_revision_grows_when_a_word_ends_by_itself(declared):
    uid = declared().uid
    actions.say(component=uid, status=Status.MAJOR, until=after(30), by="Ben", now=NOON)
    assert jobs.turn_over(now=after(1)) >= 1  # it began
    before = queries.revision()
    assert jobs.has_turned(now=after(29)) is False
    assert jobs.has_turned(now=after(30)) is True
    assert jobs.turn_over(now=after(30)) == 1
    assert jobs.turn_over(now=after(31)) == 0
    assert queries.revision() == before + 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_take_a_turn_in_once_and_neither_loses_one(declared):
    declared(monitors=["web"])
    for minute in range(1, 40):
        turned(minute, "down" if minute % 2 else "up")
    done = at_once(lambda _: jobs.follow_probes(now=after(60)))
    assert sum(done) == 39 == Heeded.objects.count()
    standing = Condition.objects.filter(withdrawn_at=None, cause=Cause.PROBE)
    assert standing.count() == 21  # silence at first, then twenty times down
    assert [status for _, status in told()] == [
        Status.NO_DATA, *[Status.MAJOR, Status.OPERATIONAL] * 19, Status.MAJOR,
    ]  # fmt: skip


@given(
    st.lists(st.tuples(st.integers(0, 40), st.sampled_from(["up", "down", "degraded", "unknown"])),
             max_size=10),
    st.integers(0, 30),
    st.integers(1, 20),
)  # fmt: skip
def test_what_a_watch_says_is_its_newest_level_at_every_second(turns, starts, length):
    ends = starts + length
    levels = [Level(at=at, level=level) for at, level in turns]
    found = sayings(levels, starts=starts, ends=ends, down=Status.PARTIAL)
    words = {"down": Status.PARTIAL, "degraded": Status.DEGRADED, "unknown": Status.NO_DATA}
    for second in range(starts, ends):
        newest = "unknown"
        for at, level in sorted(turns, key=lambda one: one[0]):
            if at <= second:
                newest = level
        (said,) = [one.status for one in found if one.starts <= second < one.ends] or [None]
        assert said == words.get(newest)
    assert all(starts <= one.starts < one.ends <= ends for one in found)
