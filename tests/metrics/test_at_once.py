"""Workers that really run at once: one takes signals in, two count, and nothing is lost."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from troth.core.windows import DAY, Span
from troth.metrics import actions, jobs, queries
from troth.metrics.models import Dirty
from troth.metrics.rules import Measure
from troth.signals import actions as signals
from troth.signals.envelope import Signal

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
MEASURES = [
    Measure(kinds=("delivery",), time="due_at", good="resolved_at <= due_at"),
    Measure(kinds=("delivery",), by=("country",), value="value"),
]


def take(number: int, now: datetime) -> None:
    batch = [
        Signal(
            source="shop", kind="delivery", key=f"{n % 40}", id=f"{number}-{n}", version=number,
            happened_at=NOON - timedelta(hours=n), due_at=NOON - timedelta(hours=n - number),
            resolved_at=NOON if n % 3 else None, value=float(n % 7),
            segment={"country": "DE" if n % 2 else "FR"},
        )
        for n in range(number, number + 25)
    ]  # fmt: skip
    signals.accept(batches=[batch], door="test", now=now)
    signals.seal(now=now)


class Workers:
    """Threads that tally for as long as the block lasts, each on its own connection."""

    def __init__(self, count: int) -> None:
        self.over = threading.Event()
        self.faults: list[Exception] = []
        self.threads = [threading.Thread(target=self.work) for _ in range(count)]

    def work(self) -> None:
        try:
            while not self.over.is_set():
                jobs.tally(now=NOON + timedelta(hours=1))
        except Exception as fault:  # noqa: BLE001 - told to the test, which asserts there is none
            self.faults.append(fault)
        finally:
            connection.close()

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()


@pytest.mark.mission("S2.6")
@pytest.mark.django_db(transaction=True)
def test_two_workers_count_while_signals_come_and_agree_with_a_recount():
    series = [actions.follow(measure=m, zone="Europe/Berlin", grain=DAY) for m in MEASURES]
    with Workers(2) as workers:
        for number in range(12):
            take(number, NOON + timedelta(minutes=number))
    assert workers.faults == []
    now = NOON + timedelta(hours=1)
    jobs.tally(now=now)
    span = Span(NOON - timedelta(days=30), now)
    for one, measure in zip(series, MEASURES, strict=True):
        kept = queries.tallies(series=[one.pk], span=span).as_list()
        exact = queries.ask(measure=measure, span=span, zone=ZoneInfo("Europe/Berlin"), grain=DAY)
        assert kept == queries.added_up(exact)
        assert sum(tally.total for tally in kept) > 0
    assert not Dirty.objects.exists()
