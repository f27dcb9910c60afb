"""Outcomes as everybody asks for them: by name, over a span, with what was left out and why."""

from datetime import timedelta

import pytest

from tests.metrics.outcomes.conftest import YEAR
from troth.metrics import queries
from troth.metrics.outcomes.results import State

pytestmark = pytest.mark.django_db


def answers(signal, promoters, passives, detractors, **fields):
    told = [10] * promoters + [8] * passives + [3] * detractors
    return [signal("survey.nps", value=score, **fields) for score in told]


@pytest.mark.mission("S2.8", "S2.61")
def test_nps_says_its_counts_its_interval_and_whom_it_left_out(tell, signal):
    blank = [signal("survey.nps", value=11) for _ in range(3)]
    closed = [signal("survey.nps", outcome="dismissed"), signal("survey.nps", outcome="skipped")]
    tell([*answers(signal, 50, 30, 20), *blank, *closed, signal("survey.nps")])
    found = queries.outcome("nps", span=YEAR)
    assert (found.n, found.value, found.unit) == (100, 30.0, "points")
    assert found.high - found.value == pytest.approx(15.3, abs=0.01)
    assert found.excluded == {"outside 0 to 10": 3, "dismissed": 2, "blank": 1}
    assert (found.numerator, found.denominator) == (3000.0, 100)
    assert len(found.definition_version) == 12


def test_below_its_least_number_there_are_counts_and_no_rate(tell, signal):
    tell(answers(signal, 60, 20, 19))
    found = queries.outcome("nps", span=YEAR)
    assert (found.state, found.value, found.low, found.high) == (State.NOT_ENOUGH, *[None] * 3)
    assert (found.n, found.minimum_n) == (99, 100)


def test_without_a_case_there_is_no_data(tell, signal):
    assert queries.outcome("csat", span=YEAR).state is State.NO_DATA


@pytest.mark.mission("S2.61")
def test_csat_takes_the_best_answers_of_each_scale(tell, signal):
    told = [signal("survey.csat", value=v) for v in (1, 2, 3, 4, 5) for _ in range(8)]
    for scale, values in (("3", (1, 2, 3)), ("7", (5, 6, 7)), ("10", (7, 8, 9, 10))):
        told += [signal("survey.csat", value=v, segment={"scale": scale}) for v in values]
    tell(told)
    found = queries.outcome("csat", span=YEAR)
    assert (found.numerator, found.denominator) == (16 + 1 + 2 + 3, 40 + 10)
    by_scale = queries.outcomes_by("csat", by="scale", span=YEAR)
    assert {one.segment["scale"]: (one.numerator, one.n) for one in by_scale} == {
        "3": (1, 3), "7": (2, 3), "10": (3, 4)
    }  # fmt: skip


def test_a_segment_narrows_and_what_came_later_is_not_read(tell, signal):
    told = [
        signal("survey.ces", value=score, days=day, segment={"team": team})
        for score, day, team in ((6, 1, "a"), (2, 1, "b"), (7, 300, "a"))
        for _ in range(30)
    ]
    tell(told)
    whole = queries.outcome("ces", span=YEAR)
    assert (whole.numerator, whole.n, whole.parts[0].figure.value) == (60, 90, 5.0)
    mine = queries.outcome("ces", span=YEAR, segment={"team": "a"})
    assert (mine.numerator, mine.n) == (60, 60)
    early = queries.outcome("ces", span=YEAR, at=YEAR.start + timedelta(days=10))
    assert (early.numerator, early.n) == (30, 60)


def test_a_name_that_is_not_known_brings_the_nearest(db):
    with pytest.raises(queries.OutcomeError, match="did you mean"):
        queries.outcome("csatt", span=YEAR)


@pytest.mark.mission("S2.30")
def test_a_click_counts_once_a_message_in_time_and_by_a_person(tell, signal):
    sent = [signal("mail.delivered", key=f"m{n}") for n in range(40)]
    late = [signal("mail.delivered", key="young", days=364)]
    clicks = [signal("mail.clicked", days=1 + n / 40, segment={"message": f"m{n % 10}"})
              for n in range(20)]  # fmt: skip
    machine = signal("mail.clicked", days=1, segment={"message": "m30", "machine": "true"})
    slow = signal("mail.clicked", days=20, segment={"message": "m31"})
    tell([*sent, *late, *clicks, machine, slow])
    found = queries.outcome("click_through", span=YEAR, at=YEAR.end)
    assert (found.numerator, found.denominator, found.value) == (10, 40, 0.25)
    assert found.excluded == {"too recent to tell": 1, "clicked by a machine": 1}


@pytest.mark.mission("S2.48")
def test_carts_are_matched_by_person_where_they_name_no_cart(tell, signal):
    carts = [signal("cart", f"c{n}", days=2) for n in range(30)]
    named = [signal("cart", days=2, segment={"cart": f"x{n}"}) for n in range(10)]
    orders = [signal("order", f"c{n}", days=2.5) for n in range(9)]
    orders.append(signal("order", days=2.5, segment={"cart": "x1"}))
    tell([*carts, *named, *orders, signal("order", "c20", days=4), signal("cart", days=2)])
    found = queries.outcome("cart_abandonment", span=YEAR, at=YEAR.end)
    assert (found.numerator, found.denominator) == (30, 40)
    assert found.excluded == {"of nobody known": 1}
