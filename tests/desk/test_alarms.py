"""How many false alarms are allowed: shown where fades are, and decided there."""

import pytest
from django.test import Client

from tests.looks import findings
from troth.metrics import queries
from troth.metrics.models import Evaluation
from troth.staff.models import AuditEntry

pytestmark = pytest.mark.django_db
PAGE, URL = "/desk/insight/faded/", "/desk/insight/faded/allowed/"


def said(client, days):
    return client.post(URL, {"days": days}, follow=True).content.decode()


@pytest.mark.mission("S1.7")
def test_an_editor_allows_fewer_and_the_trail_says_so(signed_in, ben):
    client = signed_in(ben)
    assert "One in 91.3 days in the mean" in client.get(PAGE).content.decode()
    answer = said(client, " 365,5 ")
    assert "Written down." in answer
    assert "One in 365.5 days in the mean" in answer
    assert queries.allowed_days() == 365.5
    assert Evaluation.objects.get().due_at is None, "looked at anew at the next opportunity"
    entry = AuditEntry.objects.get(thing="false alarms")
    assert (entry.before, entry.after) == ({"days": 91.3125}, {"days": 365.5})


@pytest.mark.parametrize(
    ("days", "why"),
    [
        ("", "say how many days"), ("often", "say how many days"),
        ("0", "between 1 and 36525"), ("36526", "between 1 and 36525"),
        ("nan", "between 1 and 36525"), ("inf", "between 1 and 36525"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_in_words(signed_in, ben, days, why):
    answer = said(signed_in(ben), days)
    assert "Nothing was changed" in answer
    assert why in answer
    assert queries.allowed_days() == 91.3125
    assert not AuditEntry.objects.filter(thing="false alarms").exists()


def test_viewers_see_it_and_decide_nothing(signed_in, vic):
    client = signed_in(vic)
    page = client.get(PAGE).content.decode()
    assert "One in 91.3 days" in page
    assert URL not in page
    assert client.post(URL, {"days": "30"}).status_code == 403
    assert Client().post(URL, {"days": "30"}).status_code == 302
    assert queries.allowed_days() == 91.3125


def test_a_look_back_shows_no_form(signed_in, ben):
    page = signed_in(ben).get(PAGE, {"at": "2026-03-18T12:00:00Z"}).content.decode()
    assert "false alarms are allowed" not in page


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.mission("S3.12")
def test_the_form_looks_right(opened, ben):
    page = opened(ben)
    page.goto(PAGE)
    page.evaluate("document.querySelector('#allowed ~ details').open = true")
    assert findings(page) == []
    page.fill("#allowed-days", "30")
    page.click("text=Write it down")
    page.wait_for_selector("text=One in 30 days in the mean")
    assert page.breaches == []
