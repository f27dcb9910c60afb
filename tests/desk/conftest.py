"""A metric of questions that are answered: by channel and country, with nothing that watches it."""

from datetime import UTC, datetime, timedelta

import pytest

from troth.core import clock
from troth.metrics import actions as metrics
from troth.metrics import jobs
from troth.signals import actions as signals
from troth.signals.envelope import Signal

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
DAYS = 60
CHANNELS = {"app": 20, "phone": 8}  # questions a day
NAUGHTY = "a'b%\"<i>&=,x"


def document(name="answered", **spec):
    return {
        "apiVersion": "troth/v1",
        "kind": "Metric",
        "metadata": {"name": name, "labels": spec.pop("labels", {})},
        "spec": {
            "title": "Answered within the hour",
            "over": "question",
            "good": "outcome = 'in time'",
            "by": ["channel", "country"],
            **spec,
        },
    }


def questions():
    """Return sixty days of questions: by app 19 of 20 in time, lately 15; by phone 4 of 8."""
    made = []
    for back in range(DAYS, 0, -1):
        kept = {"app": 15 if back <= 28 else 19, "phone": 4}
        for channel, number in CHANNELS.items():
            made += [
                Signal(
                    source="desk", kind="question", key=f"{channel}-{back}-{place}",
                    happened_at=NOON - timedelta(days=back),
                    outcome="in time" if place < kept[channel] else "late",
                    value=60.0 + back + place,
                    segment={"channel": channel, "country": "de" if place % 2 else "fr"},
                )
                for place in range(number)
            ]  # fmt: skip
    odd = {"source": "desk", "kind": "question", "value": 1.0,
           "happened_at": NOON - timedelta(days=3)}  # fmt: skip
    made.append(Signal(key="odd", outcome="in time", segment={"channel": NAUGHTY}, **odd))
    made.append(Signal(key="bare", outcome="late", **odd))
    return made


@pytest.fixture
def counted(db):
    """Return a function that declares a metric of these questions and counts it."""
    with clock.frozen(NOON):
        signals.accept(batches=[questions()], door="test", now=NOON)
        signals.seal(now=NOON)

        def declared(name="answered", **spec):
            metrics.declare(document=document(name, **spec), author="test", now=NOON)
            while jobs.tally(now=NOON):
                pass

        yield declared
