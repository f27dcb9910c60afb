"""The shapes that these programs really write, in each of their versions, and what is odd there.

Field by field after their published sources and references; the words are ours.
"""

import json
import sqlite3
from datetime import timedelta

import pytest

from troth.components.models import Component
from troth.core import clock
from troth.incidents import queries
from troth.incidents.importing.reading import instant
from troth.incidents.models import Incident

pytestmark = pytest.mark.django_db


def row(source_id):
    return Incident.objects.get(source_id=source_id)


def groups():
    return {one.name: one.group and one.group.name for one in Component.objects.all()}


# Uptime Kuma: tables and columns as versions 1.18 and 2.0 make them, as far as they are read.
_TABLES = """
CREATE TABLE setting (id INTEGER PRIMARY KEY, "key" TEXT, value TEXT, type TEXT);
CREATE TABLE monitor (id INTEGER PRIMARY KEY, name TEXT, active BOOLEAN, type TEXT, url TEXT
  {parent});
CREATE TABLE heartbeat (id INTEGER PRIMARY KEY, important BOOLEAN, monitor_id INTEGER,
  status SMALLINT, msg TEXT, time DATETIME, ping INTEGER, duration INTEGER);
CREATE TABLE incident (id INTEGER PRIMARY KEY, title TEXT, content TEXT, style TEXT,
  created_date DATETIME, last_updated_date DATETIME, pin BOOLEAN, active BOOLEAN,
  status_page_id INTEGER);
CREATE TABLE "group" (id INTEGER PRIMARY KEY, name TEXT, public BOOLEAN, active BOOLEAN,
  weight INTEGER, status_page_id INTEGER);
CREATE TABLE monitor_group (id INTEGER PRIMARY KEY, monitor_id INTEGER, group_id INTEGER,
  weight INTEGER);
"""
_PLANS = """
CREATE TABLE maintenance (id INTEGER PRIMARY KEY, title TEXT, description TEXT, active BOOLEAN,
  strategy TEXT, start_date DATETIME, end_date DATETIME, cron TEXT, timezone TEXT,
  duration INTEGER);
CREATE TABLE monitor_maintenance (id INTEGER PRIMARY KEY, monitor_id INTEGER,
  maintenance_id INTEGER);
"""


def kuma_database(path, *, is_old=False):
    """Write a small kuma.db: a public shop and a private store, one down of each."""
    with sqlite3.connect(path) as database:
        parent = "" if is_old else ", description TEXT, parent INTEGER"
        database.executescript(_TABLES.format(parent=parent) + ("" if is_old else _PLANS))
        add = database.execute
        add("INSERT INTO setting VALUES (1, 'serverTimezone', '\"Europe/Berlin\"', 'general')")
        more = () if is_old else ("For all.", None)
        marks = ", ".join("?" * (5 + len(more)))
        for number, name in ((1, "Shop"), (2, "Store")):
            add(
                f"INSERT INTO monitor VALUES ({marks})",  # noqa: S608 - question marks
                (number, name, 1, "http", "https://it", *more),
            )
        add("INSERT INTO \"group\" VALUES (7, 'Services', 1, 1, 1, 1)")
        add("INSERT INTO monitor_group VALUES (1, 1, 7, 1)")
        for monitor in (1, 2):
            for minute, status in enumerate((1, 0, 0, 2, 1)):
                add("INSERT INTO heartbeat (monitor_id, status, msg, time, ping) "
                    "VALUES (?, ?, ?, ?, ?)",
                    (monitor, status, "no answer" * (not status),
                     f"2024-05-01 10:0{minute}:00.000", 9))  # fmt: skip
        add("INSERT INTO incident VALUES (3, 'Read this', 'Text', 'danger', "
            "'2024-05-03 09:00:00', NULL, 0, 1, 1)")  # fmt: skip
        if not is_old:
            add("INSERT INTO maintenance VALUES (4, 'Disks', 'New disks.', 1, 'single', "
                "'2024-07-01 10:00', '2024-07-01 11:00', '', 'SAME_AS_SERVER', 0)")  # fmt: skip
            add("INSERT INTO maintenance VALUES (5, 'Weekly', '', 1, 'cron', '2024-01-01 00:00', "
                "NULL, '0 3 * * 0', 'UTC', 3600)")  # fmt: skip
            add("INSERT INTO monitor_maintenance VALUES (1, 1, 4)")
    return path


