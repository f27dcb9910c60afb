"""The link from trust to outcome: planted effects are found, chance and the future show none."""

from datetime import timedelta

import numpy as np
import pytest

from tests.metrics.outcomes.conftest import YEAR
from troth.metrics import queries, reporting
from troth.metrics.outcomes import association as links
from troth.metrics.outcomes import costs, exposing
from troth.metrics.outcomes.association import Effect
from troth.metrics.outcomes.exposing import People
from troth.metrics.outcomes.results import State
from troth.metrics.rules import Measure

LATE = Measure(
    kinds=("order",), time="due_at", where="due_at is not null", good="resolved_at <= due_at"
)
PRICED = {
    "apiVersion": "troth/v1", "kind": "Outcome", "metadata": {"name": "what-it-costs"},
    "spec": {"like": "trust_link", "options": {"clv": 100, "handling": 5}},
}  # fmt: skip
SPLIT = YEAR.start + timedelta(days=180)


def asked(**more):
    return queries.Asked(broken=[queries.bad(LATE)], span=YEAR, split=SPLIT, at=YEAR.end, **more)


def order(signal, who, day, *, late=False, **fields):
    due = YEAR.start + timedelta(days=day + 2)
    resolved = due + timedelta(days=1 if late else -1)
    return signal("order", who, days=day, due_at=due, resolved_at=resolved, **fields)


@pytest.fixture
def shop(tell, signal):
    """Return what tells of a shop: 40 customers a band, who come back with these chances."""

    def make(back, most=3):
        told = []
        for broken in range(most + 1):
            for n in range(40):
                who = f"b{broken}n{n}"
                told += [order(signal, who, 10 + k, late=k < broken) for k in range(4)]
                if n < back[broken] * 40:
                    told.append(order(signal, who, 200))
        tell(told)

    return make


@pytest.mark.django_db
@pytest.mark.mission("S2.1")
def test_exposure_says_what_became_of_customers_by_how_much_they_met(shop):
    shop([0.9, 0.8, 0.5, 0.25])
    found = queries.exposure(asked())
    assert [(band.name, band.returned.n, band.returned.value) for band in found.bands] == [
        ("0", 40, 0.9), ("1", 40, 0.8), ("2", 40, 0.5), ("3+", 40, 0.25)
    ]  # fmt: skip
    assert (found.n, found.state) == (160, State.SHOWN)
    curves = {curve.name: [point.value for point in curve.points] for curve in found.curves}
    assert curves["3+"] == [0.25, 0, 0, 0, 0, 0]
    whole = queries.outcome("exposure", span=YEAR, at=YEAR.end)
    assert (whole.numerator, whole.denominator) == (120, 160)
    parts = {part.name: part.figure.value for part in whole.parts}
    assert parts["2 broken: came back"] == 0.5


@pytest.mark.django_db
def test_a_band_of_few_has_counts_and_no_rate(tell, signal):
    told = [order(signal, f"c{n}", 10) for n in range(40)]
    tell([*told, order(signal, "hurt", 10, late=True), order(signal, None, 10)])
    found = queries.exposure(asked())
    one = found.bands[1].returned
    assert (one.n, one.denominator, one.value, one.low) == (1, 1, None, None)
    assert found.excluded == {"of nobody known": 1}
    linked = queries.association(asked())
    assert (linked.state, linked.link, linked.exposed_n) == (State.NOT_ENOUGH, None, 1)
    assert queries.cost(linked, broken=1, price=costs.Price(clv=1, cac=1)) is None
    none = queries.association(queries.Asked(
        broken=[queries.bad(LATE)], span=YEAR, split=YEAR.start + timedelta(days=1), at=YEAR.end
    ))  # fmt: skip
    assert none.state is State.NO_DATA


@pytest.mark.django_db
@pytest.mark.mission("S0.8")
def test_a_planted_difference_is_found(shop):
    shop([0.9, 0.4, 0.4, 0.4])
    found = queries.association(asked())
    link = found.link
    assert (found.exposed_n, found.unexposed_n) == (120, 40)
    assert link.difference.value == pytest.approx(-0.5)
    assert link.odds_ratio.value == pytest.approx((48 * 4) / (72 * 36))
    assert link.adjusted.high < 0
    assert link.permuted.p < 0.01
    assert found.holds
    named = queries.outcome("trust_link", span=YEAR, at=YEAR.end)
    assert named.facts["reading"] == "association"
    assert named.value < 0


