"""What is believed of segments: few cases lean on the promise, many stand for themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.promises.scoring.belief import beliefs
from troth.promises.scoring.constants import SHIPPED
from troth.promises.scoring.evidence import Evidence, Rows
from troth.promises.scoring.forecasting import FEWEST, MOST
from troth.promises.scoring.parts import parted

DAY = 730_000


def believed(segments, *, target=0.97, days=60):
    """`segments` are name → (kept, broken) of each of the last days."""
    names = tuple(segments)
    rows = [
        (DAY - ago, place, kept, kept + broken, 1 - target)
        for ago in range(days)
        for place, (kept, broken) in enumerate(segments.values())
        if kept + broken
    ]
    told = Evidence(
        "parcels", "Parcels", "quality", Rows.of(rows), ((0, 1 - target),), segments=names,
        attribute="country",
    )  # fmt: skip
    (held,) = beliefs(told, SHIPPED, day=DAY)
    return parted(held, SHIPPED, attribute="country")


@pytest.mark.mission("S4.1", "S4.13")
def test_the_segment_that_costs_most_comes_first_with_its_own_points():
    found = believed({"de": (97, 3), "fr": (90, 10), "it": (10, 0)})
    assert [one.name for one in found.parts] == ["fr", "de", "it"]
    fr, de, it = found.parts
    assert fr.share == pytest.approx(0.9, abs=0.002)
    assert de.points == pytest.approx(80, abs=1.5)
    assert fr.points < 30 < de.points < it.points
    assert fr.beyond == pytest.approx(fr.cases * 0.07)
    assert fr.interval.low < fr.share < fr.interval.high
    assert fr.band.low < fr.points < fr.band.high


def test_few_cases_lean_on_the_promise_and_have_no_points():
    found = believed({"de": (97, 3), "fr": (95, 5), "mt": (0, 0)} | {"at": (1, 0)}, days=20)
    at = next(one for one in found.parts if one.name == "at")
    alone = next(one for one in found.parts if one.name == "de")
    assert alone.points is not None
    assert (at.points, at.band, at.gap) == (None, None, None)
    assert found.belief.share < at.share < 1
    assert "mt" not in {one.name for one in found.parts}, "of which nothing came nothing is said"


def test_segments_that_are_alike_lend_more_than_those_that_differ():
    alike = believed({str(n): (97, 3) for n in range(6)})
    apart = believed({str(n): (100 - 15 * n, 15 * n) for n in range(6)})
    assert alike.lent == MOST
    assert FEWEST <= apart.lent < 20


def test_where_none_may_fail_each_violation_counts_and_there_is_no_band_of_shares():
    found = believed({"eu": (10, 0), "us": (9, 1)}, target=1.0)
    us, eu = found.parts
    assert (us.name, eu.name) == ("us", "eu")
    assert (eu.points, us.beyond) == (100.0, us.broken)
    assert us.points < 50
    assert us.band.low == us.band.high == us.points


def test_a_promise_without_segments_is_its_own_segment():
    found = believed({"": (97, 3)})
    (one,) = found.parts
    assert one.name == ""
    assert one.share == pytest.approx(found.belief.share, abs=0.01)


counts = st.tuples(st.integers(0, 200), st.integers(0, 200))


@given(st.dictionaries(st.text(max_size=3), counts, min_size=1, max_size=6),
       st.sampled_from([0.5, 0.97, 0.9999, 1.0]))  # fmt: skip
def test_whatever_comes_shares_are_shares_and_points_points(segments, target):
    if not any(sum(one) for one in segments.values()):
        return
    for one in believed(segments, target=target, days=3).parts:
        assert 0 <= one.interval.low <= one.interval.high <= 1
        assert 0 < one.share < 1 or one.share == pytest.approx(round(one.share))
        if one.points is not None:
            assert 0 <= one.band.low <= one.points + 1e-9
            assert one.points <= one.band.high + 1e-9 <= 100 + 1e-9
