"""Segments are picked by their values on every engine, whatever the values hold."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from troth.core.windows import DAY, Span
from troth.metrics.families import among
from troth.signals import actions, queries
from troth.signals.envelope import Signal
from troth.signals.expressions import parse
from troth.signals.store import Question

NOW = datetime(2026, 6, 1, tzinfo=UTC)
VALUES = ("' or true --", '"quoted"', "%", "_", "\\", "\\'", "{x}", "日本語", "null", "NULL", " ",
          "a", "A", None)  # fmt: skip


@pytest.mark.parametrize("condition", ["", "weight = 1"])
def test_only_the_cases_with_one_of_the_values_are_counted(adapter, condition):
    batch = [
        Signal(source="s", kind="k", happened_at=NOW, key=str(place),
               segment={} if value is None else {"name": value})
        for place, value in enumerate(VALUES)
    ]  # fmt: skip
    actions.accept(batches=[batch], door="test", now=NOW)
    actions.seal(now=NOW)
    where = parse(condition, role="condition") if condition else None
    plain = Question(
        kinds=("k",), time=parse("happened_at", role="time"), by=("name",), where=where
    )
    picks = [{value} for value in VALUES] + [set(VALUES), set(VALUES[::2]), {"nobody"}]
    answers = queries.store().tally(
        [among(plain, "name", values) for values in picks],
        span=Span(NOW - timedelta(days=2), NOW), zone=ZoneInfo("UTC"), grain=DAY,
    )  # fmt: skip
    found = [{tally.segment[0] for tally in tallies} for tallies in answers]
    assert found == [values - {"nobody"} for values in picks]
