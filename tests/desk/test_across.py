"""Friction across all touchpoints: what a day of work would save most."""

import pytest

from tests.desk.test_map import came, watch
from tests.looks import findings
from troth.core import clock
from troth.metrics import jobs
from troth.plan.models import Effort
from troth.plan.rules.friction import first_to_mend

URL = "/desk/insight/friction/"
GUESS = "/desk/insight/friction/touchpoint/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def shops(db):
    """Return three touchpoints: 56 cases beyond what is allowed, 28, and none."""
    for kind, bad in (("pay", 3), ("parcel", 2), ("look", 0)):
        came(kind, cases=10, bad=bad)
        watch(kind, "")


def order(client, query=""):
    """Return the names of the table, from the top."""
    text = client.get(URL + query).content.decode()
    rows = text.split("<tbody>")[1].split('<th scope="row">')[1:] if "<tbody>" in text else []
    return [row.split('">')[1].split("<")[0] for row in rows]


@pytest.mark.mission("S1.16")
def test_an_effort_that_somebody_guessed_changes_the_order():
    losses = {"a": 100.0, "b": 60.0, "fine": 0.0}
    assert [one.key for one in first_to_mend(losses, efforts={})] == ["a", "b"]
    found = first_to_mend(losses, efforts={"a": 4, "fine": 1})
    assert [(one.key, one.rank, one.guessed) for one in found] == [
        ("b", 60, False), ("a", 25, True),
    ]  # fmt: skip
    assert first_to_mend({}, efforts={"a": 1}) == []


@pytest.mark.mission("S1.16", "S1.17")
def test_touchpoints_are_ranked_against_each_other_and_a_guess_reorders_them(shops, signed_in, ben):
    client = signed_in(ben)
    assert order(client) == ["pay on time", "parcel on time"]
    text = client.get(URL).content.decode()
    assert "Nobody has guessed an effort yet" in text
    assert text.count("nobody guessed") == 2
    assert client.post(GUESS, {"key": "pay", "days": "4"}).status_code == 302
    assert order(client) == ["parcel on time", "pay on time"]
    text = client.get(URL).content.decode()
    assert "<h1>Begin with parcel on time</h1>" in text
    assert "The effort of 1 of 2 was guessed by somebody" in text
    assert text.count("nobody guessed") == 1


@pytest.mark.mission("S1.16")
def test_what_a_case_costs_changes_the_order_too(shops, signed_in, vic):
    watch("parcel", "", weight=5.0)
    assert order(signed_in(vic)) == ["parcel on time", "pay on time"]
    while jobs.glance(now=clock.now()):
        pass
    assert order(signed_in(vic)) == ["parcel on time", "pay on time"]
    assert "A case costs" in signed_in(vic).get(URL).content.decode()


def test_a_guess_is_of_editors_a_number_of_days_and_of_a_touchpoint_that_there_is(
    shops, signed_in, ben, vic
):
    assert signed_in(vic).post(GUESS, {"key": "pay", "days": "3"}).status_code == 403
    client = signed_in(ben)
    for wrong in ("", "0", "-1", "nan", "inf", "1e9", "three", "\x00"):
        answer = client.post(GUESS, {"key": "pay", "days": wrong}, follow=True)
        assert "Write the days of work" in answer.content.decode()
    for key in ("", "nothing", "on-time?a=b", "x" * 400):
        assert client.post(GUESS, {"key": key, "days": "3"}).status_code == 404
    assert not Effort.objects.exists()


def test_it_leaves_as_a_file_and_looks_back(shops, signed_in, vic):
    client = signed_in(vic)
    lines = b"".join(client.get(URL + "?format=csv").streaming_content).decode().splitlines()
    found = dict(zip(lines[0].split(","), lines[1].split(","), strict=True))
    assert (found["key"], found["cases"], found["effort_guessed"]) == ("pay", "280", "false")
    assert float(found["missed"]) == pytest.approx(56)
    assert float(found["saved_by_day"]) == pytest.approx(56)
    assert client.get(URL + "?format=xls").status_code == 404
    text = client.get(URL + "?at=2020-01-01").content.decode()
    assert "No case came in 28 days." in text
    assert client.get(URL + "?at=never").status_code == 200


def test_without_a_touchpoint_or_a_loss_it_says_which(signed_in, vic):
    client = signed_in(vic)
    assert "No touchpoint is watched yet." in client.get(URL).content.decode()
    came("look", cases=10, bad=0)
    watch("look", "")
    assert "No touchpoint is short of its promise." in client.get(URL).content.decode()


def test_of_few_cases_the_count_is_told_and_no_rate(signed_in, vic):
    came("return", cases=1, bad=1, days=5)
    watch("return", "")
    text = signed_in(vic).get(URL).content.decode()
    assert "too few for a rate" in text
    assert "pp to" not in text


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.mission("S3.12")
def test_it_looks_right_and_takes_a_guess_without_a_script(opened, shops, ben):
    page = opened(ben)
    page.goto(URL)
    assert findings(page) == []
    assert page.breaches == []
    plain = opened(ben, scripts=False)
    plain.goto(URL)
    plain.fill("tbody tr:first-child [name=days]", "4")
    plain.click("tbody tr:first-child button")
    plain.wait_for_selector("tbody tr:last-child [name=days][value='4']")
