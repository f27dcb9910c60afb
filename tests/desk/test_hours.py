"""Today so far on the desk: from signals that the store holds to the touchpoint's page."""

from datetime import UTC, datetime, time, timedelta

import pytest

from tests.looks import findings
from troth.core import clock
from troth.incidents import jobs as incidents
from troth.incidents.models import FadeAnswer
from troth.metrics import actions, jobs
from troth.metrics.models import Fade, Stream
from troth.signals import actions as signals
from troth.signals.envelope import Signal

pytestmark = pytest.mark.django_db
DAYS = 40
PAGE = "/desk/insight/touchpoints/metric:payments/"


def failing(day, hour, *, fault):
    """Return how many of 40 payments fail: more in the evening, and from eight on in a fault."""
    usual = 9 if hour >= 17 else 2 + (day + hour) % 2
    return usual + 10 if fault and day == 0 and hour >= 8 else usual


@pytest.fixture
def afternoon():
    """Return two in the afternoon of yesterday."""
    return datetime.combine(clock.now().date() - timedelta(days=1), time(14, 5), UTC)


@pytest.fixture
def payments(afternoon):
    """Return a function that lets payments come until that afternoon, and watches them."""

    def made(*, fault, hours=True):
        rows = []
        for back in range(DAYS + 1):
            for hour in range(24 if back else 14):
                at = datetime.combine(afternoon.date() - timedelta(days=back), time(hour, 30), UTC)
                bad = failing(back, hour, fault=fault)
                rows += [
                    Signal(source="shop", kind="payment", key=f"{back}-{hour}-{outcome}",
                           happened_at=at, outcome=outcome, weight=weight)
                    for outcome, weight in (("paid", 40 - bad), ("failed", bad))
                ]  # fmt: skip
        signals.accept(batches=[rows], door="test", now=clock.now())
        signals.seal(now=clock.now())
        document = {
            "apiVersion": "troth/v1", "kind": "Metric",
            "metadata": {"name": "payments", "labels": {"touchpoint": "checkout"}},
            "spec": {"title": "Payments", "over": "payment", "good": "outcome = 'paid'",
                     "hours": hours},
        }  # fmt: skip
        actions.declare(document=document, author="Ada", now=afternoon - timedelta(days=DAYS))
        while jobs.tally(now=clock.now()):
            pass
        jobs.evaluate(now=afternoon)
        return jobs.evaluate_hours(now=afternoon)

    return made


@pytest.mark.mission("S1.13", "S1.17")
def test_a_fault_of_today_stands_on_the_touchpoints_page_and_among_what_faded(
    payments, afternoon, signed_in, vic
):
    assert payments(fault=True) == 1
    assert Stream.objects.get().judged_until == afternoon.replace(minute=0)
    client, until = signed_in(vic), {"at": afternoon.isoformat()}
    text = client.get(PAGE, until).content.decode()
    assert "Today until 14:00: 95 of 560 failed where 35 are usual by then." in text
    assert "today is worse than those" in text
    assert text.count(":00</th>") == 24
    faded = client.get("/desk/insight/faded/", until).content.decode()
    assert "seen by 14:00: 95 of 560 failed where 35 are usual by then" in faded
    assert incidents.heed(now=afternoon) == 1
    assert [one.why for one in FadeAnswer.objects.all()] == ["rung"]
    jobs.evaluate(now=afternoon + timedelta(days=1))
    assert incidents.heed(now=clock.now()) == 0, "the day takes it over: nobody rings twice"


def test_a_day_as_always_says_so_and_tells_nothing(payments, afternoon, signed_in, vic):
    assert payments(fault=False) == 0
    assert not Fade.objects.exists()
    text = signed_in(vic).get(PAGE, {"at": afternoon.isoformat()}).content.decode()
    assert "Today until 14:00: 35 of 560 failed where 35 are usual by then." in text
    assert "worse than those" not in text
    early = afternoon.replace(hour=0).isoformat()
    text = signed_in(vic).get(PAGE, {"at": early}).content.decode()
    assert "Nothing can be said of today yet: no hour of it is over" in text


def test_what_does_not_ask_has_no_such_part(payments, afternoon, signed_in, vic):
    assert payments(fault=True, hours=False) == 0
    text = signed_in(vic).get(PAGE, {"at": afternoon.isoformat()}).content.decode()
    assert "Today so far" not in text


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.mission("S3.12")
def test_today_so_far_looks_right(payments, afternoon, opened, ben):
    payments(fault=True)
    page = opened(ben)
    at = afternoon.strftime("%Y-%m-%dT%H:%M:%SZ")
    for path in (f"{PAGE}?at={at}", f"/desk/insight/faded/?at={at}"):
        page.goto(path)
        page.evaluate("document.querySelectorAll('#so-far ~ details').forEach(e => e.open = true)")
        assert (path, findings(page)) == (path, [])
    assert page.breaches == []
