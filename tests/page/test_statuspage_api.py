"""`/api/v2/*.json`, field by field, as Statuspage's clients expect it."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Literal

import msgspec
import pytest

from tests.page.situations import board, component, maintenance, past, problem, situation, town, uid
from tests.page.support import NOON
from troth.components.rules.results import Status
from troth.components.rules.rollup import blend, overall
from troth.core.ids import page_id
from troth.incidents.rules.results import State
from troth.page.statuspage.files import Answers
from troth.page.statuspage.shapes import instant

Instant = str
Word = Literal[
    "operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance"
]


class Strict(msgspec.Struct, forbid_unknown_fields=True):
    """What is not named here must not be in the answer."""


class Page(Strict):
    id: str
    name: str
    url: str
    time_zone: str
    updated_at: Instant


class Whole(Strict):
    indicator: Literal["none", "minor", "major", "critical", "maintenance"]
    description: Literal[
        "All Systems Operational",
        "Partially Degraded Service",
        "Degraded System Service",
        "Minor Service Outage",
        "Partial System Outage",
        "Major System Outage",
        "Service Under Maintenance",
    ]
    troth: dict


class Component(Strict):
    id: str
    name: str
    status: Word
    created_at: Instant
    updated_at: Instant
    position: int
    description: str | None
    showcase: bool
    start_date: date | None
    group_id: str | None
    page_id: str
    group: bool
    only_show_if_degraded: bool
    troth: dict
    components: list[str] | msgspec.UnsetType = msgspec.UNSET


class Change(Strict):
    code: str
    name: str
    old_status: Word
    new_status: Word


INCIDENT = Literal["investigating", "identified", "monitoring", "resolved", "postmortem"]
PLANNED = Literal["scheduled", "in_progress", "verifying", "completed"]


class Update(Strict):
    id: str
    status: INCIDENT | PLANNED
    body: str
    incident_id: str
    created_at: Instant
    updated_at: Instant
    display_at: Instant
    affected_components: list[Change] | None
    deliver_notifications: bool
    custom_tweet: None
    tweet_id: None
    troth: dict


class Incident(Strict):
    id: str
    name: str
    status: INCIDENT
    created_at: Instant
    updated_at: Instant
    monitoring_at: Instant | None
    resolved_at: Instant | None
    impact: Literal["none", "minor", "major", "critical"]
    shortlink: str
    started_at: Instant
    page_id: str
    incident_updates: list[Update]
    components: list[Component]
    troth: dict


class Planned(Strict):
    id: str
    name: str
    status: PLANNED
    created_at: Instant
    updated_at: Instant
    monitoring_at: Instant | None
    resolved_at: Instant | None
    impact: Literal["maintenance"]
    shortlink: str
    started_at: Instant
    page_id: str
    incident_updates: list[Update]
    components: list[Component]
    scheduled_for: Instant
    scheduled_until: Instant
    troth: dict


class Summary(Strict):
    page: Page
    components: list[Component]
    incidents: list[Incident]
    scheduled_maintenances: list[Planned]
    status: Whole


class Status_(Strict):  # noqa: N801 - named like the file
    page: Page
    status: Whole


class Components(Strict):
    page: Page
    components: list[Component]


class Incidents(Strict):
    page: Page
    incidents: list[Incident]


class Maintenances(Strict):
    page: Page
    scheduled_maintenances: list[Planned]


FILES = {
    "summary.json": Summary,
    "status.json": Status_,
    "components.json": Components,
    "incidents.json": Incidents,
    "incidents/unresolved.json": Incidents,
    "scheduled-maintenances.json": Maintenances,
    "scheduled-maintenances/upcoming.json": Maintenances,
    "scheduled-maintenances/active.json": Maintenances,
}


def answers(picture=None):
    made = Answers(picture or town())
    return {name: json.loads(json.dumps(make())) for name, make in made.files.items()}


def test_there_is_each_file_of_the_api_and_no_other():
    assert set(answers()) == set(FILES)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("picture", [town(), town(situation(NOON, board=None))])
def test_every_field_has_its_name_and_its_words_and_there_is_no_other(name, picture):
    msgspec.convert(answers(picture)[name], FILES[name])


def walk(value):
    yield value
    for each in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        yield from walk(each)


def test_ids_have_twelve_lower_case_letters_and_digits():
    found = [
        value
        for one in walk(answers()["summary.json"])
        if isinstance(one, dict)
        for name, value in one.items()
        if name in ("id", "page_id", "incident_id", "group_id", "code") and value is not None
    ]
    assert len(found) > 20
    assert [one for one in found if not re.fullmatch(r"[0-9a-z]{12}", one)] == []


def test_times_have_milliseconds_and_end_in_z():
    stamps = [
        value
        for one in walk(answers())
        if isinstance(one, dict)
        for name, value in one.items()
        if name.endswith("_at") or name in ("scheduled_for", "scheduled_until")
    ]
    pattern = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
    assert [s for s in stamps if s is not None and not re.fullmatch(pattern, s)] == []
    assert instant(NOON.replace(microsecond=123_999)) == "2026-11-21T12:00:00.123Z"


def test_the_summary_holds_what_is_open_and_to_come_alone():
    summary = answers()["summary.json"]
    assert [one["name"] for one in summary["incidents"]] == [
        "Card payments fail for some customers"
    ]
    assert [one["name"] for one in summary["scheduled_maintenances"]] == ["A new database"]
    both = answers()["incidents.json"]["incidents"]
    assert [one["status"] for one in both] == ["identified", "postmortem"]


def test_an_incident_says_what_the_page_says():
    (one,) = answers()["summary.json"]["incidents"]
    assert one["shortlink"] == f"https://city.example/incidents/{one['id']}/"
    assert one["impact"] == "major"
    assert one["started_at"] == "2026-11-21T10:00:00.000Z"
    assert [u["status"] for u in one["incident_updates"]] == ["identified", "investigating"]
    assert one["incident_updates"][0]["body"] == "A missing part. It arrives soon."
    assert one["incident_updates"][1]["affected_components"] == [
        {
            "code": uid("payments"),
            "name": "Shop - Payments",
            "old_status": "operational",
            "new_status": "partial_outage",
        }
    ]
    assert one["incident_updates"][0]["affected_components"] is None
    assert [c["name"] for c in one["components"]] == ["Payments"]
    assert one["troth"]["next_update_due_at"] == "2026-11-21T12:40:00.000Z"
    assert one["troth"]["workaround"] == "Pay by bank transfer."


def test_running_maintenance_is_active_and_planned_one_is_upcoming():
    running = maintenance("Now", State.VERIFYING, starts=NOON - timedelta(hours=1))
    made = answers(town(situation(NOON, running, maintenance())))
    upcoming = made["scheduled-maintenances/upcoming.json"]["scheduled_maintenances"]
    active = made["scheduled-maintenances/active.json"]["scheduled_maintenances"]
    assert [one["status"] for one in upcoming] == ["scheduled"]
    assert [one["status"] for one in active] == ["verifying"]
    assert upcoming[0]["scheduled_for"] == "2026-11-25T12:00:00.000Z"
    assert upcoming[0]["scheduled_until"] == "2026-11-25T14:00:00.000Z"
    assert made["incidents/unresolved.json"]["incidents"] == []


def test_a_group_stands_before_its_components_and_names_them():
    rows = answers()["components.json"]["components"]
    assert [one["position"] for one in rows] == list(range(1, len(rows) + 1))
    assert [one["name"] for one in rows[:3]] == ["Shop", "Web", "Payments"]
    assert rows[0]["group"] is True
    assert rows[0]["components"] == [uid("web"), uid("payments")]
    assert rows[1]["group_id"] == rows[0]["id"]
    assert "components" not in rows[1]


def test_without_data_a_component_keeps_its_last_known_word_and_says_that_it_is_old():
    silent = component("a", Status.NO_DATA, last_known=Status.PARTIAL)
    never = component("b", Status.NO_DATA)
    whole = town(situation(NOON, board=replace(board(), groups=(), components=(silent, never))))
    one, other = answers(whole)["components.json"]["components"]
    assert (one["status"], one["troth"]["no_data"]) == ("partial_outage", True)
    assert (other["status"], other["troth"]["status"]) == ("degraded_performance", "no_data")


def test_what_we_cannot_see_is_not_called_operational():
    silent = component("a", Status.NO_DATA, last_known=Status.OPERATIONAL)
    assert overall([component("b"), silent]).description == "Partially Degraded Service"
    made = answers(town(situation(NOON, board=replace(board(), groups=(), components=(silent,)))))
    assert made["status.json"]["status"]["troth"]["no_data"] == 1


def test_merged_incidents_are_over():
    merged = replace(problem(), merged_into=uid("other"))
    made = answers(town(situation(NOON, merged)))
    assert made["incidents/unresolved.json"]["incidents"] == []
    (one,) = made["incidents.json"]["incidents"]
    assert (one["status"], one["resolved_at"] is None) == ("resolved", False)


def test_the_fifty_latest_are_given():
    many = [replace(past(), uid=f"{n:012d}") for n in range(70)]
    assert len(answers(town(situation(NOON, *many)))["incidents.json"]["incidents"]) == 50


OK, D, P, M, U = list(Status)[:5]


@pytest.mark.parametrize(
    ("statuses", "indicator", "description"),
    [
        ([], "none", "All Systems Operational"),
        ([OK], "none", "All Systems Operational"),
        ([D], "minor", "Partially Degraded Service"),
        ([P], "major", "Partial System Outage"),
        ([M], "critical", "Major System Outage"),
        ([U], "maintenance", "Service Under Maintenance"),
        ([OK, OK], "none", "All Systems Operational"),
        ([M, M], "critical", "Major System Outage"),
        ([M, OK], "major", "Partial System Outage"),
        ([M, D, U], "major", "Partial System Outage"),
        ([P, P], "major", "Partial System Outage"),
        ([P, OK], "minor", "Minor Service Outage"),
        ([P, D], "minor", "Minor Service Outage"),
        ([D, D], "minor", "Degraded System Service"),
        ([D, OK], "minor", "Partially Degraded Service"),
        ([D, U], "minor", "Partially Degraded Service"),
        ([U, OK], "maintenance", "Service Under Maintenance"),
        ([U, U], "maintenance", "Service Under Maintenance"),
    ],
)
def test_the_indicator_follows_the_components_by_the_published_table(
    statuses, indicator, description
):
    assert blend(statuses) == (indicator, description)


def test_the_page_keeps_its_id():
    assert page_id("https://city.example") == page_id("https://city.example")
    assert page_id("https://city.example") != page_id("https://town.example")
