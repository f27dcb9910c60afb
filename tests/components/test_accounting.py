"""Uptime is an ordinary promise: its bad milliseconds are the downtime, to the millisecond."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from tests.together import at_once
from troth.components import actions, jobs, queries
from troth.components.models import Account
from troth.components.rules import accounting, days
from troth.components.rules.combining import FAR, Stretch, Told
from troth.components.rules.results import Status, Weights
from troth.components.rules.uptime import Regime, Weighing
from troth.core import clock
from troth.core.windows import Span
from troth.metrics import jobs as metrics
from troth.promises import actions as promises
from troth.promises import queries as judged
from troth.signals import actions as signals
from troth.signals import queries as stored

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
BEGAN = NOON - timedelta(days=9)
UPTIME = {
    "apiVersion": "troth/v1",
    "kind": "Promise",
    "metadata": {"name": "api-is-up"},
    "spec": {
        "text": "The API is there for you 99.9 % of each month.",
        "evaluator": "event",
        "signals": {"kind": "component.time",
                    "where": "touchpoint = 'api' and outcome <> 'none'"},
        "good": "outcome = 'up'",
        "target": "99.9%",
        "windows": ["7d"],
        "needs": {"cases": 1, "coverage": 0},
    },
}  # fmt: skip


def after(minutes=0, **more):
    return NOON + timedelta(minutes=minutes, **more)


@pytest.fixture
def promised(db):
    with clock.frozen(BEGAN):
        promises.declare(spec=UPTIME, author="Ada", now=BEGAN)


def counted(at):
    """Let the jobs run, and return the promise's (bad, total) milliseconds."""
    with clock.frozen(at):
        while jobs.account(now=at):
            pass
        while signals.seal(now=at).rows:
            pass
        while metrics.tally(now=at):
            pass
        promises.judge_all(now=at, everything=True)
        (one,) = judged.standing(slugs=["api-is-up"], at=None)
        return one.total - one.good, one.total


def down_in_window(at):
    start = datetime.combine(at.date() - timedelta(days=6), datetime.min.time(), tzinfo=UTC)
    found = queries.downtime("api", Span(start, at))
    return found.down * 1000, found.known * 1000


def say(uid, status, minute, *, ref="i1", recorded=None):
    actions.affect(components={uid: status}, ref=ref, at=after(minute),
                   now=after(minute if recorded is None else recorded))  # fmt: skip


@pytest.mark.mission("S2.5", "S3.9")
def test_incident_minutes_are_budget_minutes_to_the_second(declared, promised):
    uid = declared(now=BEGAN).uid
    say(uid, Status.MAJOR, 7.05)
    actions.relieve(ref="i1", at=after(31.4), now=after(31.4))
    at = after(180)
    bad, total = counted(at)
    assert (bad, total) == down_in_window(at)
    assert bad == (31.4 * 60 - 7.05 * 60) * 1000
    assert dict(queries.downtime("api", Span(NOON, at)).by_ref)["i1"] * 1000 == bad


@pytest.mark.mission("S3.10")
def test_a_back_dated_correction_and_partial_weights_are_told_again(declared, promised, weighed):
    uid = declared(now=BEGAN).uid
    say(uid, Status.PARTIAL, 10)
    assert counted(after(20)) == down_in_window(after(20))
    actions.relieve(ref="i1", at=after(45), now=after(45))
    first = counted(after(100))
    assert first == down_in_window(after(100))
    assert first[0] == 35 * 60_000 * 3 // 10
    actions.affect(components={uid: Status.MAJOR}, ref="i1", at=after(days=-2),
                   until=after(40, days=-2), now=after(110))  # fmt: skip
    second = counted(after(120))
    assert second == down_in_window(after(120))
    assert second[0] == 40 * 60_000  # what it said of today gave way
    actions.withdraw(ref="i1", now=after(130))
    assert counted(after(140)) == (0, down_in_window(after(140))[1])
    weighed(now=after(150), partial="12.5%")
    say(uid, Status.PARTIAL, 160, ref="i2")
    third = counted(after(170))
    assert third == down_in_window(after(170))
    assert third[0] == 10 * 60_000 // 8  # the first formula holds for what was before it
    weighed(now=after(170), partial="50%")
    fourth = counted(after(180))
    assert fourth == down_in_window(after(180))
    assert fourth[0] == 10 * 60_000 // 8 + 10 * 60_000 // 2


@pytest.mark.mission("S4.10")
def test_seconds_without_data_are_told_neither_as_up_nor_as_down(declared, promised):
    declared(now=BEGAN, monitors=["never-checked"])
    jobs.account(now=NOON)
    assert stored.inbox_depth().signals == 0
    assert down_in_window(NOON) == (0, 0)


