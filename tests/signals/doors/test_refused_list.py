"""Signals → Refused lines on the desk: find, download, send again, dismiss."""

import json
from datetime import timedelta

import pytest

from troth.core import clock
from troth.signals import jobs
from troth.signals.doors import mending
from troth.signals.models import Inbox, RefusedLine

from .conftest import SIGNAL

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(ben, signed_in):
    return signed_in(ben)


@pytest.fixture
def two_refused(door):
    door([{**SIGNAL, "colour": "<script>"}, {**SIGNAL, "weight": 0}], kind="application/json")


def test_only_editors_see_them(vic, signed_in):
    assert signed_in(vic).get("/desk/signals/refused/").status_code == 403


def test_an_empty_list_says_so(desk):
    assert "Nothing was refused" in desk.get("/desk/signals/refused/").content.decode()


def test_lines_are_found_by_words_and_door(desk, two_refused):
    page = desk.get("/desk/signals/refused/").content.decode()
    assert "2 lines" in page
    assert "<script>" not in page.replace("<script type", "").replace("<script src", "")
    found = desk.get("/desk/signals/refused/", {"search": "weight less"}).content.decode()
    assert "1 line<" in found
    none = desk.get("/desk/signals/refused/", {"door": "segment"}).content.decode()
    assert "No refused line fits" in none


def test_the_download_can_be_mended_and_posted(desk, door, two_refused):
    answer = desk.get("/desk/signals/refused.ndjson", {"search": "weight"})
    (line,) = b"".join(answer.streaming_content).splitlines()
    found = json.loads(line)
    assert found["_refused"] == {"line": 2, "field": "weight", "reason": "is less than 1"}
    found["weight"] = 1
    assert door(json.dumps(found)).body["accepted"] == 1


def test_lines_are_sent_again_when_what_stood_in_the_way_is_gone(desk, door, issue):
    door([SIGNAL], kind="application/json", token=issue(sources=["other"]))
    event = {"specversion": "1.0", "id": "1", "source": "shop", "type": "x",
             "time": "2026-01-01T00:00:00Z"}  # fmt: skip
    door(event, kind="application/cloudevents+json", token=issue(sources=["other"]))
    assert RefusedLine.objects.count() == 2
    ticked = list(RefusedLine.objects.values_list("pk", flat=True))
    answer = desk.post("/desk/signals/refused/again/", {"line": ticked}, follow=True)
    assert "2 accepted, 0 still refused" in answer.content.decode()
    assert RefusedLine.objects.count() == 0
    assert sum(row.count for row in Inbox.objects.all()) == 2


def test_what_is_still_wrong_stays_on_the_list(desk, two_refused):
    answer = desk.post("/desk/signals/refused/again/", {"all": "1"}, follow=True)
    assert "0 accepted, 2 still refused" in answer.content.decode()
    assert RefusedLine.objects.count() == 2


def test_lines_are_dismissed(desk, two_refused):
    first = RefusedLine.objects.first()
    desk.post("/desk/signals/refused/dismissal/", {"line": [first.pk, "x"]})
    assert RefusedLine.objects.count() == 1
    desk.post("/desk/signals/refused/dismissal/", {"all": "1", "search": "nothing like it"})
    assert RefusedLine.objects.count() == 1
    desk.post("/desk/signals/refused/dismissal/", {"all": "1"})
    assert RefusedLine.objects.count() == 0


def test_the_list_asks_the_database_a_fixed_number_of_times(desk, door, django_assert_num_queries):
    door(b"{}\n")
    desk.get("/desk/signals/refused/")
    with django_assert_num_queries(4):
        desk.get("/desk/signals/refused/")
    door(b"{}\n{}\n")
    with django_assert_num_queries(4):
        desk.get("/desk/signals/refused/")


def test_lines_that_nobody_mended_leave_after_ninety_days(two_refused):
    assert jobs.tidy(now=clock.now() + timedelta(days=89)) == 0
    assert jobs.tidy(now=clock.now() + timedelta(days=91)) == 2


def test_the_list_has_an_end(two_refused, monkeypatch):
    monkeypatch.setattr(mending, "MOST_KEPT", 2)
    line = mending.Refused(1, "", "x", b"x")
    assert mending.keep(refused=[line], door="api", origin="x", now=clock.now()) == 0
