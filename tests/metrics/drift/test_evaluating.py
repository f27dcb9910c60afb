"""What the job leaves: facts that open once, close when it is over, and never move."""

from datetime import timedelta

import pytest

from tests.metrics.drift.conftest import FIRST, after
from troth.core.windows import Span
from troth.metrics import actions, evaluating, jobs, queries
from troth.metrics.drift.enrolment import EnrolmentError, Threshold
from troth.metrics.models import Baseline, Evaluation, Fade


def day(number):
    return FIRST + timedelta(days=number)


def facts(**chosen):
    return [
        (one.kind, one.opened_on, one.closed_on)
        for one in Fade.objects.filter(**chosen).order_by("id")
    ]


@pytest.mark.mission("S1.3", "S1.13")
def test_a_quiet_fade_opens_one_fact_with_its_onset_and_closes_when_it_is_over(histories, steady):
    days = steady(60) + steady(40, good=950) + steady(60)
    stream = histories.stream(days)
    assert jobs.evaluate(now=after(80)) >= 1
    (fade,) = queries.fades(open_only=True, stream=stream.pk, at=after(80))[:1]
    assert fade.kind in {"fade", "stack"}
    (fact,) = Fade.objects.filter(kind="fade")
    assert day(58) <= fact.onset <= day(64)
    assert 0.5 < fact.size < 1.5, "percentage points"
    assert jobs.evaluate(now=after(81)) == 0
    assert Fade.objects.filter(kind="fade").count() == 1
    jobs.evaluate(now=after(160))
    fact.refresh_from_db()
    assert fact.closed_on is not None
    assert day(100) < fact.closed_on < day(125)
    assert fact.why_closed == "back to what was usual"


def test_the_baseline_is_frozen_once_and_never_moves_by_itself(histories, steady):
    stream = histories.stream(steady(60) + steady(40, good=900))
    jobs.evaluate(now=after(20))
    assert Baseline.objects.get().frozen is None, "too few days"
    jobs.evaluate(now=after(40))
    frozen = Baseline.objects.get().frozen
    assert (frozen["days"], frozen["first"], frozen["last"]) == (28, "2026-01-01", "2026-01-28")
    jobs.evaluate(now=after(100))
    assert Baseline.objects.get().frozen == frozen
    assert [one.kind for one in queries.fades(open_only=True, stream=stream.pk)] != []


@pytest.mark.mission("S1.7")
def test_a_decision_begins_a_phase_and_closes_what_was_open(histories, steady):
    stream = histories.stream(steady(60) + steady(80, good=900))
    jobs.evaluate(now=after(90))
    assert Fade.objects.filter(closed_at=None, kind="fade").count() == 1
    actions.rebaseline(
        stream=stream.pk, starts_on=day(92), reason="a new carrier", author="Ada", now=after(92)
    )
    jobs.evaluate(now=after(140))
    fade = Fade.objects.get(kind="fade")
    assert (fade.closed_on, fade.why_closed) == (day(92), "a new baseline was decided")
    span = Span(after(0), after(140))
    chart = queries.chart(stream=stream.pk, span=span, at=after(140))
    assert [phase.reason for phase in chart.phases] == [
        "the first 28 days, 2026-01-01 to 2026-01-28", "a new carrier",
    ]  # fmt: skip
    assert [event.kind for event in chart.events] == ["decision"]
    first = next(point for point in chart.points if point.day == day(91))
    assert first.expected == pytest.approx(0.96, abs=0.005)
    second = next(point for point in chart.points if point.day == day(125))
    assert second.expected == pytest.approx(0.9, abs=0.005)


def test_a_spike_is_drawn_and_told_apart_from_a_fade(histories, steady):
    days = steady(80)
    days[70] = (800, 1000)
    histories.stream(days)
    jobs.evaluate(now=after(80))
    (spike,) = Fade.objects.filter(kind="spike")
    assert (spike.opened_on, spike.rings) == (day(70), True)
    assert spike.closed_on == day(72)
    assert spike.evidence["z"] > 10
    assert spike.size == pytest.approx(16, abs=1)


