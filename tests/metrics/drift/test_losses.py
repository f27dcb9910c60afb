"""What nobody noticed in a week: the same whether it is remembered or looked at."""

from datetime import date, timedelta

import pytest

from tests.metrics.drift.conftest import FIRST, after
from troth.core import clock
from troth.metrics import actions, jobs, queries
from troth.metrics.drift.enrolment import Enrolment
from troth.metrics.models import Fade, Stream
from troth.metrics.models_shelf import Glance
from troth.metrics.queries import glances


@pytest.mark.mission("S1.18")
def test_recurring_trifles_are_ranked_by_what_they_add_up_to(histories, steady):
    small = histories.stream(steady(60, good=955), target=0.97)
    large = histories.stream(steady(60, good=9_600, total=10_000), target=0.97, weight=2.0)
    histories.stream(steady(60, good=990), target=0.97)
    jobs.evaluate(now=after(60))
    found = queries.losses(week=date(2026, 2, 28))
    assert [one.stream.pk for one in found] == [large.pk, small.pk]
    assert found[0].cases == pytest.approx(700, abs=60)
    assert found[0].loss == pytest.approx(2 * found[0].cases)
    assert found[0].days == 7


def told(week):
    return [(one.stream.key, one.cases, one.volume, one.days, one.loss, one.noticed)
            for one in queries.losses(week=week)]  # fmt: skip


def remembered(now):
    while jobs.glance(now=now):
        pass


@pytest.fixture
def places(histories, steady):
    """Return streams of every sort: promised, usual, counted, rare, silent, ended and far away."""
    actions.keep_holidays(calendar="made", days={FIRST + timedelta(days=57): "a day off"})
    slips = steady(53) + steady(7, good=950)
    return {
        "promised": histories.stream(steady(60, good=955), target=0.97, weight=2.0),
        "usual": histories.stream(slips, holidays="made"),
        "counted": histories.stream(
            [(0, 40 + n % 5 + 30 * (n > 52)) for n in range(60)], reading="count", better="less"
        ),
        "rare": histories.stream(steady(8) + [(0, 0)] * 47 + [(7, 9)] * 4, target=0.99),
        "silent": histories.stream([]),
        "far": histories.stream(slips, zone="Pacific/Auckland", target=0.955),
        "near": histories.stream(slips, zone="America/Los_Angeles", target=0.955),
        "mean": histories.stream(slips, reading="mean"),
    }


@pytest.mark.mission("S1.18")
@pytest.mark.usefixtures("places")
def test_weeks_are_remembered_as_they_would_be_looked_at(django_assert_max_num_queries):
    now = after(60)
    jobs.evaluate(now=now)
    weeks = [FIRST + timedelta(days=59 - back) for back in range(25)]
    with clock.frozen(now):
        before = [told(week) for week in weeks]
        assert any(before[0])
        remembered(now)
        for week, seen in zip(weeks, before, strict=True):
            assert told(week) == seen, week
        week = glances.remembered(first=weeks[6], last=weeks[0], now=now)
        assert len(week.streams) == 7, "all but the means"
        with django_assert_max_num_queries(5):
            told(weeks[0])


def test_what_is_said_otherwise_is_not_remembered(places, histories, steady):
    now, week = after(60), FIRST + timedelta(days=59)
    jobs.evaluate(now=now)
    remembered(now)
    one = places["promised"]
    with clock.frozen(now):
        terms = Enrolment(name="x", touchpoint="place", target=0.99, weight=2.0)
        actions.watch(key=one.key, series=one.series_id, enrolment=terms, now=now)
        told_now = {key: cases for key, cases, *_ in told(week)}
        assert told_now[one.key] > 200, "35 of 1,000 beyond the new promise, a week long"
        actions.rebaseline(stream=places["usual"].pk, starts_on=FIRST + timedelta(days=40),
                           reason="new shop", author=None, now=now)  # fmt: skip
        actions.keep_holidays(calendar="made", days={})
        assert jobs.is_unglanced(now=now)
        jobs.evaluate(now=now)
        weeks = [week - timedelta(days=back) for back in range(25)]
        looked_at = [told(week) for week in weeks]
        remembered(now)
        assert not jobs.is_unglanced(now=now)
        assert [told(week) for week in weeks] == looked_at


def test_late_evidence_is_seen_at_the_latest_when_the_worker_does_not_keep_up(places, histories):
    now, week = after(60), FIRST + timedelta(days=59)
    jobs.evaluate(now=now)
    remembered(now)
    one = places["promised"]
    histories.tell(one.series, [(800, 1_000)], start=58)
    with clock.frozen(now + timedelta(minutes=16)):
        cases = {key: cases for key, cases, *_ in told(week)}[one.key]
    Glance.objects.all().delete()
    with clock.frozen(now):
        assert {key: cases for key, cases, *_ in told(week)}[one.key] == cases


@pytest.mark.mission("S1.18")
def test_what_nobody_was_told_of_comes_before_what_an_alarm_told(histories, steady):
    told, quiet, most = (
        histories.stream(steady(60, good=good), target=0.97, name=f"{good}")
        for good in (900, 955, 940)
    )
    week = FIRST + timedelta(days=59)
    jobs.evaluate(now=after(60))
    Fade.objects.all().delete()
    with clock.frozen(after(60)):
        assert [one.stream.pk for one in queries.losses(week=week)] == [told.pk, most.pk, quiet.pk]
        Fade.objects.create(
            stream=told, kind="fade", opened_on=week, opened_at=after(60), size=7.0,
            recorded_at=after(60),
        )  # fmt: skip
        found = queries.losses(week=week)
        assert [(one.stream.pk, one.noticed) for one in found] == [
            (most.pk, False), (quiet.pk, False), (told.pk, True),
        ]  # fmt: skip
        assert found.silent == 2
        assert [one.stream.pk for one in found[1:]] == [quiet.pk, told.pk]


def test_a_page_of_trifles_reads_its_own_streams(histories, steady, django_assert_num_queries):
    for _ in range(12):
        histories.stream(steady(60, good=955), target=0.97)
    jobs.evaluate(now=after(60))
    with clock.frozen(after(60)):
        found = queries.losses(week=FIRST + timedelta(days=59))
        assert len(found) == 12
        with django_assert_num_queries(1):
            assert len(found[5:10]) == 5
        every = Stream.objects.order_by("pk").values_list("pk", flat=True)
        assert [one.stream.pk for one in found] == list(every)