@pytest.mark.mission("S2.41")
def test_kumas_database_is_read_and_what_its_pages_hide_stays_hidden(bring, tmp_path):
    told = bring("kuma", kuma_database(tmp_path / "kuma.db"), code=1)
    assert groups() == {"Shop": "Services"}
    assert told["signals"]["read"] == 10
    assert told["notes"] == [
        "1 monitors that no status page shows are kept as signals alone: Store"
    ]
    down = row("monitor/1/2024-05-01T10:01:00+00:00")
    assert (down.resolved_at - down.started_at) == timedelta(minutes=3)
    assert not Incident.objects.filter(source_id__startswith="monitor/2").exists()
    disks = row("maintenance/4")
    assert disks.maintenance.scheduled_for == instant("2024-07-01T08:00:00Z")
    assert disks.state == "completed"
    assert [one["why"] for one in told["refused"]] == [
        "it recurs by cron (cron “0 3 * * 0”, 3600 s), and Kuma keeps no dates of it: plan it here"
    ]


def test_an_old_database_without_maintenance_is_read_too(bring, tmp_path):
    told = bring("kuma", kuma_database(tmp_path / "kuma.db", is_old=True))
    assert told["incidents"]["new"] == 2
    said = row("incident/3")
    assert (said.impact, said.state) == ("major", "resolved")
    assert "its impact is taken from its colour: danger" in said.flags


def test_two_installations_are_kept_apart_by_the_names_given_to_them(troth, tmp_path):
    file = kuma_database(tmp_path / "a name (1).db")
    first = json.loads(troth("import", "kuma", file, "--json", code=1))
    assert first["source"] == "kuma:a-name-1"
    other = json.loads(troth("import", "kuma", file, "--json", "--source", "The second!", code=1))
    assert other["source"] == "The second!"
    assert other["incidents"]["new"] == first["incidents"]["new"]
    assert other["signals"]["new"] == first["signals"]["new"] == 10


def test_another_database_or_a_damaged_one_is_refused_in_words(troth, tmp_path):
    with sqlite3.connect(tmp_path / "other.db") as database:
        database.execute("CREATE TABLE monitor (id INTEGER)")
    with pytest.raises(ValueError, match=r"without monitors.*Nothing was imported"):
        troth("import", "kuma", tmp_path / "other.db")
    (tmp_path / "bad.db").write_bytes(b"SQLite format 3\0" + b"x" * 4096)
    with pytest.raises(ValueError, match="damaged or locked"):
        troth("import", "kuma", tmp_path / "bad.db")


def test_what_a_status_page_of_kuma_answers_is_joined_from_its_two_files(bring):
    told = bring("kuma", {
        "page.json": {
            "config": {"slug": "all"},
            "incident": {"id": 1, "style": "warning", "title": "Slow", "content": "Text", "pin": 1,
                         "createdDate": "2024-05-03 09:00:00", "lastUpdatedDate": None},
            "publicGroupList": [{"id": 1, "name": "Services", "weight": 1, "monitorList": [
                {"id": 12, "name": "Shop", "sendUrl": 0, "type": "http"}]}],
            "maintenanceList": [],
        },
        "heartbeat.json": {
            "heartbeatList": {"12": [
                0, {"status": 0, "time": "2024-05-01 10:00:00.000", "msg": "", "ping": None},
                {"status": 1, "time": "2024-05-01 10:01:00.000", "msg": "", "ping": 5}]},
            "uptimeList": {"12_24": 0.5},
        },
    })  # fmt: skip
    assert groups() == {"Shop": "Services"}
    assert told["incidents"]["new"] == 2
    assert told["signals"]["read"] == 2
    assert row("incident/1").state == "investigating"


