"""A small shop with real signals: forty parcels, ten of them late, all judged."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from troth.core import clock
from troth.metrics import jobs as metrics
from troth.promises import actions
from troth.promises import jobs as promises
from troth.promises.models import Promise
from troth.signals import actions as signals
from troth.signals.envelope import Signal

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def document(slug="on-time", **spec):
    return {
        "apiVersion": "troth/v1",
        "kind": "Promise",
        "metadata": {
            "name": slug,
            "displayName": spec.pop("name", "On time"),
            "labels": {"pillar": spec.pop("pillar", "reliability")},
        },
        "spec": {
            "text": "Your parcel arrives by the date we show you.",
            "evaluator": "deadline",
            "due": "due_at",
            "target": "70%",
            "windows": ["14d", "1M"],
            "needs": {"cases": 10},
            "signals": {"kind": "delivery"},
            "segments": ["country"],
            "exclusions": [{"category": "storm", "cap": "50%"}],
            **spec,
        },
    }


def parcel(number, *, late=False, now=NOW, **more):
    happened = now - 20 * DAY + number * 6 * HOUR
    due = happened + 2 * DAY
    values = {
        "source": "shop",
        "kind": "delivery",
        "key": f"parcel-{number:02}",
        "happened_at": happened,
        "due_at": due,
        "resolved_at": due + HOUR if late else due - HOUR,
        "segment": {"country": "de" if number % 2 else "fr"},
        **more,
    }
    return Signal(**values)


def judged(now=NOW):
    """Seal, tally and judge whatever was accepted."""
    while signals.seal(now=now).rows:
        pass
    metrics.tally(now=now)
    promises.judge(now=now)


@pytest.fixture
def noon() -> Iterator[datetime]:
    """Stop the clock at the shop's noon."""
    with clock.frozen(NOW):
        yield NOW


@pytest.fixture
def shop(db: None, noon: datetime) -> Callable[..., Promise]:
    """Return a function that declares a promise on forty parcels, every fourth of them late."""
    batch = [parcel(number, late=number % 4 == 0) for number in range(40)]
    signals.accept(batches=[batch], door="test", now=NOW)

    def declared(slug="on-time", **spec):
        version = actions.declare(
            spec=document(slug, **spec), author="test", reason="first said", now=NOW
        )
        judged()
        return version.promise

    return declared


@pytest.fixture
def open_shop(db: None) -> Callable[..., Promise]:
    """Return the same for today, by the clock that servers read: for tests with a browser."""
    now = clock.now()
    batch = [parcel(number, late=number % 4 == 0, now=now) for number in range(40)]
    again = parcel(36, late=True, now=now, version=2, outcome="returned")
    signals.accept(batches=[batch], door="test", now=now)
    signals.accept(batches=[[again]], door="test", now=now)

    def declared(slug: str = "on-time", **spec: object) -> Promise:
        version = actions.declare(
            spec=document(slug, **spec), author="test", reason="first said", now=now
        )
        judged(clock.now())
        return version.promise

    return declared
