import dataclasses

import pytest

from tests.shop import NOW, judged, parcel
from troth.signals import actions as signals
from troth.signals.case_schema import CaseOut
from troth.signals.store import Row


@pytest.fixture
def ask(client, reader):
    return lambda path, **query: client.get(f"/api/v1/{path}", query, headers=reader)


def test_sources_and_kinds_say_when_they_were_heard_and_how_often(ask):
    (source,) = ask("sources").json()
    assert (source["name"], source["total"], source["days"][-1]) == ("shop", 40, 40)
    assert source["last_at"] == "2026-03-20T12:00:00Z"
    (kind,) = ask("kinds").json()
    assert kind["name"] == "delivery"


def test_cases_are_found_by_key_condition_and_flag(ask):
    assert ask("cases", search="CEL-07").json()["total"] == 1
    assert ask("cases", where="segment.country = 'de'").json()["total"] == 20
    assert ask("cases", flagged="resolved-before-happened").json()["total"] == 0
    assert ask("cases", source="nobody").json()["total"] == 0


def test_all_that_was_said_about_a_case_is_listed_in_order(ask):
    signals.accept(batches=[[parcel(7, version=3, outcome="lost")]], door="test", now=NOW)
    assert ask("inbox").json()["signals"] == 1
    judged()
    said = ask("case", source="shop", key="parcel-07").json()
    assert [(one["version"], one["outcome"]) for one in said] == [(0, None), (3, "lost")]
    assert said[0]["replaced_at"] is not None
    assert said[1]["replaced_at"] is None
    assert ask("case", source="shop", key="nothing").status_code == 404


def test_what_each_promise_says_of_a_case_is_listed(ask):
    (said,) = ask("case/verdicts", source="shop", key="parcel-36").json()
    assert said == {"slug": "on-time", "name": "On time", "part": "broken", "excluded": ""}
    assert ask("case/verdicts", source="shop", key="nothing").status_code == 404


def test_the_schema_describes_the_way_in_too(client, db):
    schema = client.get("/api/v1/openapi.json").json()
    assert schema["openapi"] == "3.1.0"
    assert "post" in schema["paths"]["/api/v1/signals"]


def test_a_case_is_told_with_all_that_the_store_keeps_of_it_but_its_own_number():
    stored = [field.name for field in dataclasses.fields(Row) if field.name != "seq"]
    assert list(CaseOut.model_fields) == stored
