"""How fresh what we know is: the lag of a source, and repeats that count once."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from troth.core.windows import DAY, Span
from troth.metrics.catalogue.freshness import freshness
from troth.signals import actions, expressions, queries
from troth.signals.envelope import Signal
from troth.signals.store import Question

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)


@pytest.mark.mission("S4.14")
@pytest.mark.django_db
def test_the_lag_of_a_source_is_measured_and_a_repeat_adds_nothing():
    batch = [
        Signal(source="till", kind="sale", id=f"sale-{n}", happened_at=NOON - timedelta(minutes=n))
        for n in (10, 20, 30)
    ]
    for _ in range(3):
        actions.accept(batches=[batch], door="test", now=NOON)
        actions.seal(now=NOON)
    question = Question(
        kinds=("sale",),
        time=expressions.parse("happened_at", role="time"),
        value=expressions.parse(freshness.value, role="number"),
    )
    span = Span(NOON - timedelta(days=1), NOON)

    [[tally]] = queries.store().tally([question], span=span, zone=ZoneInfo("UTC"), grain=DAY)

    assert (tally.n, tally.sum) == (3, 60 * 60.0)
