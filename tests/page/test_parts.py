import pytest
from django.utils import translation

from tests.page.support import NOON
from troth.page.parts import MOST, splits
from troth.promises.rules.results import Count


def parts(counts, language="en"):
    with translation.override(language):
        return [(p.value, p.share, p.good, p.total) for p in splits({"x": counts}, NOON)[0].parts]


@pytest.mark.mission("S4.13")
def test_values_are_shown_largest_first_with_their_share():
    counts = {"south": Count(30, 40), "north": Count(45, 60)}
    assert parts(counts) == [("north", "75.0\u202f%", 45, 60), ("south", "75.0\u202f%", 30, 40)]


def test_few_cases_have_no_rate_and_very_few_no_name():
    counts = {"north": Count(45, 60), "south": Count(3, 6), "ada": Count(0, 1), "ben": Count(1, 2)}
    assert parts(counts)[1:] == [("south", "6 cases", 3, 6), ("all others", "3 cases", 1, 3)]


def test_what_is_not_shown_is_added_up_so_that_nothing_is_lost():
    counts = {f"v{n}": Count(10, 20) for n in range(40)}
    found = parts(counts)
    assert len(found) == MOST + 1
    assert sum(total for *_, total in found) == 800


def test_a_missing_value_is_named_so():
    counts = {None: Count(10, 40), "b": Count(1, 30)}
    assert parts(counts, "de")[0][0] == "ohne Angabe"


def test_an_attribute_with_one_value_splits_nothing():
    assert splits({"x": {"only": Count(1, 50)}}, NOON) == ()
