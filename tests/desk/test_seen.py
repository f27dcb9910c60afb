"""What screens say that only their queries were tested for: felt trust, small slips, reliance."""

from datetime import UTC, datetime, time, timedelta

import pytest

from tests.shop import DAY, NOW, judged
from troth.core import clock
from troth.core.windows import Span
from troth.metrics import actions as metrics
from troth.metrics import jobs, queries
from troth.promises.actions import ruling
from troth.signals import actions as signals
from troth.signals.envelope import Signal

pytestmark = pytest.mark.django_db
SCORE = "/desk/insight/score/"
RULES = {"apiVersion": "troth/v1", "kind": "ScoreRules", "metadata": {"name": "score"},
         "spec": {"felt": {"metric": "felt-trust"}}}  # fmt: skip


def metric(name, **spec):
    return {"apiVersion": "troth/v1", "kind": "Metric", "metadata": {"name": name},
            "spec": spec}  # fmt: skip


def answered(people):
    """Let so many people answer two statements, from 4 to 6 on a scale of 1 to 7."""
    answers = [
        Signal(source="survey", kind="survey.trust", key=f"{n}-{name}", value=float(4 + n % 3),
               happened_at=NOW - 2 * DAY, segment={"statement": name})
        for n in range(people) for name in ("humanity", "capability")
    ]  # fmt: skip
    survey = metric("felt-trust", title="Trust", over="survey.trust", value="value")
    metrics.declare(document=survey, author="Ada", now=NOW)
    ruling.declare_rules(spec=RULES, author="Ada", now=NOW - 30 * DAY)
    signals.accept(batches=[answers], door="test", now=NOW)
    judged()


@pytest.mark.mission("S0.3", "S1.12")
def test_what_is_felt_stands_beside_the_score_with_its_interval(shop, signed_in, vic):
    shop()
    before = signed_in(vic).get(SCORE).content.decode()
    assert "What people feel is not known: no survey answers enough." in before
    answered(40)
    text = signed_in(vic).get(SCORE).content.decode()
    mean = 100 * (sum(4 + n % 3 for n in range(40)) / 40 - 1) / 6
    assert f"Felt, in a survey of 40: <b>{mean:.1f}</b> (" in text
    assert "It stands beside the measured score and is never mixed in." in text


def test_of_few_answers_no_felt_score_is_told(shop, signed_in, vic):
    shop()
    answered(3)
    text = signed_in(vic).get(SCORE).content.decode()
    assert "What people feel is not known" in text
    assert "Felt, in a survey" not in text


@pytest.mark.mission("S1.2", "S1.9")
def test_small_slips_are_added_up_on_a_touchpoints_page(fading, signed_in, vic):
    text = signed_in(vic).get("/desk/insight/touchpoints/delivery/").content.decode()
    slips = text.split('id="added"')[1].split("</section>")[0]
    assert "<svg" in slips
    chart = queries.chart(stream=fading.pk, span=spanned(180))
    worst = max(point.ewma for point in chart.points if point.ewma is not None)
    assert worst > chart.limit  # what the drawing shows: it went past the limit


def spanned(days):
    return Span(clock.now() - timedelta(days=days), clock.now())


def lasted(number):
    """Watch how long deliveries take: so many on each of 40 days, one in five six times as long."""
    made = [
        Signal(source="shop", kind="ride", key=f"{back}-{n}", value=60.0 if n % 5 == 0 else 10.0,
               happened_at=datetime.combine(clock.now().date() - timedelta(days=back), time(12),
                                            UTC))
        for back in range(1, 41) for n in range(number)
    ]  # fmt: skip
    signals.accept(batches=[made], door="test", now=clock.now())
    signals.seal(now=clock.now())
    document = metric("ride", title="Length of a ride", over="ride", value="value", unit="min",
                      percentiles=True, better="less")  # fmt: skip
    document["metadata"]["labels"] = {"touchpoint": "ride"}
    metrics.declare(document=document, author="Ada", now=clock.now())
    while jobs.tally(now=clock.now()):
        pass


@pytest.mark.mission("S1.9")
def test_how_long_the_unlucky_tenth_has_it_is_told_beside_the_half(signed_in, vic):
    lasted(10)
    text = signed_in(vic).get("/desk/insight/touchpoints/metric:ride/").content.decode()
    told = text.split("<dt>One in ten</dt><dd>")[1].split("</dd>")[0]
    assert "has 60" in told
    assert "half have 10" in told
    assert "6.0 times" in told


def test_of_few_values_no_percentile_is_told(signed_in, vic):
    lasted(1)
    seen = queries.predictability(stream=queries.stream("metric:ride").pk, at=clock.now())
    assert (seen.p50, seen.p90, seen.ratio) == (None, None, None)
    text = signed_in(vic).get("/desk/insight/touchpoints/metric:ride/").content.decode()
    assert "One in ten" not in text
