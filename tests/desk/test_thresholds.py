"""A limit against what is usual, the whole way: document, signals, fact, alarm, desk."""

from datetime import UTC, datetime, time, timedelta

import pytest

from troth.core import clock
from troth.incidents import jobs as incidents
from troth.metrics import actions, jobs
from troth.metrics.models import Fade
from troth.notify.models import Escalation
from troth.notify.queries import last_told
from troth.signals import actions as signals
from troth.signals.envelope import Signal

pytestmark = pytest.mark.django_db
USUAL, CARTS, DAYS = 20, 50, 45  # of 50 carts a day 20 are left: 40 %

DOCUMENT = {
    "apiVersion": "troth/v1",
    "kind": "Metric",
    "metadata": {
        "name": "abandoned-carts",
        "labels": {"touchpoint": "cart", "step": "buy", "rise": "15%"},
    },
    "spec": {
        "title": "Abandoned carts", "over": "cart", "good": "outcome = 'abandoned'",
        "better": "less", "zone": "UTC",
    },
}  # fmt: skip


def carts(back, abandoned):
    noon = datetime.combine(clock.now().date() - timedelta(days=back), time(12), UTC)
    return [
        Signal(source="shop", kind="cart", key=f"{back}-{number}", happened_at=noon,
               outcome="abandoned" if number < abandoned else "ordered")
        for number in range(CARTS)
    ]  # fmt: skip


def told(*days):
    """Let these (days back, abandoned) come, and everything that follows from them."""
    now = clock.now()
    signals.accept(batches=[carts(*day) for day in days], door="test", now=now)
    while signals.seal(now=now).files:
        pass
    while jobs.tally(now=clock.now()):
        pass
    jobs.evaluate(now=clock.now())
    incidents.heed(now=clock.now())


@pytest.fixture
def watched(db):
    now = clock.now()
    steps = [{"after": 0, "subscriptions": ["sub_x"]}]
    Escalation.objects.create(slug="all", name="All", steps=steps, created_at=now)
    actions.declare(document=DOCUMENT, author="Ada", now=now - timedelta(days=DAYS))


def usual(first, last):
    return [(back, USUAL + back % 3 - 1) for back in range(first, last, -1)]


@pytest.mark.mission("S2.44")
@pytest.mark.parametrize(("abandoned", "is_told"), [(22, False), (24, True)])
def test_fifteen_percent_above_the_usual_of_such_a_day_rings(
    watched, signed_in, vic, abandoned, is_told
):
    """40 % is usual, so the limit is 46 %, not 55 %: 22 of 50 are 44 %, 24 are 48 %."""
    told(*usual(DAYS, 1), (1, abandoned))
    found = Fade.objects.filter(kind="threshold")
    assert found.exists() is is_told
    text = signed_in(vic).get("/desk/insight/faded/?kind=threshold").content.decode()
    assert ("Abandoned carts" in text) is is_told
    if is_told:
        (fact,) = found
        assert fact.evidence["limit"] == pytest.approx(1.15 * fact.evidence["usual"])
        assert fact.evidence["usual"] == pytest.approx(0.4, abs=0.02)
        story = last_told(f"alert:fade:{fact.pk}")
        assert story.title == "Abandoned carts: past a limit"
        assert "worse than the limit" in story.what


@pytest.mark.mission("S2.44")
def test_three_days_within_the_limit_end_it_and_say_so(watched):
    told(*usual(DAYS, 5), (5, 30))
    (fact,) = Fade.objects.filter(kind="threshold")
    assert fact.closed_at is None
    told(*usual(4, 0))
    fact.refresh_from_db()
    assert fact.why_closed == "three days within the limit"
    assert last_told(f"alert:fade:{fact.pk}").title.startswith("Over: ")
