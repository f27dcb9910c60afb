"""Some expressions of each case, as columns: every adapter gives the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from troth.core.windows import Span
from troth.signals import actions, queries
from troth.signals.envelope import Signal
from troth.signals.expressions import parse
from troth.signals.store import MISSING, Excerpt

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIELDS = (
    parse("subject", role="text"),
    parse("value * 2", role="number"),
    parse("resolved_at", role="time"),
    parse("resolved_at <= due_at", role="condition"),
    parse("segment.plan", role="text"),
)


def order(number, **fields):
    given = {"source": "shop", "kind": "order", "key": f"o{number}", "subject": f"c{number % 2}"}
    return Signal(happened_at=NOON + timedelta(hours=number), **given | fields)


@pytest.fixture
def orders(adapter):
    told = [
        order(1, value=1.5, due_at=NOON + timedelta(days=1), resolved_at=NOON + timedelta(hours=2)),
        order(2, segment={"plan": "pro"}, weight=3),
        order(3, value=4, due_at=NOON, resolved_at=NOON + timedelta(days=2)),
        order(30, value=9),
        Signal(source="shop", kind="visit", key="v", happened_at=NOON + timedelta(hours=1)),
    ]
    actions.accept(batches=[told], door="test", now=NOON)
    actions.seal(now=NOON)
    return Excerpt(
        kinds=("order",), time=parse("happened_at", role="time"), fields=FIELDS,
        span=Span(NOON, NOON + timedelta(days=1)),
    )  # fmt: skip


def test_each_case_of_the_span_is_read_in_order_of_its_instant(orders):
    found = queries.store().excerpt(orders)
    who, doubled, resolved, good, plan = found.fields
    assert np.diff(found.at).tolist() == [3_600_000_000] * 2
    assert found.weight.tolist() == [1, 3, 1]
    assert who[0] == who[2] != who[1]
    assert "c1" not in who.tolist()
    assert doubled.tolist()[::2] == [3.0, 8.0]
    assert np.isnan(doubled[1])
    assert (resolved == MISSING).tolist() == [False, True, False]
    assert good.tolist() == [True, False, False]
    assert plan.tolist() == [None, "pro", None]


def test_a_condition_chooses_and_what_is_absent_is_empty(orders):
    store = queries.store()
    pro = replace(orders, where=parse("segment.plan = 'pro'", role="condition"))
    assert store.excerpt(pro).weight.tolist() == [3]
    nothing = store.excerpt(replace(orders, kinds=("flight",)))
    assert [len(column) for column in (nothing.at, *nothing.fields)] == [0] * 6
    assert len(store.excerpt(replace(orders, as_of=NOON - timedelta(days=1))).at) == 0


def test_whoever_was_forgotten_is_nobody(orders):
    actions.forget(subject="c1", now=NOON + timedelta(days=3))
    found = queries.store().excerpt(orders)
    assert [who is None for who in found.fields[0]] == [True, False, True]
