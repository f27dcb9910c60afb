"""Signals for tests of metrics: an oracle's memory, and rows of the state database beside it."""

from collections.abc import Callable
from datetime import datetime

import pytest

from tests.metrics.oracle import Memory
from troth.metrics import jobs
from troth.metrics.models import Dirty, Leaf, Series, Sweep, Tally
from troth.signals.envelope import Signal
from troth.signals.models import Change


class Bench:
    """A store in memory whose changes leave facts as the real one does, and the tally job."""

    def __init__(self) -> None:
        self.store = Memory()

    def record(self, *signals: Signal, at: datetime) -> None:
        for signal in signals:
            self.store.record(signal, at)
        self.seal(at=at)

    def seal(self, *, at: datetime) -> None:
        touched = {(kind, column, day) for kind, column, day in self.store.touched}
        self.store.touched.clear()
        Change.objects.bulk_create(
            [Change(kind=kind, column=column, day=day, recorded_at=at)
             for kind, column, day in sorted(touched)]
        )  # fmt: skip

    def tally(self, *, now: datetime) -> int:
        return jobs.bring_up(self.store, now=now)


@pytest.fixture
def bench(db: None) -> Bench:
    return Bench()


@pytest.fixture
def signal() -> Callable[..., Signal]:
    def make(happened_at: datetime, **fields: object) -> Signal:
        given = {"source": "shop", "kind": "delivery", "key": f"{happened_at:%s%f}"} | fields
        return Signal(happened_at=happened_at, **given)

    return make


@pytest.fixture
def clean(db: None) -> Callable[[], Bench]:
    """Return a maker of benches, each of which begins with empty tables: for hypothesis."""

    def make() -> Bench:
        for model in (Change, Dirty, Tally, Leaf, Series, Sweep):
            model.objects.all().delete()
        return Bench()

    return make