def test_a_maintenance_of_kuma_has_a_zone_of_its_own_and_may_lie_ahead(bring):
    ahead = clock.now() + timedelta(days=3)
    plans = [
        {"id": 1, "title": "Named", "strategy": "single", "active": True, "status": "ended",
         "dateRange": ["2024-07-01 10:00:00", "2024-07-01 11:00:00"],
         "timezone": "America/New_York", "timezoneOffset": "-04:00"},
        {"id": 2, "title": "Offset", "strategy": "single", "active": False,
         "dateRange": ["2024-07-01 10:00", "2024-07-01 11:00"], "timezone": "Nowhere/Town",
         "timezoneOffset": "+02:00"},
        {"id": 3, "title": "Ahead", "strategy": "single", "active": True, "timezone": "UTC",
         "dateRange": [f"{ahead:%Y-%m-%d %H:%M}", f"{ahead + timedelta(hours=1):%Y-%m-%d %H:%M}"]},
        {"id": 4, "title": "Old", "strategy": "recurring-interval", "active": True,
         "timeslotList": [{"id": 1, "startDate": "2023-03-01 02:00:00",
                           "endDate": "2023-03-01 03:00:00", "serverTimezoneOffset": "+01:00"}]},
        {"id": 5, "title": "By hand", "strategy": "manual", "dateRange": []},
    ]  # fmt: skip
    told = bring("kuma", {"version": "2.0.0", "monitorList": {}, "maintenanceList": plans}, code=1)
    starts = {one.name: one.maintenance.scheduled_for for one in Incident.objects.all()}
    assert starts["Named"] == instant("2024-07-01T14:00:00Z")
    assert starts["Offset"] == instant("2024-07-01T08:00:00Z")
    assert starts["Old"] == instant("2023-03-01T02:00:00Z")
    assert row("maintenance/3").state == "scheduled"
    assert row("maintenance/3").resolved_at is None
    assert told["refused"][0]["why"].startswith("it is switched by hand")


def cachet_attributes(**more):
    when = {"human": "then", "string": "2024-06-01 10:00:00"}
    return {"occurred": when, "created": when, "updated": when, **more}


def test_cachet_3_answers_with_relations_and_what_is_included(bring):
    told = bring("cachet", {
        "components.json": {"data": [{
            "id": "1", "type": "components", "attributes": cachet_attributes(
                id=1, name="API", order=2, enabled=True,
                status={"human": "Operational", "value": 1}),
            "relationships": {"group": {"data": {"type": "componentGroups", "id": "9"}}},
        }]},
        "component-groups.json": {"data": [{
            "id": "9", "type": "componentGroups", "attributes": cachet_attributes(name="Core"),
        }]},
        "incidents.json": {
            "data": [
                {"id": "2", "type": "incidents", "attributes": cachet_attributes(
                    id=2, guid="x", name="Slow", message="We look.", visible=1, stickied=False,
                    status={"human": "Fixed", "value": 4}),
                 "relationships": {
                    "components": {"data": [{"type": "components", "id": "1"}]},
                    "updates": {"data": [{"type": "updates", "id": "5"}]}}},
                {"id": "3", "type": "incidents", "attributes": cachet_attributes(
                    id=3, name="Secret", message="Hush.", visible=0,
                    status={"human": "Fixed", "value": 4})},
            ],
            "included": [{"id": "5", "type": "updates", "attributes": {
                "id": 5, "updateable_id": 2, "updateable_type": "incident", "message": "Done.",
                "status": {"human": "Fixed", "value": 4},
                "created": {"string": "2024-06-01 11:00:00"}}}],
        },
        "schedules.json": {"data": [{
            "id": "4", "type": "schedules", "attributes": cachet_attributes(
                name="Disks", message="Disks.", status={"human": "Complete", "value": 2},
                scheduled={"string": "2024-06-02 10:00:00"},
                completed={"string": "2024-06-02 11:00:00"})}]},
    }, code=1)  # fmt: skip
    assert groups() == {"API": "Core"}
    slow = row("incident/2")
    assert slow.resolved_at - slow.started_at == timedelta(hours=1)
    assert [one.body for one in queries.incident(slow.uid).updates] == ["Done.", "We look."]
    assert [one.status for one in queries.incident(slow.uid).spans] == ["degraded_performance"]
    assert row("schedule/4").resolved_at == instant("2024-06-02T11:00:00Z")
    assert [one["why"] for one in told["refused"]] == [
        "it is hidden from visitors there, and what is imported is public"
    ]
    assert told["notes"] == ["Cachet writes its times without a zone: they are taken as UTC"]


