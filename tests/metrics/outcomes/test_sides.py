"""What was expected, promised, delivered and perceived: four sides, and the gaps between them."""

from datetime import UTC, datetime, time, timedelta
from itertools import combinations

import pytest

from troth.core import clock
from troth.metrics.models import Stream
from troth.metrics.outcomes import sides
from troth.metrics.outcomes.sides import Side, between, fourfold, mean, said, share
from troth.metrics.queries.sides import touchpoint_sides
from troth.signals import actions as signals
from troth.signals.envelope import Signal


def test_a_share_has_wilsons_interval_of_ninety_per_cent():
    found = share("delivered", 360, 400, "counted")
    assert (found.value, found.n) == (0.9, 400)
    assert (found.low, found.high) == pytest.approx((0.872577, 0.922049), abs=1e-6)
    wide = share("delivered", 360, 400, "counted", dispersion=2.0)
    assert (wide.value, wide.n) == (0.9, 400)
    assert wide.low == pytest.approx(share("delivered", 90, 100, "counted").low)


def test_a_mean_has_a_normal_interval():
    found = mean("expected", 100.0, 260.0, 50, "survey")  # mean 2, variance 1.2
    half = 1.6448536 * (1.2 / 50) ** 0.5
    assert (found.low, found.high) == pytest.approx((2 - half, 2 + half), abs=1e-6)


def test_below_thirty_there_are_counts_and_no_figure():
    assert share("perceived", 20, 29, "CSAT") == Side("perceived", n=29, source="CSAT")
    assert not mean("perceived", 20, 20, 29, "CSAT").is_known
    assert said("promised", None, "said") == Side("promised")


@pytest.mark.mission("S2.3")
def test_each_gap_is_the_later_side_less_the_earlier_with_its_interval():
    expected, promised = share("expected", 95, 100, "survey"), said("promised", 0.9, "said")
    came = share("delivered", 360, 400, "counted")
    found = fourfold([expected, promised, came, Side("perceived")])
    told = {(one.first.name, one.second.name): one for one in found.gaps}
    assert set(told) == set(combinations(("expected", "promised", "delivered"), 2))
    exact = told["promised", "delivered"]
    assert (exact.size, exact.low, exact.high) == pytest.approx(
        (0.0, -0.027423, 0.022049), abs=1e-6
    )
    assert not exact.is_sure
    both = told["expected", "delivered"]
    assert both.size == pytest.approx(-0.05)
    assert both.low == pytest.approx(
        -0.05 - ((0.9 - came.low) ** 2 + (expected.high - 0.95) ** 2) ** 0.5)  # fmt: skip
    assert found.gap("expected", "perceived") is None


def test_the_largest_gap_is_the_largest_that_is_sure():
    expected, promised = said("expected", 0.95, "declared"), said("promised", 0.9, "said")
    few = share("delivered", 27, 30, "counted")  # 0.9: like the promise, and too few to tell
    found = fourfold([said("expected", 0.92, "declared"), promised, few])
    assert found.largest == found.gap("expected", "promised")
    assert found.gap("promised", "delivered").is_sure is False
    many = share("delivered", 800, 1000, "counted")
    found = fourfold([expected, promised, many])
    assert found.largest == found.gap("expected", "delivered")
    assert found.largest.size == pytest.approx(-0.15)
    assert fourfold([promised, share("delivered", 36, 40, "counted")]).largest is None
    assert fourfold([]).gaps == ()


def test_worse_is_what_is_surely_on_the_bad_side():
    fast, slow = mean("promised", 100, 110, 100, ""), mean("delivered", 200, 420, 100, "")
    assert between(fast, slow, better="less").worse
    assert not between(fast, slow, better="more").worse
    assert between(slow, fast, better="more").worse