@pytest.mark.django_db
@pytest.mark.mission("S2.2")
def test_a_broken_promise_costs_what_a_company_says_a_customer_is_worth(shop):
    shop([0.9, 0.4, 0.4, 0.4])
    found = queries.association(asked())
    link = found.link
    price = costs.Price(clv=100, cac=30, handling=5)
    cost = queries.cost(found, broken=240, price=price)
    lost = -link.adjusted.value
    assert cost.each == pytest.approx(lost * 100 + 5)
    assert cost.total == pytest.approx(240 * cost.each)
    assert cost.each_low < cost.each < cost.each_high
    assert dict(cost.sensitivity)["clv +20 %"] == pytest.approx(lost * 120 + 5)
    assert dict(cost.sensitivity)["cac -20 %"] == pytest.approx(cost.each)
    replaced = costs.cost(link.adjusted, broken=1, price=costs.Price(clv=100, cac=30, replaced=1))
    assert replaced.each == pytest.approx(lost * 30)
    reporting.declare_outcome(document=PRICED, author="a", now=YEAR.start)
    priced = queries.outcome("what-it-costs", span=YEAR, at=YEAR.end)
    assert priced.facts["cost of one broken promise"] == pytest.approx(-priced.value * 100 + 5)
    assert priced.facts["cost low"] < priced.facts["cost high"]
    named = queries.outcome("trust_link", span=YEAR, at=YEAR.end)
    assert "cost low" not in named.facts


def simulated(chance, count, *, effect, confounded=False):
    """Return two parts of customers: how often they come decides on exposure and on coming back."""
    often = 1 + chance.poisson(1.5, count)
    broken = chance.binomial(often, 0.15)
    back = chance.random(count) < np.clip(
        0.3 + (0.12 * np.minimum(often, 4) if confounded else 0.3) - effect * (broken > 0), 0, 1
    )
    strata = exposing._strata(often, chance.integers(0, 100, count))
    return People(broken, back, strata, back.astype(float))


@pytest.mark.mission("S0.8")
def test_in_simulations_intervals_cover_the_planted_effect_and_none_is_found_where_none_is():
    chance = np.random.default_rng(1)
    covered = alarms = 0
    for run in range(120):
        planted = links.link(*(simulated(chance, 600, effect=0.1) for _ in "12"), seed=run)
        covered += planted.adjusted.low <= -0.1 <= planted.adjusted.high
        null = links.link(*(simulated(chance, 600, effect=0.0) for _ in "12"), seed=run)
        alarms += links.holds(null)
        assert null.permuted.low < 0 < null.permuted.high
    assert covered >= 108
    assert alarms <= 12


def test_who_comes_often_meets_more_and_comes_back_more_and_that_is_no_effect():
    chance = np.random.default_rng(4)
    people = [simulated(chance, 20_000, effect=0.0, confounded=True) for _ in "12"]
    found = links.link(*people)
    assert found.difference.low > 0.02  # crude: as if broken promises did good
    assert abs(found.adjusted.value) < 0.02
    assert found.adjusted.low <= 0 <= found.adjusted.high


@pytest.mark.parametrize(
    ("cells", "value"),
    [
        ((10, 20, 30, 40), 10 * 40 / (20 * 30)),
        ((0, 5, 5, 5), 0.5 * 5.5 / (5.5 * 5.5)),
        ((0, 0, 3, 4), None),
        ((0, 5, 0, 5), None),
    ],
)
def test_an_odds_ratio_with_empty_cells(cells, value):
    found = links.odds_ratio(cells)
    assert found.value == (None if value is None else pytest.approx(value))


def test_mantel_and_haenszel_as_in_a_table_by_hand():
    tables = np.array([[10, 20, 5, 25], [8, 2, 30, 20], [4, 4, 0, 0]], dtype=float)
    weights = [30 * 30 / 60, 10 * 50 / 60]
    wanted = (weights[0] * (10 / 30 - 5 / 30) + weights[1] * (0.8 - 0.6)) / sum(weights)
    assert links.stratified_difference(tables).value == pytest.approx(wanted)
    odds = (10 * 25 / 60 + 8 * 20 / 60) / (20 * 5 / 60 + 2 * 30 / 60)
    found = links.stratified_odds(tables)
    assert found.value == pytest.approx(odds)
    assert found.low < odds < found.high
    nobody = np.zeros((0, 4))
    assert links.stratified_difference(nobody) == Effect(None)
    assert links.stratified_odds(nobody) == Effect(None)
    assert links.permuted(nobody, seed=1).p is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"split": YEAR.end}, "inside the span"),
        ({"at": YEAR.start + timedelta(days=9)}, "lies ahead"),
    ],
)
def test_what_cannot_be_compared_is_told(more, message):
    given = {"broken": [queries.bad(LATE)], "span": YEAR, "split": SPLIT, "at": YEAR.end} | more
    with pytest.raises(queries.OutcomeError, match=message):
        queries.association(queries.Asked(**given))
    with pytest.raises(queries.OutcomeError, match="which cases are good"):
        queries.bad(Measure(kinds=("order",)))
