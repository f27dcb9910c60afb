"""How soon readers are told is counted exactly, and judged like anything else."""

from datetime import UTC, datetime, timedelta

import pytest

from troth.notify import jobs
from troth.notify.actions.routing import route
from troth.notify.actions.telling import tell
from troth.notify.models import Delivery, Subscription
from troth.notify.rules.events import EVERY_EVENT, Event
from troth.notify.rules.samples import sample
from troth.signals import actions as signals
from troth.signals import queries as store
from troth.signals.store import Filter

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def told_to(*arrivals):
    """Tell readers who got it after so many seconds, or (None) not yet."""
    routes = [
        route(name=str(n), channel="email", address=f"r{n}@shop.example", events=EVERY_EVENT,
              author="Ada", now=NOON)
        for n in range(len(arrivals))
    ]  # fmt: skip
    story = sample(Event.INCIDENT_OPENED, base_url="https://status.example", at=NOON)
    tell(story=story, by="Ada", now=NOON, only=[one.uid for one in routes])
    for row, after in zip(Delivery.objects.order_by("id"), arrivals, strict=True):
        if after is not None:
            row.state, row.ended_at = "accepted", NOON + after * SECOND
            row.save()


def figures(now):
    """Return (limit, readers) of every signal, as the store has them."""
    signals.seal(now=now)
    page = store.store().cases(Filter(kinds=("message.told",)))
    return sorted((row.value, row.weight) for row in page.cases if row.value is not None), sum(
        row.weight for row in page.cases if row.value is None
    )


@pytest.mark.mission("S3.20")
def test_every_reader_is_counted_once_by_how_soon_they_were_told():
    told_to(2, 9, 30, 61, 299, 4000)
    assert jobs.measure(now=NOON + 2 * timedelta(hours=1)) == 1
    assert figures(NOON + timedelta(hours=2)) == ([(10.0, 2), (60.0, 1), (300.0, 2)], 1)


def test_what_is_under_way_is_waited_for_an_hour_and_then_counts_as_not_told():
    told_to(2, None)
    assert jobs.measure(now=NOON + timedelta(minutes=30)) == 0
    assert jobs.measure(now=NOON + timedelta(minutes=61)) == 1
    assert jobs.measure(now=NOON + timedelta(minutes=62)) == 0
    assert figures(NOON + timedelta(hours=2)) == ([(10.0, 1)], 1)


def test_quiet_hours_and_digests_are_nobodys_delay():
    told_to(2, None)
    last = Delivery.objects.order_by("-id").first()
    Subscription.objects.filter(pk=last.subscription_id).update(quiet_from=0, quiet_until=480)
    assert jobs.measure(now=NOON + timedelta(minutes=1)) == 1
    assert figures(NOON + timedelta(hours=2)) == ([(10.0, 1)], 0)
