"""Two times compared: rate and mix apart, without a rest."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.promises.rules.comparing import compare
from troth.promises.rules.results import Count

counts = st.integers(0, 500).flatmap(
    lambda total: st.integers(0, total).map(lambda good: Count(good, total))
)
segments = st.dictionaries(st.sampled_from(["web", "app", "phone", None]), counts, max_size=4)


@pytest.mark.mission("S0.1", "S4.13")
@given(segments, segments)
def test_the_parts_add_up_to_the_change(before, after):
    found = compare(before, after)
    if found is None:
        assert not sum(c.total for c in before.values()) or not sum(c.total for c in after.values())
        return
    assert sum(one.both for one in found.sides) == pytest.approx(found.change, abs=1e-9)
    assert found.rate + found.mix == pytest.approx(found.change, abs=1e-9)
    was = Fraction(found.before.good, found.before.total)
    assert found.change == pytest.approx(float(Fraction(found.after.good, found.after.total) - was))


def test_a_shift_of_the_mix_is_no_change_of_the_rate():
    before = {"app": Count(90, 100), "phone": Count(50, 100)}
    after = {"app": Count(45, 50), "phone": Count(75, 150)}
    found = compare(before, after)
    assert (found.rate, found.mix) == (0, pytest.approx(-0.1))
    assert {one.name: one.rate for one in found.sides} == {"app": 0, "phone": 0}
    assert all(one.mix < 0 for one in found.sides)


def test_a_segment_that_is_new_changes_the_mix_alone():
    found = compare({"app": Count(90, 100)}, {"app": Count(90, 100), "kiosk": Count(10, 100)})
    assert found.rate == 0
    assert found.mix == pytest.approx(-0.4)


def test_without_a_case_on_one_side_there_is_nothing_to_compare():
    assert compare({}, {"app": Count(1, 1)}) is None
    assert compare({"app": Count(0, 0)}, {"app": Count(1, 1)}) is None
