"""The score and the outcomes on the desk: every number with what it stands on."""

from datetime import timedelta

import duckdb
import pytest
from django.test import Client

from tests.looks import findings
from troth.core import clock
from troth.metrics import jobs
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


def counted(client, *paths):
    """Let the worker count what these screens ask."""
    for path in paths:
        assert client.get(f"/desk/insight/{path}").status_code == 200
    jobs.tally(now=clock.now())
    while jobs.recount(now=clock.now()):
        pass


@pytest.mark.mission("S2.61", "S2.8")
def test_a_figure_shows_its_counts_and_interval(answers, signed_in, vic):
    client = signed_in(vic)
    url = "outcomes/nps/?by=country"
    counted(client, url)
    text = client.get(f"/desk/insight/{url}").content.decode()
    assert "By country" in text
    assert "240, at least 100 are needed" in text
    assert "33.33" in text


@pytest.mark.mission("S3.12")
def test_a_screen_never_counts_and_says_as_of_when_it_was_counted(answers, signed_in, vic):
    client = signed_in(vic)
    text = client.get("/desk/insight/outcomes/").content.decode()
    assert "are being counted from the signals" in text
    assert 'hx-trigger="every 2s"' in text
    counted(client, "outcomes/")
    text = client.get("/desk/insight/outcomes/").content.decode()
    assert "Counted <time" in text
    assert "being counted" not in text
    assert "33.33" in text
    part = client.get("/desk/insight/outcomes/", headers={"HX-Request": "true"}).content.decode()
    assert part.startswith('<div id="counted"')
    late = clock.now() - timedelta(days=5)
    one = Signal(source="survey", kind="survey.nps", key="late", happened_at=late, value=1)
    signals.accept(batches=[[one]], door="test", now=clock.now())
    signals.seal(now=clock.now())
    jobs.tally(now=clock.now())
    assert "will be counted again" in client.get("/desk/insight/outcomes/").content.decode()


def test_figures_leave_as_csv_and_as_parquet(answers, signed_in, vic, tmp_path):
    client = signed_in(vic)
    url = "outcomes/nps/?by=country"
    counted(client, url)
    table = body(client.get(f"/desk/insight/{url}&format=csv")).decode()
    assert table.startswith("name,part,segment,")
    assert table.count("\nnps,") == 3
    file = tmp_path / "nps.parquet"
    file.write_bytes(body(client.get(f"/desk/insight/{url}&format=parquet")))
    told = duckdb.read_parquet(str(file)).project("segment, n, value")
    found = told.order("n desc").fetchall()
    assert (found[0][0], found[0][1]) == ("", 240)
    assert found[0][2] == pytest.approx(100 / 3)
    assert {one[0] for one in found[1:]} == {'{"country": "de"}', '{"country": "fr"}'}
    assert client.get(f"/desk/insight/{url}&format=xls").status_code == 404
    assert body(client.get("/desk/insight/outcomes/?format=csv")).startswith(b"name,")


def body(answer):
    return b"".join(answer.streaming_content)


def test_odd_questions_are_answered(answers, signed_in, vic):
    client = signed_in(vic)
    for path in ("outcomes/?days=soon", "outcomes/nps/?by=no such thing",
                 "score/?from=never",
                 "score/?from=2199-01-01&until=1971-01-01", "score/?at=x"):  # fmt: skip
        assert client.get(f"/desk/insight/{path}").status_code == 200
    assert client.get("/desk/insight/outcomes/nps/?by=%00").status_code == 400
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
    for path in SCREENS:  # at first while it is being counted
        page.goto(f"/desk/insight/{path}")
    while jobs.tally(now=clock.now()) + jobs.recount(now=clock.now()):
        pass
    for path in SCREENS:
        page.goto(f"/desk/insight/{path}")
        assert (path, findings(page)) == (path, [])
    assert page.breaches == []