def test_nothing_new_is_told_where_nothing_changed(declared, promised):
    uid = declared(now=BEGAN).uid
    counted(NOON)
    assert jobs.is_owing(now=NOON) is False
    assert jobs.account(now=after(2)) == 0
    assert jobs.is_owing(now=after(61)) is True  # an hour is over
    counted(after(61))
    say(uid, Status.MAJOR, 62)
    assert jobs.account(now=after(63)) == 1
    assert jobs.is_owing(now=after(63.5)) is False
    assert jobs.is_owing(now=after(64.5)) is True  # it is down, and told of every minute
    before = Account.objects.values_list("day", "version", "hours").order_by("day")
    was = list(before)
    actions.affect(components={uid: Status.MAJOR}, ref="i1", at=after(62), now=after(63))
    assert jobs.account(now=after(63)) == 0
    assert list(before) == was


def test_a_retired_component_is_told_of_until_its_end(declared, promised):
    uid = declared(now=BEGAN).uid
    say(uid, Status.MAJOR, 10)
    actions.retire_component(slug="api", by="Ada", now=after(30))
    bad, total = counted(after(120))
    assert bad == 20 * 60_000
    assert (bad, total) == down_in_window(after(120))
    assert jobs.is_owing(now=after(600)) is False


def test_a_moved_start_and_a_clock_set_back_leave_nothing_twice(declared, promised):
    declared(now=NOON - timedelta(days=2))
    assert counted(NOON) == down_in_window(NOON)
    declared(now=NOON, start_date="2026-03-14")
    assert counted(NOON) == down_in_window(NOON)
    assert counted(after(-90))[0] == 0  # the clock was set back
    assert counted(after(60)) == down_in_window(after(60))


def test_another_time_zone_tells_everything_again_and_nothing_twice(declared, promised, settings):
    uid = declared(now=BEGAN).uid
    say(uid, Status.MAJOR, -700)
    actions.relieve(ref="i1", at=after(-600), now=after(-600))
    was = counted(NOON)
    settings.TROTH = replace(settings.TROTH, time_zone="Asia/Kolkata")
    actions.say(component=uid, status=Status.OPERATIONAL, by="Ben", now=NOON)
    assert counted(NOON) == was


def test_years_of_history_are_told_in_parts(declared, promised):
    declared(now=NOON, start_date=str(date(2025, 9, 1)))
    assert jobs.account(now=NOON) == 1
    assert jobs.is_owing(now=NOON) is True
    assert counted(NOON) == down_in_window(NOON)
    assert jobs.is_owing(now=NOON) is False


@given(
    st.lists(st.tuples(st.integers(1, 20_000), st.sampled_from(list(Status))), max_size=8),
    st.sampled_from(["Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe"]),
    st.sampled_from(["2026-03-29", "2026-10-25", "2026-04-05"]),
    st.integers(0, 1000),
)
def test_hours_add_up_to_their_day_and_stand_in_one_day_and_one_hour(tellings, zone, on, partial):
    calendar = days.calendar(date.fromisoformat(on), 1, ZoneInfo(zone))
    day = (calendar.starts[0], calendar.starts[1])
    weights = Weights(partial=Fraction(partial, 1000))
    weighing = Weighing([Regime(starts=-FAR, ends=FAR, weights=weights)])
    stretches, last = [], day[0]
    for length, status in tellings:
        told = Told(status=status)
        stretches.append(Stretch(starts=last, ends=last + length, told=told))
        last += length
    hours = list(accounting.hours(day))
    assert (hours[0][0], hours[-1][1]) == day
    assert all(b - a <= 3600 and a // 3600 == (b - 1) // 3600 for a, b in hours)
    found = accounting.accounted(stretches, day, weighing)
    total = weighing.added([s for s in stretches if s.starts < day[1]])
    if last <= day[1]:
        assert sum(part[1] + part[3] for part in found.values()) == total.down * 1000
        assert sum(map(sum, found.values())) == total.known * 1000
        works = [s for s in stretches if s.status is Status.MAINTENANCE]
        assert sum(part[2] for part in found.values()) == sum(s.seconds for s in works) * 1000


def test_a_weight_of_four_decimals_is_refused_before_it_can_be_told(weighed):
    with pytest.raises(ValueError, match="more than three decimals"):
        weighed(partial="12.34%")
    assert settings.TROTH.time_zone == "UTC"


@pytest.mark.django_db(transaction=True)
def test_workers_that_account_at_once_tell_each_hour_once(declared):
    with clock.frozen(BEGAN):
        promises.declare(spec=UPTIME, author="Ada", now=BEGAN)
    uid = declared(now=BEGAN).uid
    say(uid, Status.MAJOR, 10)
    at_once(lambda _: jobs.account(now=after(30)))
    assert counted(after(30)) == down_in_window(after(30))
    for key in ("2026-03-18T12:00:00Z/down", "2026-03-18T12:00:00Z/up", "2026-03-15T07:00:00Z/up"):
        (only,) = stored.store().history(source="components", key=f"{uid}/{key}")
        assert only.version == 1
