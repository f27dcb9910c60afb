"""Surprises on the desk: from signals that the store holds to the touchpoint's page."""

from datetime import UTC, datetime, time, timedelta

import pytest

from tests.looks import findings
from troth.core import clock
from troth.incidents import jobs as incidents
from troth.incidents.models import FadeAnswer
from troth.metrics import actions, jobs
from troth.metrics.models import Fade
from troth.signals import actions as signals
from troth.signals.envelope import Signal

pytestmark = pytest.mark.django_db
DAYS = 21
PAGE = "/desk/insight/touchpoints/metric:orders/"


@pytest.fixture
def noon():
    """Return noon of yesterday."""
    return datetime.combine(clock.now().date() - timedelta(days=1), time(12, 3), UTC)


@pytest.fixture
def orders(noon):
    """Return a function that lets orders come until that noon, none in its last half hour."""

    def made(*, fault, surprises=True):
        rows = []
        end = noon.replace(minute=0)
        for step in range(DAYS * 144):
            at = end - timedelta(minutes=10 * step + 5)
            few = fault and step < 3
            number = 1 if few else 20 + at.day * 7 % 5 + (at.hour * 6 + at.minute // 10) * 11 % 7
            rows.append(Signal(source="shop", kind="order", key=str(step), happened_at=at,
                               outcome="ok", weight=number))  # fmt: skip
        signals.accept(batches=[rows], door="test", now=clock.now())
        signals.seal(now=clock.now())
        document = {
            "apiVersion": "troth/v1", "kind": "Metric",
            "metadata": {"name": "orders", "labels": {"touchpoint": "checkout"}},
            "spec": {"title": "Orders", "over": "order", "grain": "10m", "surprises": surprises},
        }  # fmt: skip
        actions.declare(document=document, author="Ada", now=noon - timedelta(days=DAYS))
        while jobs.tally(now=clock.now()):
            pass
        return jobs.evaluate_surprises(now=noon)

    return made


@pytest.mark.mission("S1.13", "S1.3")
def test_a_collapse_within_the_day_stands_on_the_page_and_rings(orders, noon, signed_in, vic):
    assert orders(fault=True) == 1
    client, until = signed_in(vic), {"at": noon.isoformat()}
    text = client.get(PAGE, until).content.decode()
    assert "The last day in steps of 10 minutes" in text
    assert "1 surprise." in text
    assert "from 11:30 to 11:40" in text
    assert text.count('</th><td class="number">') >= 144
    faded = client.get("/desk/insight/faded/", until).content.decode()
    assert "a surprise within the day" in faded
    assert incidents.heed(now=noon) == 1
    assert [one.why for one in FadeAnswer.objects.all()] == ["rung"]
    assert "a surprise within the day" in client.get("/desk/insight/").content.decode()


def test_a_day_as_always_says_so(orders, noon, signed_in, vic):
    assert orders(fault=False) == 0
    assert not Fade.objects.exists()
    text = signed_in(vic).get(PAGE, {"at": noon.isoformat()}).content.decode()
    assert "None of it was a surprise." in text


def test_where_nobody_asks_for_it_the_page_says_nothing(orders, noon, signed_in, vic):
    assert orders(fault=True, surprises=False) == 0
    text = signed_in(vic).get(PAGE, {"at": noon.isoformat()}).content.decode()
    assert "The last day in steps" not in text


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.mission("S3.12")
def test_the_last_day_looks_right(orders, noon, opened, ben):
    orders(fault=True)
    page = opened(ben)
    page.goto(f"{PAGE}?at={noon:%Y-%m-%dT%H:%M:%SZ}")
    page.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
    assert findings(page) == []
    assert page.breaches == []
