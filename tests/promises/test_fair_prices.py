"""Prices that stay as quoted: the same engine, an event for each charge."""

from datetime import UTC, datetime, timedelta

import pytest

from troth.core import clock
from troth.metrics import jobs as metrics
from troth.promises import actions, queries
from troth.promises.rules.results import Verdict
from troth.signals import actions as signals
from troth.signals.envelope import Signal

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
PROMISE = {
    "apiVersion": "troth/v1",
    "kind": "Promise",
    "metadata": {"name": "no-hidden-fees"},
    "spec": {
        "text": "You pay what we quoted, and nothing on top.",
        "evaluator": "invariant",
        "signals": {"kind": "order.charged"},
        "good": "value <= expected",
        "windows": ["28d"],
        "needs": {"coverage": 0},
        "effective_from": "2026-01-01",
    },
}
pytestmark = pytest.mark.django_db


def verdict_after(*charges: tuple[float, float]) -> Verdict:
    with clock.frozen(NOON):
        actions.declare(spec=PROMISE, author="Ada", now=NOON)
        batch = [
            Signal(source="shop", kind="order.charged", key=f"order-{n}", unit="EUR",
                   happened_at=NOON - timedelta(hours=n + 1), expected=quoted, value=charged)
            for n, (quoted, charged) in enumerate(charges)
        ]  # fmt: skip
        signals.accept(batches=[batch], door="test", now=NOON)
        signals.seal(now=NOON)
        metrics.tally(now=NOON)
        actions.judge_all(now=NOON)
        (found,) = queries.standing(slugs=["no-hidden-fees"])
    return found.verdict


@pytest.mark.mission("S0.13", "S2.10")
def test_a_charge_as_quoted_or_below_is_kept():
    assert verdict_after((49.00, 49.00), (20.00, 18.50)) == Verdict.KEPT


@pytest.mark.mission("S0.13", "S2.10")
def test_one_fee_on_top_of_the_quote_breaks_the_promise():
    assert verdict_after((49.00, 49.00), (20.00, 22.90)) == Verdict.BROKEN


@pytest.mark.mission("S0.13", "S4.17")
def test_a_charge_without_a_quote_is_never_taken_as_kept():
    with clock.frozen(NOON):
        actions.declare(spec=PROMISE, author="Ada", now=NOON)
        batch = [Signal(source="shop", kind="order.charged", key="order-1", value=10.0,
                        happened_at=NOON - timedelta(hours=1))]  # fmt: skip
        signals.accept(batches=[batch], door="test", now=NOON)
        signals.seal(now=NOON)
        metrics.tally(now=NOON)
        actions.judge_all(now=NOON)
        (found,) = queries.standing(slugs=["no-hidden-fees"])
    assert found.verdict == Verdict.BROKEN
