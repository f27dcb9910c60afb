"""What a customer who met a broken promise goes with costing: told from the data, or not at all."""

from datetime import timedelta

import pytest

from tests.metrics.outcomes.conftest import YEAR
from troth.metrics import queries, reporting
from troth.metrics.outcomes.association import Effect
from troth.metrics.outcomes.costs import Price, cost
from troth.metrics.outcomes.results import State

pytestmark = pytest.mark.django_db
ASKED = {"span": YEAR, "at": YEAR.end}


def order(signal, who, days, *, late=False, **more):
    due = YEAR.start + timedelta(days=days, hours=8)
    done = due + timedelta(hours=4 if late else -4)
    return signal("order", who, days=days, due_at=due, resolved_at=done, **more)


@pytest.fixture
def shop(tell, signal):
    """Know 400 customers: of 200 with a late order 60 came back, of the others 140."""

    def open_with(*, count=400, valued=True):
        made = []
        for n in range(count):
            hurt, money = n % 2 == 0, {"value": 20.0 + n % 9, "unit": "EUR"} if valued else {}
            made.append(order(signal, f"c{n}", 10 + n % 20, late=hurt, **money))
            if n // 2 < count * (0.15 if hurt else 0.35):
                made += [order(signal, f"c{n}", 200 + 10 * k + n % 30, **money)
                         for k in range(1 + n % 3)]  # fmt: skip
        tell(made)

    return open_with


@pytest.mark.mission("S2.2", "S4.25")
def test_the_cost_is_who_does_not_come_back_by_what_a_customer_will_bring(shop):
    shop()
    found = queries.outcome("broken_cost", **ASKED)
    link, clv = (queries.outcome(name, **ASKED) for name in ("trust_link", "clv"))
    assert found.state is State.SHOWN
    assert found.value == pytest.approx(-link.value * clv.value)
    assert (found.low, found.high) == (
        pytest.approx(-link.high * clv.low), pytest.approx(-link.low * clv.high)
    )  # fmt: skip
    assert (found.denominator, found.numerator) == (200, pytest.approx(200 * found.value))
    assert (found.n, found.facts["currency"]) == (200, "EUR")
    assert (found.facts["reading"], found.facts["holds"]) == ("association", "yes")
    assert found.facts["with clv +20 %"] == pytest.approx(1.2 * found.value)
    assert [part.name for part in found.parts] == [
        "difference in coming back", "what a customer will bring"
    ]  # fmt: skip
    assert "association" in found.doc.casefold()


def test_without_values_it_says_what_it_needs_and_gives_no_number(shop):
    shop(valued=False)
    found = queries.outcome("broken_cost", **ASKED)
    assert (found.state, found.value, found.n) == (State.UNDEFINED, None, 200)
    assert found.needs.startswith("orders with a value, of 100 customers or more, or your own clv")
    document = {"apiVersion": "troth/v1", "kind": "Outcome", "metadata": {"name": "broken_cost"},
                "spec": {"like": "broken_cost", "options": {"clv": 80, "handling": 4}}}  # fmt: skip
    reporting.declare_outcome(document=document, author="a", now=YEAR.start)
    own, link = (queries.outcome(name, **ASKED) for name in ("broken_cost", "trust_link"))
    assert own.value == pytest.approx(-link.value * 80 + 4)
    assert [part.name for part in own.parts] == ["difference in coming back"]


def test_below_the_least_number_there_are_counts_alone(shop, tell, signal):
    shop(count=40)
    found = queries.outcome("broken_cost", **ASKED)
    assert (found.state, found.value, found.needs, found.facts) == (State.NOT_ENOUGH, None, "", {})
    tell([order(signal, f"d{n}", 20, value=5.0, unit="EUR") for n in range(50)])
    assert queries.outcome("broken_cost", **ASKED).state is State.NOT_ENOUGH


def test_an_empty_store_has_no_data(db):
    assert queries.outcome("broken_cost", **ASKED).state is State.NO_DATA


def test_nobody_gains_by_breaking_promises():
    found = cost(Effect(0.1, -0.05, 0.25), broken=10, price=Price(clv=100, cac=0))
    assert (found.each, found.each_low, found.each_high) == (0, 0, pytest.approx(5))


@pytest.mark.mission("S2.8")
def test_every_outcome_that_we_promise_has_one_file_of_its_name():
    promised = {
        "failures", "on_time", "nps", "nps_swing", "csat", "ces", "first_response", "resolution",
        "reopen", "deflection", "repeat_purchase", "aov", "churn_contract", "churn_buying", "clv",
        "retention", "survival", "breakage", "conversion", "click_through", "unsubscribes",
        "complaints", "cart_abandonment", "direct_visits", "discount_dependence", "price_premium",
        "positive_negative", "broken_cost", "exposure",
    }  # fmt: skip
    assert promised <= {one.name for one in queries.outcome_definitions()}
