"""From a signal to a verdict through every floor, for promises that are not about delivery."""

from datetime import UTC, datetime, timedelta

import pytest

from troth.core import clock
from troth.promises import actions, queries
from troth.promises.rules.results import Verdict
from troth.signals import actions as signals
from troth.signals.envelope import Signal

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


def declare(slug, **spec):
    document = {
        "apiVersion": "troth/v1",
        "kind": "Promise",
        "metadata": {"name": slug},
        "spec": {
            "text": "We keep our word.",
            "target": "90%",
            "windows": ["28d"],
            "needs": {"cases": 1, "coverage": 0},
            "effective_from": "2026-01-01T00:00:00Z",
            **spec,
        },
    }
    earlier = NOON - 60 * DAY
    actions.declare(spec=document, author="ada@example.org", reason="first", now=earlier)


def standing(slug, *, sent, now=NOON):
    signals.accept(batches=[sent], door="test", now=now)
    with clock.frozen(now):
        actions.bring_up_to_date(now=now)
        (found,) = queries.standing(slugs=[slug])
    return found


@pytest.mark.mission("S0.9")
def test_erasing_within_thirty_days_is_judged_like_any_delivery():
    declare("erasure", evaluator="deadline", signals={"kind": "erasure"}, due={"after": "30d"})
    asked = NOON - 40 * DAY

    def request(key, done_after):
        done = None if done_after is None else asked + done_after
        return Signal(
            source="privacy", kind="erasure", key=key, happened_at=asked, resolved_at=done
        )

    just, late = timedelta(days=30), timedelta(days=30, microseconds=1)
    found = standing(
        "erasure", sent=[request("in time", just), request("late", late), request("open", None)]
    )
    assert (found.good, found.total) == (1, 3)  # the open one counts as broken when it is due
    assert found.verdict is Verdict.BROKEN


@pytest.mark.mission("S0.13")
def test_a_fee_added_after_the_quote_breaks_the_promise_of_a_fair_price():
    declare(
        "fair-price",
        evaluator="invariant",
        signals={"kind": "order"},
        good="segment.quoted = segment.charged",
        target="100%",
    )

    def order(key, quoted, charged):
        return Signal(
            source="shop",
            kind="order",
            key=key,
            happened_at=NOON - DAY,
            segment={"quoted": quoted, "charged": charged},
        )

    fair = [order(f"fair {n}", "19.90", "19.90") for n in range(40)]
    found = standing("fair-price", sent=fair)
    assert (found.good, found.total, found.verdict) == (40, 40, Verdict.KEPT)
    found = standing("fair-price", sent=[order("fee", "19.90", "20.90")], now=NOON + DAY / 24)
    assert (found.good, found.total, found.verdict) == (40, 41, Verdict.BROKEN)


@pytest.mark.mission("S1.2")
def test_every_small_signal_is_kept_and_counted_none_is_sampled():
    declare("calls", evaluator="event", signals={"kind": "call"}, good="outcome = 'answered'")
    sent = [
        Signal(
            source="phone",
            kind="call",
            id=str(n),
            happened_at=NOON - DAY + timedelta(seconds=n % 80_000),
            outcome="missed" if n % 1_000 == 0 else "answered",
        )
        for n in range(20_000)
    ]
    found = standing("calls", sent=sent)
    assert (found.good, found.total) == (19_980, 20_000)


@pytest.mark.mission("S4.14")
def test_many_sources_add_up_and_what_came_twice_counts_once():
    declare("calls", evaluator="event", signals={"kind": "call"}, good="outcome = 'answered'")

    def call(source, name, outcome="answered"):
        return Signal(source=source, kind="call", id=name, happened_at=NOON - DAY, outcome=outcome)

    first = [call("phone", "1"), call("chat", "1"), call("shop", "1", "missed")]
    found = standing("calls", sent=[*first, first[0]])
    assert (found.good, found.total) == (2, 3)
    found = standing("calls", sent=first, now=NOON + DAY / 24)
    assert (found.good, found.total) == (2, 3)
