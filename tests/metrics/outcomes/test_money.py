"""Orders in money: averages in one currency, what expires, and what trust does to the price."""

from datetime import timedelta

import pytest

from tests.metrics.outcomes.conftest import YEAR
from troth.metrics import queries
from troth.metrics.outcomes.results import State

pytestmark = pytest.mark.django_db


@pytest.mark.mission("S2.48")
def test_average_order_value_adds_no_two_currencies(tell, signal):
    euros = [signal("order", f"c{n}", value=10 + n, unit="EUR") for n in range(40)]
    others = [signal("order", "x", value=99, unit="USD"), signal("order", "x", unit="EUR")]
    off = [signal("order", "x", value=5, unit="EUR", outcome="Refunded")]
    tell([*euros, *others, *off])
    found = queries.outcome("aov", span=YEAR)
    assert (found.value, found.n, found.numerator) == (29.5, 40, 1180)
    assert found.excluded == {"called off": 1, "without value": 1, "in USD": 1}
    assert found.facts["currency"] == "EUR"
    assert found.low < 29.5 < found.high


@pytest.mark.mission("S2.48")
def test_breakage_is_what_expired_of_what_was_issued(tell, signal):
    last = {"due_at": YEAR.start + timedelta(days=100)}
    lots = [signal("reward.lot", key=f"lot{n}", value=100, **last) for n in range(30)]
    spent = [signal("reward.redeemed", value=60, days=50, segment={"lot": f"lot{n}"})
             for n in range(10)]  # fmt: skip
    beyond = signal("reward.redeemed", value=70, days=60, segment={"lot": "lot0"})
    late = signal("reward.redeemed", value=10, days=101, segment={"lot": "lot20"})
    live = signal("reward.lot", key="live", value=500, due_at=YEAR.end + timedelta(days=9))
    tell([*lots, *spent, beyond, late, live])
    found = queries.outcome("breakage", span=YEAR, at=YEAR.end)
    used = 9 * 60 + 100
    assert (found.numerator, found.denominator) == (3000 - used, 3000)
    assert found.value == pytest.approx(1 - used / 3000)
    assert found.low < found.value < found.high
    assert [part.name for part in found.parts] == ["issued in 2026-01"]
    assert found.facts["outstanding"] == 500
    assert found.facts["liability"] == pytest.approx(500 * used / 3000 * 0.01)


def priced(signal, who, day, paid, due=None, resolved=None):
    moments = {}
    if due is not None:
        moments = {"due_at": YEAR.start + timedelta(days=due),
                   "resolved_at": YEAR.start + timedelta(days=resolved)}  # fmt: skip
    return signal("order", who, days=day, value=paid, expected=100, unit="EUR", **moments)


@pytest.mark.mission("S0.11")
def test_price_and_discount_are_told_by_the_trust_of_the_moment(tell, signal):
    told = []
    for n in range(40):
        kept, hurt = f"kept{n}", f"hurt{n}"
        told += [priced(signal, kept, 1, 100, due=5, resolved=4), priced(signal, kept, 20, 98)]
        told += [priced(signal, hurt, 1, 100, due=5, resolved=9), priced(signal, hurt, 20, 80)]
    tell([*told, signal("order", "c", value=5, unit="EUR"), priced(signal, None, 3, 50)])
    price = queries.outcome("price_premium", span=YEAR, at=YEAR.end)
    parts = {part.name: part.figure.value for part in price.parts}
    assert parts["none broken so far"] == pytest.approx(0.98)
    assert parts["one broken"] == pytest.approx(0.80)
    assert price.facts["premium"] == pytest.approx(0.18)
    assert price.excluded == {"of nobody known": 1, "without a list price": 1}
    cheap = queries.outcome("discount_dependence", span=YEAR, at=YEAR.end)
    assert (cheap.numerator, cheap.denominator) == (80, 160)
    assert {part.name: part.figure.numerator for part in cheap.parts} == {
        "first order": 0, "none broken so far": 40, "one broken": 40, "two or more broken": 0
    }  # fmt: skip


def test_no_price_is_no_figure(tell, signal):
    tell([signal("order", f"c{n}") for n in range(50)])
    for name in ("aov", "price_premium", "discount_dependence", "clv"):
        assert queries.outcome(name, span=YEAR).state is State.NO_DATA
    assert queries.outcome("breakage", span=YEAR).state is State.NO_DATA