@pytest.fixture
def asked(fading):
    """Surveys of the touchpoint: 40 expectations, 50 answers on how it was, and some that miss."""
    noon = datetime.combine(clock.now().date() - timedelta(days=3), time(12), UTC)

    def told(kind, key, value, *, touchpoint="delivery", days=0, **more):
        return Signal(source="survey", kind=kind, key=key, value=value, touchpoint=touchpoint,
                      happened_at=noon - timedelta(days=days), **more)  # fmt: skip

    made = [told("survey.expectation", f"e{n}", 1.0 if n < 38 else 0.0) for n in range(40)]
    made += [told("survey.csat", f"c{n}", 5.0 if n < 30 else 2.0) for n in range(50)]
    made += [told("survey.csat", "elsewhere", 1.0, touchpoint="checkout"),
             told("survey.csat", "nowhere", 1.0, touchpoint=None),
             told("survey.csat", "long ago", 1.0, days=40),
             told("survey.csat", "closed", 1.0, outcome="dismissed")]  # fmt: skip
    now = clock.now()
    signals.accept(batches=[made], door="test", now=now)
    signals.seal(now=now)
    return fading


@pytest.mark.django_db
@pytest.mark.mission("S1.9", "S2.3", "S4.8")
def test_the_four_sides_are_counted_from_signals_of_the_same_touchpoint(asked):
    (one,) = touchpoint_sides(["delivery"], days=28, zone="UTC")
    expected, promised, delivered, perceived = one.found.sides
    assert (expected.value, expected.n) == (38 / 40, 40)
    assert (promised.value, promised.n, promised.low) == (0.9, None, 0.9)
    assert (delivered.value, delivered.n) == (952 / 1120, 1120)  # 34 of 40 on 28 days
    assert (perceived.value, perceived.n) == (30 / 50, 50)
    assert one.found.largest == one.found.gap("expected", "perceived")
    assert one.found.largest.size == pytest.approx(-0.35)
    assert one.found.largest.worse
    assert len(one.found.gaps) == 6


@pytest.mark.django_db
def test_what_nobody_asked_is_no_data_and_what_was_declared_is_exact(fading):
    (one,) = touchpoint_sides(["delivery"], days=28, zone="UTC")
    expected, _, _, perceived = one.found.sides
    assert (expected.value, expected.n) == (None, 0)
    assert (perceived.value, perceived.n) == (None, 0)
    assert [(g.first.name, g.second.name) for g in one.found.gaps] == [("promised", "delivered")]
    Stream.objects.update(expected=0.97)
    (one,) = touchpoint_sides(["delivery", "nothing"], days=28, zone="UTC")
    assert one.found.sides[0] == said("expected", 0.97, "declared")


@pytest.mark.django_db
def test_where_less_is_better_answers_are_turned_round(asked):
    Stream.objects.update(better="less")
    (one,) = touchpoint_sides(["delivery"], days=28, zone="UTC")
    expected, _, _, perceived = one.found.sides
    assert (expected.value, perceived.value) == (pytest.approx(2 / 40), pytest.approx(20 / 50))
    assert tuple(side.name for side in one.found.sides) == sides.SIDES


@pytest.mark.django_db
def test_of_values_the_cases_themselves_say_what_was_expected(fading):
    noon = datetime.combine(clock.now().date() - timedelta(days=3), time(12), UTC)
    made = [Signal(source="shop", kind="delivery", key=f"v{n}", happened_at=noon, value=0.0,
                   expected=3.0 if n < 20 else None) for n in range(50)]  # fmt: skip
    made += [Signal(source="shop", kind="delivery", key=f"w{n}", happened_at=noon, value=1.0,
                    expected=5.0) for n in range(20)]  # fmt: skip
    now = clock.now()
    signals.accept(batches=[made], door="test", now=now)
    signals.seal(now=now)
    Stream.objects.update(reading="mean", unit="min", better="less")
    (one,) = touchpoint_sides(["delivery"], days=28, zone="UTC")
    assert (one.found.sides[0].value, one.found.sides[0].n) == (4.0, 40)