def test_a_day_that_is_not_over_is_not_judged(histories, steady):
    days = [*steady(60), (100, 1000)]
    stream = histories.stream(days, settle=3_600)
    assert jobs.evaluate(now=after(60) + timedelta(hours=23)) == 0
    assert jobs.evaluate(now=after(61) + timedelta(minutes=30)) == 0, "it is still waited for"
    assert jobs.evaluate(now=after(61) + timedelta(hours=1)) > 0
    assert stream.settle == 3_600


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Pacific/Apia"])
def test_days_are_those_of_the_zone_when_clocks_change(histories, steady, zone):
    stream = histories.stream(steady(100), zone=zone)
    jobs.evaluate(now=after(100, zone=zone))
    span = Span(after(0, zone=zone), after(100, zone=zone))
    points = queries.chart(stream=stream.pk, span=span, at=after(100, zone=zone)).points
    assert [point.day for point in points[:100]] == [day(n) for n in range(100)]
    assert {point.n for point in points[:100]} == {1000}


def test_an_evaluation_is_due_when_a_day_ends_a_decision_falls_or_tallies_moved(histories, steady):
    assert not evaluating.is_due(now=after(0)), "nothing is watched"
    stream = histories.stream(steady(60))
    assert evaluating.is_due(now=after(50))
    jobs.evaluate(now=after(50))
    assert not evaluating.is_due(now=after(50) + timedelta(hours=1))
    assert evaluating.is_due(now=after(51)), "a local day ended"
    jobs.evaluate(now=after(51))
    histories.tell(stream.series, [(900, 1000)], start=45)
    assert not evaluating.is_due(now=after(51) + timedelta(minutes=5))
    assert evaluating.is_due(now=after(51) + timedelta(minutes=11))
    jobs.evaluate(now=after(51) + timedelta(minutes=11))
    actions.rebaseline(
        stream=stream.pk, starts_on=day(51), reason="new", author="Ada", now=after(51)
    )
    assert evaluating.is_due(now=after(51) + timedelta(minutes=12))


def test_of_two_workers_the_slower_writes_nothing(histories, steady, monkeypatch):
    histories.stream(steady(60) + steady(30, good=930))
    real = evaluating.watched

    def meddled(streams, *, now):
        found = real(streams, now=now)
        monkeypatch.setattr(evaluating, "watched", real)
        assert jobs.evaluate(now=now) > 0, "another worker is quicker"
        return found

    monkeypatch.setattr(evaluating, "watched", meddled)
    assert jobs.evaluate(now=after(90)) == 0
    places = [(one.stream_id, one.kind, one.opened_on) for one in Fade.objects.all()]
    assert len(places) == len(set(places))
    assert Evaluation.objects.get().turn == 1


def test_late_signals_close_what_they_explain_and_remove_no_fact(histories, steady):
    days = steady(60)
    days[55] = (700, 1000)
    stream = histories.stream(days)
    jobs.evaluate(now=after(56))
    (spike,) = Fade.objects.filter(kind="spike")
    assert spike.closed_at is None
    histories.tell(stream.series, [(960, 1000)], start=55)
    jobs.evaluate(now=after(57))
    spike.refresh_from_db()
    assert (
        spike.why_closed == "it is within the limits now: later signals came, or the limits moved"
    )
    assert spike.evidence["z"] > 10, "what was seen then stays said"


@pytest.mark.mission("S2.44")
def test_a_threshold_of_ones_own_opens_a_case_absolute_or_against_the_usual(histories, steady):
    cart = steady(60, good=140)
    cart[50] = (155, 1000)
    histories.stream(
        cart, better="less",
        thresholds=(Threshold(limit=0.15, title="abandoned carts"),
                    Threshold(limit=0.15, relative=True)),
    )  # fmt: skip
    jobs.evaluate(now=after(60))
    (fact,) = Fade.objects.filter(kind="threshold")
    assert (fact.opened_on, fact.closed_on) == (day(50), day(53))
    assert fact.evidence["title"] == "abandoned carts"
    assert fact.size == pytest.approx(0.5)


