"""A stream of deliveries that changed on one day, from signals that the store really holds."""

from datetime import UTC, datetime, time, timedelta

import pytest

from troth.core import clock
from troth.core.windows import DAY
from troth.metrics import actions as metrics
from troth.metrics import jobs
from troth.metrics import queries as asked
from troth.metrics.drift.enrolment import Enrolment
from troth.metrics.rules import Measure
from troth.signals import actions as signals
from troth.signals.envelope import Signal

DAYS = 70


def sent(share_before, share_after):
    """Let 40 deliveries a day come for ten weeks, and return the stream that watches them.

    So many of the 40 were on time each day, and so many in the last five weeks.
    """
    today, made = clock.now().date(), []
    for back in range(DAYS, 0, -1):
        noon = datetime.combine(today - timedelta(days=back), time(12), UTC)
        for number in range(40):
            kept = (share_after if back <= DAYS // 2 else share_before) + back % 3 - 1
            good = number * 7 % 40 < kept
            made.append(Signal(source="shop", kind="delivery", key=f"{back}-{number}",
                               happened_at=noon, outcome="kept" if good else "late"))  # fmt: skip
    now = clock.now()
    signals.accept(batches=[made], door="test", now=now)
    signals.seal(now=now)
    measure = Measure(kinds=("delivery",), good="outcome = 'kept'")
    series = metrics.follow(measure=measure, zone="UTC", grain=DAY)
    terms = Enrolment(name="Delivered on time", touchpoint="delivery", target=0.9)
    metrics.watch(key="delivery", series=series.pk, enrolment=terms,
                  now=now - timedelta(days=DAYS))  # fmt: skip
    while jobs.tally(now=clock.now()):
        pass
    return asked.stream("delivery")


@pytest.fixture
def deliveries(db):
    """Return a stream that got better: 70 in 100 on time, and 90 for the last five weeks."""
    return sent(28, 36)


@pytest.fixture
def fading(db):
    """Return a stream that faded: 37 of 40 on time, and 34 for the last five weeks."""
    found = sent(37, 34)
    while jobs.evaluate(now=clock.now()):
        pass
    return found
