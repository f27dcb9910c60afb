"""An instant with an offset is that instant, not what its clock shows."""

from datetime import UTC, datetime

from troth.core import clock
from troth.signals import actions as signals
from troth.signals import queries
from troth.signals.store import Filter

TIMES = {
    "happened_at": "2026-03-16T11:00:00.5+01:00", "due_at": "2026-03-17T11:00:00-05:30",
    "resolved_at": "2026-03-17T11:00:00Z",
}  # fmt: skip


def test_times_with_an_offset_are_kept_as_the_instants_they_are(door):
    said = door([{"source": "shop", "kind": "k", "key": "a", **TIMES}], kind="application/json")
    assert said.body["accepted"] == 1
    signals.seal(now=clock.now())
    (row,) = queries.store().cases(Filter()).cases
    assert row.happened_at == datetime(2026, 3, 16, 10, 0, 0, 500_000, UTC)
    assert row.due_at == datetime(2026, 3, 17, 16, 30, tzinfo=UTC)
    assert row.resolved_at == datetime(2026, 3, 17, 11, tzinfo=UTC)