def test_cachet_2_and_1_are_read_with_their_own_oddities(bring):
    when = {"created_at": "2019-03-01 10:00:00", "updated_at": "2019-03-01 12:00:00"}
    told = bring("cachet", {
        "components": {"meta": {"pagination": {"total": 2}}, "data": [
            {"id": 1, "name": "API", "status": 1, "status_name": "Operational", "order": 0,
             "group_id": 0, "enabled": True, "deleted_at": None, **when},
            {"id": 2, "name": "Inside", "enabled": False, "deleted_at": None, **when}]},
        "groups": {"data": [{"id": 1, "name": "Core", "collapsed": 0,
                             "enabled_components": [{"id": 1, "name": "API"}]}]},
        "incidents": {"data": [
            {"id": 1, "component_id": 1, "name": "Slow", "status": 2, "visible": 1,
             "stickied": False, "message": "We look.", "occurred_at": "2019-03-01 09:00:00",
             "deleted_at": None, "is_resolved": True, "human_status": "Identified",
             "latest_status": 4, "latest_human_status": "Fixed", "duration": 45, **when,
             "updates": [{"id": 1, "incident_id": 1, "status": 4, "message": "Done.",
                          "user_id": 1, "created_at": "2019-03-01 09:45:00"}]},
            {"id": 2, "component_id": 0, "name": "Gone", "status": 4, "visible": 1,
             "message": "x", "deleted_at": "2019-04-01 00:00:00", **when},
            {"id": 3, "name": "First", "status": 4, "human_status": "Fixed", "component": None,
             "message": "In version 1.", "created_at": 1420036705, "updated_at": 1420038898},
        ]},
        "schedules": {"data": [
            {"id": 1, "name": "Disks", "message": "Disks.", "status": 0,
             "human_status": "Upcoming", "scheduled_at": "2099-01-01 10:00:00",
             "completed_at": "2019-03-01 12:00:00", "created_at": "2019-03-01 10:00:00",
             "components": [{"id": 8, "schedule_id": 1, "component_id": 1,
                             "component_status": 1}]}]},
    }, code=1)  # fmt: skip
    assert groups() == {"API": "Core"}
    slow = row("incident/1")
    assert (slow.state, slow.resolved_at - slow.started_at) == ("resolved", timedelta(minutes=45))
    assert [one["why"] for one in told["refused"]] == ["it was deleted there"]
    assert row("incident/3").started_at == instant(1420036705)
    disks = row("schedule/1")
    assert (disks.state, disks.resolved_at) == ("scheduled", None)
    assert "it is scheduled, so that its completed_at does not count" in disks.flags
    assert "hidden there, and so not declared here: Inside" in told["notes"]


_COMPONENT = {"id": "ck1", "name": "Website", "status": "OPERATIONAL", "showUptime": True,
              "order": 0, "group": None}  # fmt: skip
_UPDATE = {"message": "We look.", "messageHtml": "<p>We look.</p>", "notify": True, "ended": None,
           "duration": 228, "createdAt": "2020-09-12T19:08:50.160Z"}  # fmt: skip
_INCIDENT = {
    "id": "ck2", "name": "Rocket", "started": "2020-09-12T19:05:17.398Z", "status": "RESOLVED",
    "components": [{**_COMPONENT, "site": {"id": "ck0", "subdomain": "nasa"}}],
    "updates": [
        {**_UPDATE, "id": "u1", "status": "INVESTIGATING", "started": "2020-09-12T19:05:17.398Z"},
        {**_UPDATE, "id": "u2", "status": "RESOLVED", "started": "2020-09-12T19:09:04.498Z"},
    ],
}  # fmt: skip


def test_instatus_tells_incidents_inside_components_and_no_impact(bring):
    bring("instatus", [{**_COMPONENT, "uniqueEmail": "x", "incidents": [_INCIDENT]}])
    rocket = row("incident/ck2")
    assert rocket.resolved_at == instant("2020-09-12T19:09:04.498Z")
    assert rocket.flags == ["no impact is told"]
    assert groups() == {"Website": None}


def test_instatus_plans_have_minutes_and_end_only_once_they_are_over(bring):
    plan = {"id": "m1", "name": "Test", "start": "2020-09-13T18:38:58.326Z", "duration": "60",
            "notifyStart": True, "autoStart": True, "components": ["ck1"],
            "updates": []}  # fmt: skip
    bring("instatus", {
        "components.json": [{**_COMPONENT, "group": {"id": "g", "name": "Core"}},
                            {"id": "g", "name": "Core", "isParent": True}],
        "incidents.json": [{**_INCIDENT, "resolved": "2020-09-12T19:09:04.498Z"}],
        "maintenances.json": [{**plan, "status": "NOTSTARTEDYET"},
                              {**plan, "id": "m2", "status": "COMPLETED"}],
    })  # fmt: skip
    assert groups() == {"Website": "Core"}
    ahead, over = row("maintenance/m1"), row("maintenance/m2")
    assert (ahead.state, ahead.resolved_at) == ("scheduled", None)
    assert over.resolved_at - over.started_at == timedelta(hours=1)
    assert "its end is not told: the planned one counts" in over.flags


