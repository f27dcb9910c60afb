"""Customers: who came back, who left, how long contracts last, what a cohort keeps."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.metrics.outcomes.conftest import YEAR
from troth.core.windows import Span
from troth.metrics import queries
from troth.metrics.outcomes.people import kaplan_meier
from troth.metrics.outcomes.results import State

MARCH = Span(YEAR.start + timedelta(days=59), YEAR.start + timedelta(days=90))


@pytest.mark.django_db
@pytest.mark.mission("S2.48", "S2.30")
def test_repeat_purchase_in_the_span_and_of_new_customers(tell, signal):
    once = [signal("order", f"o{n}", days=65) for n in range(25)]
    twice = [signal("order", f"t{n}", days=day) for n in range(10) for day in (61, 80)]
    known = [signal("order", "k", days=5), signal("order", "k", days=70)]
    back = [signal("order", "o1", days=100), signal("order", "o2", days=65 + 91)]
    off = [signal("order", "o3", days=66, outcome="canceled"), signal("order", days=66)]
    tell([*once, *twice, *known, *back, *off])
    found = queries.outcome("repeat_purchase", span=MARCH, at=YEAR.end)
    assert (found.numerator, found.denominator) == (10, 36)
    assert found.excluded == {"called off": 1, "of nobody known": 1}
    (cohort,) = found.parts
    assert (cohort.figure.numerator, cohort.figure.denominator) == (11, 35)
    young = queries.outcome("repeat_purchase", span=MARCH, at=MARCH.start + timedelta(days=92))
    assert young.excluded["new, too recent to tell"] == 25
    assert young.parts[0].figure.n == 10
    assert young.parts[0].figure.value is None


@pytest.mark.django_db
@pytest.mark.mission("S2.48")
def test_contract_churn_is_of_those_that_ran_when_the_span_began(tell, signal):
    def contract(key, start, end=None, **fields):
        ends = {} if end is None else {"resolved_at": YEAR.start + timedelta(days=end)}
        return signal("contract", key, days=start, key=key, **ends, **fields)

    running = [contract(f"r{n}", 1) for n in range(40)]
    lost = [contract(f"l{n}", 1, 70) for n in range(5)]
    moved = [contract("m", 1, 70, outcome="Renewed")]
    before, after, new = contract("b", 1, 50), contract("a", 1, 99), contract("n", 65, 80)
    tell([*running, *lost, *moved, before, after, new])
    found = queries.outcome("churn_contract", span=MARCH, at=YEAR.end)
    assert (found.numerator, found.denominator) == (5, 47)
    assert found.excluded == {"began later": 1}


def by_hand(rows):
    """Return the product-limit estimate at each time of loss, as in a table by hand."""
    value, told = 1.0, {}
    for at in sorted({length for length, lost in rows if lost}):
        risk = sum(length >= at for length, _ in rows)
        value *= 1 - sum(lost and length == at for length, lost in rows) / risk
        told[at] = value
    return told


@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=1, max_size=25))
def test_kaplan_and_meier_as_by_hand(rows):
    length, lost = np.array([r[0] for r in rows], dtype=float), np.array([r[1] for r in rows])
    curve = kaplan_meier(length, lost)
    found = {point.x: point.value for point in curve.points[1:]}
    assert found == pytest.approx(by_hand(rows), abs=1e-12)
    for point in curve.points[1:]:
        if point.low is not None and point.high is not None:
            assert 0 <= point.low <= point.value <= point.high <= 1


def test_kaplan_and_meier_as_in_the_textbook():
    """Remission of leukaemia, 6-MP (Freireich 1963): the table that every textbook prints."""
    lost = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    seen = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    length = np.array(lost + seen, dtype=float)
    curve = kaplan_meier(length, np.array([True] * len(lost) + [False] * len(seen)))
    told = {point.x: round(point.value, 4) for point in curve.points}
    assert told == {0: 1, 6: 0.8571, 7: 0.8067, 10: 0.7529, 13: 0.6902, 16: 0.6275, 22: 0.5378,
                    23: 0.4482}  # fmt: skip
    last = curve.points[-1]
    assert (round(last.low, 3), round(last.high, 3)) == (0.188, 0.68)


@pytest.mark.django_db
@pytest.mark.mission("S2.61")
def test_a_cohort_keeps_who_ordered_in_each_period_after_the_first(tell, signal):
    told = []
    for n in range(40):
        told.append(signal("order", f"j{n}", days=10))
        if n < 20:
            told.append(signal("order", f"j{n}", days=25))  # in the first thirty days
        if n < 10:
            told.append(signal("order", f"j{n}", days=40 if n else 40.5))  # the edge is within
    told += [signal("order", f"m{n}", days=70) for n in range(30)]
    told += [signal("order", f"few{n}", days=40) for n in range(3)]
    tell(told)
    at = YEAR.start + timedelta(days=105)
    every, *cohorts = queries.retention(span=YEAR, at=at)
    assert [(p.x, p.n, round(p.value, 4)) for p in every.points] == [
        (0, 73, 1), (1, 73, round(20 / 73, 4)), (2, 43, round(1 / 43, 4)), (3, 40, 0)
    ]  # fmt: skip
    assert {curve.name: [round(p.value, 4) for p in curve.points] for curve in cohorts} == {
        "2026-01": [1, 0.5, 0.025, 0], "2026-02": [], "2026-03": [1, 0]
    }  # fmt: skip
    assert queries.outcome("retention", span=YEAR, at=YEAR.start).state is State.NO_DATA


@pytest.mark.django_db
def test_contracts_that_still_run_count_as_long_as_they_were_seen(tell, signal):
    ends = [{"resolved_at": YEAR.start + timedelta(days=31)}] * 15
    ends += [{"resolved_at": YEAR.start + timedelta(days=1 + 30 * 13)}] * 5 + [{}] * 20
    told = [signal("contract", f"c{n}", days=1, **end) for n, end in enumerate(ends)]
    told.append(signal("contract", "back", days=9, resolved_at=YEAR.start))
    tell(told)
    found = queries.outcome("survival", span=YEAR, at=YEAR.end)
    assert (found.value, found.n) == (25 / 40, 40)
    assert found.excluded == {"ends before it begins": 1}
    assert found.low < found.value < found.high
    assert queries.retention(span=YEAR, at=YEAR.end, name="survival")[0].points[1].x == 1