@pytest.mark.mission("S1.10")
def test_silence_is_no_data_within_the_heartbeat_and_ends_with_the_next_signal(histories, steady):
    stream = histories.stream(steady(60))
    jobs.evaluate(now=after(60))
    assert not Fade.objects.filter(kind="no_data").exists()
    due = Evaluation.objects.get().due_at
    assert due <= after(62)
    jobs.evaluate(now=after(62))
    (fact,) = Fade.objects.filter(kind="no_data")
    assert fact.closed_at is None
    assert [one.touchpoint for one in queries.coverage(at=after(62))] == ["place 1"]
    histories.tell(stream.series, steady(3), start=60)
    jobs.evaluate(now=after(63))
    fact.refresh_from_db()
    assert fact.why_closed == "signals came again"
    assert queries.coverage(at=after(63)) == []


def test_touchpoints_nobody_measures_are_blind_spots(histories, steady):
    histories.stream(steady(30))
    histories.stream([], touchpoint="returns")
    found = queries.coverage(at=after(30), declared={"place 1": "buy", "invoice": "pay"})
    assert [(one.touchpoint, one.why) for one in found] == [
        ("invoice", "nothing is measured there"),
        ("returns", "no signal ever came"),
    ]


def test_a_gap_to_the_promise_is_a_fact_that_does_not_ring(histories, steady):
    histories.stream(steady(60), target=0.97)
    jobs.evaluate(now=after(60))
    gap = Fade.objects.get(kind="gap")
    assert not gap.rings
    assert gap.evidence["promised"] == 0.97
    assert gap.size == pytest.approx(1.0, abs=0.3)


def test_six_small_slips_are_one_stack_that_names_them(histories, steady):
    for number in range(6):
        slipped = steady(30, good=955 if number < 4 else 960, other=number + 1)
        histories.stream(steady(60, other=number + 1) + slipped)
    jobs.evaluate(now=after(90))
    stack = Fade.objects.get(kind="stack")
    assert stack.stream is None
    names = {part["name"] for part in stack.contributors[:4]}
    assert names == {f"Stream {number}" for number in range(1, 5)}
    (seen,) = [one for one in queries.fades() if one.kind == "stack"]
    assert seen.contributors[0]["size"] == pytest.approx(0.5, abs=0.3)


def test_a_chart_dates_the_shifts_of_its_level(histories, steady):
    stream = histories.stream(steady(60) + steady(40, good=930))
    jobs.evaluate(now=after(100))
    span = Span(after(0), after(100))
    chart = queries.chart(stream=stream.pk, span=span, at=after(100))
    assert chart.shifts == (day(60),)
    assert chart.limit is not None
    assert max(point.ewma for point in chart.points if point.ewma is not None) > chart.limit


def test_a_spike_within_an_open_fade_is_drawn_and_does_not_ring_again(histories, steady):
    days = steady(60) + steady(40, good=952)
    days[90] = (700, 1000)
    histories.stream(days)
    jobs.evaluate(now=after(100))
    assert Fade.objects.get(kind="fade").rings
    assert not Fade.objects.get(kind="spike", opened_on=day(90)).rings


def test_a_decision_may_take_more_days_for_what_is_usual(histories, steady):
    stream = histories.stream(steady(200))
    jobs.evaluate(now=after(100))
    actions.rebaseline(
        stream=stream.pk, starts_on=day(40), reason="a good stretch", author="Ada", days=84,
        now=after(100),
    )  # fmt: skip
    jobs.evaluate(now=after(200))
    assert [row.frozen["days"] for row in Baseline.objects.order_by("number")] == [28, 84]
    with pytest.raises(EnrolmentError, match="24 days at least"):
        actions.rebaseline(
            stream=stream.pk, starts_on=day(150), reason="x", author="Ada", days=10, now=after(200)
        )