def test_the_summary_of_an_instatus_page_is_read_with_javascripts_dates(bring):
    bring("instatus", {
        "page": {"name": "Instatus", "url": "https://status.example", "status": "HASISSUES"},
        "activeIncidents": [{
            "name": "Trouble", "status": "INVESTIGATING", "impact": "MAJOROUTAGE",
            "started": "Sat Jun 11 2022 18:55:50 GMT+0000 (Coordinated Universal Time)",
            "url": "https://status.example/incident/cl4a"}],
        "activeMaintenances": [],
    })  # fmt: skip
    found = row("incident/cl4a")
    assert (found.started_at, found.impact) == (instant("2022-06-11T18:55:50Z"), "critical")


_OLD = {  # as its webhooks and v1 had it from 2013 to 2018: offsets, no components, no started_at
    "name": "Delays", "status": "resolved", "created_at": "2016-08-30T12:00:00.000-07:00",
    "updated_at": "2016-09-07T11:01:36.719-07:00", "monitoring_at": None, "resolved_at": None,
    "impact": "none", "shortlink": "http://stspg.example/Q3V", "postmortem_ignored": False,
    "postmortem_body": None, "postmortem_published_at": None, "backfilled": True,
    "scheduled_for": None, "scheduled_until": None, "impact_override": None,
    "scheduled_auto_transition": False, "id": "w0b0y82g23fy", "organization_id": "j2mfxwj97wnj",
    "incident_updates": [{
        "status": "investigating", "body": "Mail came late.", "id": "sj2bxd59t9fs",
        "created_at": "2016-09-07T11:01:35.777-07:00", "wants_twitter_update": False,
        "display_at": "2016-08-30T12:00:00.000-07:00", "incident_id": "w0b0y82g23fy",
        "affected_components": [{"name": "No components were affected by this update."}]}],
}  # fmt: skip


def test_a_statuspage_of_old_is_read_as_list_as_one_and_as_a_webhooks_body(bring):
    told = bring("statuspage", {
        "incidents.json": [_OLD],
        "one.json": {**_OLD, "id": "aaaaaaaaaaa2"},
        "hook.json": {"meta": {"unsubscribe": "x"},
                      "page": {"id": "j2mfxwj97wnj", "status_indicator": "minor"},
                      "incident": {**_OLD, "id": "aaaaaaaaaaa3"}},
    })  # fmt: skip
    assert (told["source"], told["incidents"]["new"]) == ("statuspage:j2mfxwj97wnj", 3)
    found = row("w0b0y82g23fy")
    assert found.started_at == instant("2016-08-30T19:00:00Z")
    assert found.flags == ["no end is given"]


def test_a_statuspages_groups_of_v1_and_its_post_mortem_are_read(bring):
    part = {"id": "bbbbbbbbbbb1", "name": "API", "status": "operational", "group": False,
            "group_id": None, "position": "odd", "start_date": "odd"}  # fmt: skip
    bring("statuspage", {
        "components.json": [part],
        "component-groups.json": [{"id": "ggggggggggg1", "name": "Core", "position": 1,
                                   "description": None, "components": ["bbbbbbbbbbb1"]}],
        "incidents.json": [{
            **_OLD, "impact": "minor", "status": "postmortem", "components": [part],
            "resolved_at": "2016-08-30T13:00:00.000-07:00", "postmortem_body": "What we learned.",
            "postmortem_published_at": "2016-09-01T12:00:00.000-07:00"}],
    })  # fmt: skip
    assert groups() == {"API": "Core"}
    told = queries.incident("w0b0y82g23fy")
    assert [(one.state, one.body) for one in told.updates] == [
        ("postmortem", "What we learned."), ("investigating", "Mail came late."),
    ]  # fmt: skip
    assert told.state == "postmortem"
