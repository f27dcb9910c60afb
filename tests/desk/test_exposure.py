"""Who met broken promises and what became of them, on the desk: an association, with placebos."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.looks import findings
from troth.core import clock
from troth.core.windows import DAY
from troth.metrics import actions, jobs
from troth.metrics.drift.enrolment import Enrolment
from troth.metrics.rules import Measure
from troth.signals import actions as signals
from troth.signals.envelope import Signal

pytestmark = pytest.mark.django_db
URL = "/desk/insight/exposure/"


def order(who, back, *, late=None):
    """Return an order of so many days ago; `late` says whether it came after its date."""
    at = clock.now() - timedelta(days=back)
    due = None if late is None else at + timedelta(hours=8)
    done = None if due is None else due + timedelta(hours=4 if late else -4)
    return Signal(source="shop", kind="order", key=f"{who}-{back}-{late}", subject=who,
                  happened_at=at, due_at=due, resolved_at=done)  # fmt: skip


def tell(made):
    signals.accept(batches=[made], door="test", now=clock.now())
    while signals.seal(now=clock.now()).rows:
        pass


def counted(client, url=URL):
    assert client.get(url).status_code == 200
    while jobs.tally(now=clock.now()) + jobs.recount(now=clock.now()):
        pass
    return client.get(url).content.decode()


@pytest.fixture
def customers(db):
    """Know a hundred customers of 300 days ago: of 50 with a late order 10 came back, else 40."""
    made = []
    for number in range(100):
        hurt = number % 2 == 0
        made.append(order(f"c{number}", 300, late=hurt))
        if number // 2 < (10 if hurt else 40):
            made.append(order(f"c{number}", 60))
    tell(made)


@pytest.mark.mission("S2.48", "S4.25")
def test_customers_stand_by_how_much_they_met_and_what_became_of_them(customers, signed_in, vic):
    text = counted(signed_in(vic))
    assert "10 of 50" in text
    assert "40 of 50" in text
    assert "50 of 100 customers met one or more" in text
    assert "60.0" in text
    assert "fewer</b> of those who met something broken came back" in text
    assert "Chance does not explain it" in text
    assert "Placebo of the future" in text
    assert "It is still an association" in text


def test_below_its_least_number_a_band_has_counts_and_no_rate(db, signed_in, vic):
    tell([order(f"c{n}", 300, late=n < 12) for n in range(60)])
    text = counted(signed_in(vic))
    assert "not enough evidence: 30 are needed" in text
    assert "the smaller side has 12 customers, 30 are needed" in text
    assert "Placebo" not in text


def test_customers_who_do_not_compare_are_not_compared(db, signed_in, vic):
    # Whoever met something came once, long ago; whoever met nothing came five times, lately.
    made = [order(f"a{n}", 350, late=True) for n in range(40)]
    made += [order(f"b{n}", 200 + k, late=False) for n in range(40) for k in range(5)]
    tell(made)
    text = counted(signed_in(vic))
    assert "there is nothing to compare" in text
    assert "40 of 80 customers met one or more" in text


def test_what_broke_can_be_the_cases_of_a_promise(customers, signed_in, vic):
    made = [
        Signal(source="desk", kind="call", key=f"k{n}", subject=f"c{n}", outcome="dropped",
               happened_at=clock.now() - timedelta(days=290))
        for n in range(40, 80)
    ]  # fmt: skip
    tell(made)
    measure = Measure(kinds=("call",), good="outcome = 'kept'")
    series = actions.follow(measure=measure, zone="UTC", grain=DAY)
    actions.watch(key="promise:calls", series=series.pk, enrolment=Enrolment(name="Calls"),
                  now=clock.now())  # fmt: skip
    client = signed_in(vic)
    text = counted(client, f"{URL}?promise=promise:calls")
    assert "40 of 100 customers met one or more" in text
    assert "Calls</option>" in text
    assert client.get(f"{URL}?promise=nothing").status_code == 404


def test_it_leaves_as_csv_and_empty_screens_say_so(customers, signed_in, vic):
    client = signed_in(vic)
    counted(client)
    answer = client.get(f"{URL}?format=csv")
    table = b"".join(answer.streaming_content).decode()
    assert "1 broken: came back" in table
    assert "\nexposure," in table.replace("\r", "")
    assert "\ntrust_link," in table.replace("\r", "")
    assert client.get(f"{URL}?days=soon").status_code == 200
    assert Client().get(URL).status_code == 302


def test_without_customers_it_says_what_is_missing(db, signed_in, vic):
    assert "No customer is known in the first half." in counted(signed_in(vic))


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.mission("S3.12")
def test_the_screen_looks_right(opened, customers, ben):
    page = opened(ben)
    page.goto(URL)
    assert findings(page) == []
    while jobs.tally(now=clock.now()) + jobs.recount(now=clock.now()):
        pass
    page.goto(URL)
    page.get_by_role("heading", name="The association").wait_for()
    assert findings(page) == []
    assert page.breaches == []
