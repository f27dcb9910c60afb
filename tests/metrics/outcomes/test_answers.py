"""What people say: swings with z, ratios with empty cells, ratings beside what was promised."""

from datetime import timedelta

import numpy as np
import pytest

from tests.metrics.outcomes.conftest import YEAR
from troth.metrics import queries
from troth.metrics.outcomes import answers
from troth.metrics.outcomes.results import State
from troth.metrics.outcomes.tables import Context, Table

pytestmark = pytest.mark.django_db


def scores(signal, day, promoters, passives, detractors):
    told = [10] * promoters + [7] * passives + [0] * detractors
    return [signal("survey.nps", f"{day}/{n}", days=day, value=v) for n, v in enumerate(told)]


@pytest.mark.mission("S2.8")
def test_nps_swings_after_a_release_with_z(tell, signal):
    release = signal("release", key="r1", days=100)
    young = signal("deploy", key="r2", days=360)
    tell([*scores(signal, 95, 200, 120, 80), *scores(signal, 101, 170, 130, 100), release, young])
    found = queries.outcome("nps_swing", span=YEAR, at=YEAR.end)
    assert found.value == pytest.approx(-12.5)
    assert found.facts["z"] == pytest.approx(-2.23, abs=0.005)
    assert 0.02 < found.facts["p"] < 0.03
    assert (found.numerator, found.denominator, found.n) == (17.5, 30.0, 400)
    assert found.low < -12.5 < found.high < 0
    assert found.excluded == {"release too recent to tell": 1}


def test_of_a_person_who_answers_twice_the_newer_answer_counts(tell, signal):
    ones = [signal("survey.nps", f"p{n}", days=95, value=0) for n in range(100)]
    news = [signal("survey.nps", f"p{n}", days=96, value=10) for n in range(100)]
    after = scores(signal, 101, 100, 0, 0)
    tell([*ones, *news, *after, signal("release", days=100)])
    found = queries.outcome("nps_swing", span=YEAR, at=YEAR.end)
    assert (found.value, found.n, found.facts["z"]) == (0.0, 100, None)


def test_a_swing_needs_enough_on_both_sides(tell, signal):
    tell([*scores(signal, 95, 200, 0, 0), *scores(signal, 101, 50, 0, 0),
          signal("release", days=100)])  # fmt: skip
    found = queries.outcome("nps_swing", span=YEAR, at=YEAR.end)
    assert (found.state, found.n) == (State.NOT_ENOUGH, 50)
    assert queries.outcome("nps_swing", span=YEAR, at=YEAR.start).state is State.NO_DATA


@pytest.mark.mission("S2.23")
def test_positive_to_negative_counts_all_and_sets_three_stars_apart(tell, signal):
    stars = [5] * 30 + [4] * 10 + [3] * 7 + [2] * 5 + [1] * 3
    told = [signal("review", value=v, outcome="rejected" if v < 3 else "published") for v in stars]
    tell([*told, signal("review", value=9), signal("review")])
    found = queries.outcome("positive_negative", span=YEAR)
    assert (found.value, found.numerator, found.denominator, found.n) == (5.0, 40, 8, 55)
    assert found.facts["neutral"] == 7
    assert found.facts["smoothed"] == pytest.approx((7 * 3.5 + sum(stars)) / (7 + 55))
    assert found.low < 5 < found.high
    assert found.excluded == {"outside 1 to 5": 1, "blank": 1}


def test_without_a_negative_review_there_is_no_ratio(tell, signal):
    tell([signal("review", value=5) for _ in range(40)])
    found = queries.outcome("positive_negative", span=YEAR)
    assert (found.state, found.value) == (State.UNDEFINED, None)
    assert (found.numerator, found.denominator) == (40, 0)


def test_ratings_are_set_beside_what_was_promised(tell, signal):
    def order(n, late):
        moments = {"due_at": YEAR.start + timedelta(days=5),
                   "resolved_at": YEAR.start + timedelta(days=6 if late else 4)}  # fmt: skip
        return signal("order", key=f"o{n}", **moments)

    orders = [order(n, late=n >= 40) for n in range(80)]
    rated = [signal("review", value=4 if n < 40 else 2, days=9, segment={"order": f"o{n}"})
             for n in range(80)]  # fmt: skip
    lost = signal("review", value=1, segment={"order": "elsewhere"})
    tell([*orders, *rated, lost, signal("review", value=1)])
    found = queries.outcome("rating_gap", span=YEAR)
    assert (found.value, found.n) == (2.0, 40)
    assert [(part.name, part.figure.value) for part in found.parts] == [("kept", 4), ("broken", 2)]
    assert found.excluded == {"not judged": 2}


def test_whoever_is_nobody_is_not_taken_for_one_person():
    at = np.arange(4)
    who = np.array([None, "a", None, "a"], dtype=object)
    table = Table(at, np.ones(4, dtype=np.int64), {"who": who, "value": np.arange(4.0)})
    assert answers.newest(table)["value"].tolist() == [0, 2, 3]
    empty = table.only(np.zeros(4, dtype=bool))
    assert len(answers.newest(empty)) == 0
    assert answers.nps(empty).value is None
    context = Context(span=YEAR, at=YEAR.end, options={"days": timedelta(days=14)})
    assert answers.swing({"answers": table, "releases": empty}, context).figure.n == 0
