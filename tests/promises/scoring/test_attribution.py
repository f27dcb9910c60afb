"""Any change of the score is the sum of its parts: over all that can happen to promises."""

import math

import pytest
from hypothesis import given, settings
from scored import END, START, rules, worlds

from troth.promises.scoring.attributing import NothingToCompareError, attribution
from troth.promises.scoring.composing import score

EXACT = 1e-9


def whole(found):
    """Say that each level adds up to the one above it, and everything to the change."""
    assert found.total == pytest.approx(found.change, abs=EXACT)
    told = sum(found.pillars.values()) + sum(deed.points for deed in found.deeds)
    assert told == pytest.approx(found.change, abs=EXACT)
    for part in found.promises:
        assert math.fsum(c.points for c in part.causes) == pytest.approx(part.points, abs=EXACT)


@pytest.mark.mission("S0.1")
@settings(max_examples=300, deadline=None)
@given(worlds(), rules())
def test_every_change_is_the_sum_of_its_parts(world, constants):
    every, deeds = world
    try:
        found = attribution(every, constants, start=START, end=END, deeds=deeds)
    except NothingToCompareError:
        return
    whole(found)
    assert found.start == score(every, constants, day=START, deeds=deeds)


@settings(max_examples=150, deadline=None)
@given(worlds(), rules(), rules())
def test_new_rules_are_a_part_like_any_other(world, constants, before):
    every, deeds = world
    try:
        found = attribution(
            every, constants, start=START, end=END, deeds=deeds, constants_before=before
        )
    except NothingToCompareError:
        return
    whole(found)
    assert found.start.constants == before
    assert found.end.constants == constants
