"""The score and the outcomes on the desk: every number with what it stands on."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.looks import findings
from troth.core import clock
from troth.signals import actions as signals
from troth.signals.envelope import Signal

pytestmark = pytest.mark.django_db
SCREENS = ("score/", "score/?scope=all", "outcomes/", "outcomes/nps/", "outcomes/nps/?by=country",
           "outcomes/retention/?days=365", "outcomes/clv/")  # fmt: skip


@pytest.fixture
def answers(db):
    """240 answers of customers, two thirds of them promoters."""
    now = clock.now()
    said = [
        Signal(source="survey", kind="survey.nps", key=f"a{number}",
               happened_at=now - timedelta(days=1 + number % 50), subject=f"c{number}",
               value=10 if number % 3 else 3, segment={"country": "de" if number % 2 else "fr"})
        for number in range(240)
    ]  # fmt: skip
    signals.accept(batches=[said], door="test", now=now)
    while signals.seal(now=now).rows:
        pass


def kinds():
    from troth.metrics import queries

    return {one.name: one.kinds for one in queries.outcome_definitions()}


def test_the_kind_of_the_answers_is_that_of_the_catalogue():
    assert kinds()["nps"] == ("survey.nps",)


@pytest.mark.mission("S2.61", "S2.8")
def test_a_figure_shows_its_counts_and_interval(answers, signed_in, vic):
    client = signed_in(vic)
    text = client.get("/desk/insight/outcomes/nps/?by=country").content.decode()
    assert "By country" in text
    assert "240, at least 100 are needed" in text
    assert "33.33" in text
    table = client.get("/desk/insight/outcomes/?format=csv").content.decode()
    assert table.startswith("name,")
    assert "nps" in table


def test_odd_questions_are_answered(answers, signed_in, vic):
    client = signed_in(vic)
    for path in ("outcomes/?days=soon", "outcomes/nps/?by=no such thing", "outcomes/nps/?by=%00",
                 "score/?from=never",
                 "score/?from=2199-01-01&until=1971-01-01", "score/?at=x"):  # fmt: skip
        assert client.get(f"/desk/insight/{path}").status_code == 200
    assert client.get("/desk/insight/outcomes/nothing/").status_code == 404
    assert Client().get("/desk/insight/score/").status_code == 302


@pytest.mark.mission("S0.1", "S4.13")
def test_the_score_says_why_it_moved(shop, signed_in, vic, noon):
    shop(pillar="quality")
    text = (
        signed_in(vic)
        .get("/desk/insight/score/?scope=all&from=2026-03-12&until=2026-03-19")
        .content.decode()
    )
    assert "Six pillars" in text
    assert "The parts add up to the change" in text
    assert "On time" in text


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.mission("S3.12")
def test_the_screens_look_right(opened, open_shop, answers, ben):
    open_shop(pillar="quality")
    page = opened(ben)
    for path in SCREENS:
        page.goto(f"/desk/insight/{path}")
        assert (path, findings(page)) == (path, [])
    assert page.breaches == []
