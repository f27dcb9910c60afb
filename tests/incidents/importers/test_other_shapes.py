"""Statuspage, Uptime Kuma, Cachet and Instatus: shapes written by us from what they document."""

import json

import pytest

from troth.components.models import Component
from troth.incidents import queries
from troth.incidents.importing import markup
from troth.incidents.importing.reading import instant
from troth.incidents.models import Incident

pytestmark = pytest.mark.django_db


@pytest.fixture
def bring(troth, tmp_path):
    """Import a value by the real verb, a second time as well, and return the first report."""

    def bring(name, value, *, code=0):
        is_text = isinstance(value, str)
        file = tmp_path / f"export.{'atom' if is_text else 'json'}"
        file.write_text(value if is_text else json.dumps(value))
        told = json.loads(troth("import", name, file, "--json", code=code))
        turns = list(Incident.objects.values_list("uid", "turn"))
        again = json.loads(troth("import", name, file, "--json", code=code))
        assert again["incidents"]["new"] == again["incidents"]["changed"] == 0
        assert again["components_declared"] == []
        assert list(Incident.objects.values_list("uid", "turn")) == turns
        return told

    return bring


def row(source_id):
    return Incident.objects.get(source_id=source_id)


_COMPONENT = {
    "id": "bbbbbbbbbbb1", "name": "API", "group": False, "group_id": "bbbbbbbbbbb0",
    "page_id": "aaaaaaaaaaaa", "position": 1, "description": "For programs.",
    "status": "operational", "start_date": "2020-01-01",
}  # fmt: skip
_STATUSPAGE = {
    "page": {"id": "aaaaaaaaaaaa", "name": "Example"},
    "components": [_COMPONENT, {"id": "bbbbbbbbbbb0", "name": "Core", "group": True}],
    "incidents": [
        {
            "id": "cccccccccccc", "name": "Slow", "status": "resolved", "impact": "minor",
            "created_at": "2024-05-01T10:00:00.000Z", "resolved_at": "2024-05-01T11:00:00.000Z",
            "page_id": "aaaaaaaaaaaa", "components": [_COMPONENT],
            "incident_updates": [
                {"id": "d2", "status": "resolved", "body": "Done.",
                 "display_at": "2024-05-01T11:00:00.000Z", "affected_components": [
                     {"code": "bbbbbbbbbbb1", "old_status": "major_outage",
                      "new_status": "operational"}]},
                {"id": "d1", "status": "investigating", "body": "We look.",
                 "display_at": "2024-05-01T10:00:00.000Z", "affected_components": [
                     {"code": "bbbbbbbbbbb1", "old_status": "operational",
                      "new_status": "major_outage"}]},
            ],
        },
        {
            "id": "gggggggggggg", "name": "Gone", "status": "resolved", "impact": "odd",
            "created_at": "2024-06-01T10:00:00.000Z", "resolved_at": None,
            "components": [{"id": "zzzzzzzzzzzz"}],
            "incident_updates": [{"status": "resolved", "body": "",
                                  "created_at": "2024-06-01T10:00:00.000Z"}],
        },
        {"id": "hhhhhhhhhhhh", "name": "Timeless", "incident_updates": []},
    ],
    "scheduled_maintenances": [{
        "id": "eeeeeeeeeeee", "name": "New disks", "status": "completed", "impact": "maintenance",
        "created_at": "2024-04-01T00:00:00Z", "scheduled_for": "2024-05-02T10:00:00Z",
        "scheduled_until": "2024-05-02T12:00:00Z", "resolved_at": "2024-05-02T11:00:00Z",
        "components": [_COMPONENT],
        "incident_updates": [{"status": "scheduled", "body": "We will change disks.",
                              "created_at": "2024-04-01T00:00:00Z"}],
    }],
}  # fmt: skip


def test_a_statuspages_answers_keep_ids_groups_and_impacts(bring):
    told = bring("statuspage", _STATUSPAGE, code=1)
    assert told["source"] == "statuspage:aaaaaaaaaaaa"
    assert told["incidents"]["new"] == 3
    assert [one["why"] for one in told["refused"]] == ["it has no beginning"]
    slow = queries.incident("cccccccccccc")
    assert [(one.status, one.ends_at) for one in slow.spans] == [
        ("major_outage", instant("2024-05-01T11:00:00Z"))
    ]
    component = Component.objects.get(uid="bbbbbbbbbbb1")
    assert (component.name, component.group.name) == ("API", "Core")
    assert str(component.start_date) == "2020-01-01"
    disks = row("eeeeeeeeeeee")
    assert (disks.kind, disks.maintenance.scheduled_for.hour) == ("maintenance", 10)
    assert row("gggggggggggg").flags == [
        "unknown impact: odd", "no end is given",
        "an update without text: resolved of 2024-06-01 10:00 UTC",
        "unknown component: zzzzzzzzzzzz",
    ]  # fmt: skip


_FEED = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <entry>
    <id>tag:status.example.org,2005:Incident/77</id>
    <published>2024-01-01T01:00:00Z</published><updated>2024-01-01T01:00:00Z</updated>
    <link rel="alternate" href="https://status.example.org/incidents/ffffffffffff"/>
    <title>Over the year</title>
    <content type="html">&lt;p&gt;&lt;small&gt;Jan &lt;var data-var='date'&gt; 1&lt;/var&gt;,
      &lt;var data-var='time'&gt;01:00&lt;/var&gt; UTC&lt;/small&gt;&lt;br /&gt;
      &lt;strong&gt;Resolved&lt;/strong&gt; - Done.&lt;/p&gt;
      &lt;p&gt;&lt;small&gt;Dec &lt;var data-var='date'&gt;31&lt;/var&gt;,
      &lt;var data-var='time'&gt;15:30&lt;/var&gt; PST&lt;/small&gt;&lt;br /&gt;
      &lt;strong&gt;Investigating&lt;/strong&gt; - We look.&lt;/p&gt;</content>
  </entry>
</feed>"""


def test_an_atom_history_is_read_with_its_zones_over_the_turn_of_the_year(bring):
    told = bring("statuspage", _FEED)
    found = row("77")
    assert (found.uid, found.state) == ("ffffffffffff", "resolved")
    assert found.started_at == instant("2023-12-31T23:30:00Z")
    assert found.resolved_at == instant("2024-01-01T01:00:00Z")
    assert [one.body for one in queries.incident(found.uid).updates] == ["Done.", "We look."]
    assert "no components" in told["notes"][0]


def test_a_zone_that_nobody_knows_is_refused(bring):
    told = bring("statuspage", _FEED.replace("PST", "XYZ"), code=1)
    assert "zone that is not known" in told["refused"][0]["why"]


def test_a_feed_with_entities_is_not_read(troth, tmp_path):
    (tmp_path / "bad.atom").write_text('<!DOCTYPE x [<!ENTITY a "b">]>' + _FEED)
    with pytest.raises(ValueError, match="declares entities"):
        troth("import", "statuspage", tmp_path / "bad.atom")


def test_text_without_an_instant_is_no_message():
    assert markup.messages("<p>Hello.</p>", last=instant("2024-01-01T00:00:00Z")) == []


_KUMA = {
    "version": "1.23.13",
    "monitorList": [
        {"id": 1, "name": "Core", "type": "group"},
        {"id": 2, "name": "Shop", "type": "http", "parent": 1},
    ],
    "heartbeatList": [
        {"monitor_id": 2, "status": 1, "time": "2024-05-01 10:00:00.000", "msg": "200", "ping": 9},
        {"monitor_id": 2, "status": 0, "time": "2024-05-01 10:01:00.000", "msg": "ECONNREFUSED"},
        {"monitor_id": 2, "status": 2, "time": "2024-05-01 10:02:00.000", "msg": ""},
        {"monitor_id": 2, "status": 1, "time": "2024-05-01 10:05:30.000", "msg": "200", "ping": 8},
        {"monitor_id": 9, "status": 0, "time": "2024-05-01 10:01:00.000", "msg": "gone"},
        {"monitor_id": 2, "status": 1, "time": "no time"},
    ],
    "incidentList": [{"id": 5, "title": "Read this", "content": "Text", "style": "warning",
                      "active": 0, "created_date": "2024-05-03 09:00:00",
                      "last_updated_date": "2024-05-03 10:00:00"}],
    "maintenanceList": [
        {"id": 6, "title": "Disks", "description": "We change disks.", "strategy": "single",
         "dateRange": ["2024-05-04 10:00", "2024-05-04 11:00"], "monitors": [{"id": 2}]},
        {"id": 7, "title": "Weekly", "strategy": "recurring-weekday", "dateRange": []},
    ],
}  # fmt: skip


def test_a_kuma_backup_tells_its_downs_to_the_second(bring):
    told = bring("kuma", _KUMA, code=1)
    assert told["incidents"]["new"] == 4
    assert told["signals"]["read"] == 5
    assert {one["why"] for one in told["refused"]} == {
        "“no time” is no instant",
        "it recurs by recurring-weekday, and Kuma keeps no dates of it: plan it here",
    }  # fmt: skip
    assert told["notes"] == ["unknown component: monitor 9, kept as signals"]
    found = row("monitor/2/2024-05-01T10:01:00+00:00")
    assert (found.resolved_at - found.started_at).total_seconds() == 270
    assert "unknown component: 9" in row("monitor/9/2024-05-01T10:01:00+00:00").flags
    assert row("incident/5").impact == "minor"
    assert row("maintenance/6").kind == "maintenance"
    assert Component.objects.get().group.name == "Core"


_CACHET = {
    "components": {"data": [{"id": 1, "name": "API", "status": 1, "order": 1, "group_id": 3}]},
    "groups": {"data": [{"id": 3, "name": "Core"}]},
    "incidents": {"data": [
        {"id": 10, "component_id": 1, "name": "Slow", "status": 4, "message": "We look.",
         "occurred_at": "2024-05-01 10:00:00", "component_status": 3,
         "created_at": "2024-05-01 10:00:00", "updated_at": "2024-05-01 12:00:00",
         "updates": [{"id": 1, "status": 4, "message": "Done.",
                      "created_at": "2024-05-01 11:00:00"}]},
        {"id": 11, "component_id": 7, "name": "Old", "status": 4, "message": "",
         "created_at": "2024-04-01 10:00:00", "updated_at": "2024-04-01 09:00:00"},
        {"id": 12, "attributes": {"name": "New kind", "status": {"value": 2, "human": "Identified"},
                                  "message": "Found.", "created_at": {
                                      "string": "2024-06-01 10:00:00"}}},
    ]},
    "schedules": {"data": [{"id": 20, "name": "Disks", "status": 2, "message": "Disks.",
                            "scheduled_at": "2024-05-02 10:00:00",
                            "completed_at": "2024-05-02 11:00:00"}]},
}  # fmt: skip


def test_a_cachet_page_of_both_versions_is_read(bring):
    bring("cachet", _CACHET)
    slow = row("incident/10")
    assert (slow.state, slow.resolved_at) == ("resolved", instant("2024-05-01T11:00:00Z"))
    assert slow.impact == "major"
    assert row("incident/12").state == "identified"
    assert row("schedule/20").kind == "maintenance"
    old = row("incident/11").flags
    assert "unknown component: 7" in old
    assert any(flag.startswith("ends before it starts") for flag in old)
    assert "its end is not told: when it was last changed counts" in old


_INSTATUS = {
    "page": {"subdomain": "example"},
    "components": [{"id": "c1", "name": {"default": "API"}, "order": 1, "group": {"name": "Core"}}],
    "incidents": [
        {"id": "i1", "name": "Slow", "status": "RESOLVED", "impact": "PARTIALOUTAGE",
         "started": "2024-05-01T10:00:00.000Z", "resolved": "2024-05-01T11:00:00.000Z",
         "components": ["c1"], "updates": [
             {"id": "u1", "message": "We look.", "status": "INVESTIGATING",
              "started": "2024-05-01T10:00:00.000Z"},
             {"id": "u2", "message": "Done.", "status": "RESOLVED",
              "started": "2024-05-01T11:00:00.000Z"},
             {"id": "u3", "message": "Again?", "status": "MONITORING",
              "started": "2024-05-01T12:00:00.000Z"}]},
        {"id": "i2", "name": "Odd", "status": "WHAT", "impact": "NOPE", "components": ["c9"],
         "started": "2024-05-02T10:00:00.000Z", "resolved": None, "updates": []},
    ],
    "maintenances": [{"id": "m1", "name": "Disks", "status": "COMPLETED", "components": ["c1"],
                      "start": "2024-05-03T10:00:00.000Z", "duration": 60, "updates": []}],
}  # fmt: skip


def test_an_instatus_page_is_read(bring):
    bring("instatus", _INSTATUS)
    slow = row("incident/i1")
    assert (slow.impact, slow.state) == ("major", "resolved")
    assert slow.resolved_at == instant("2024-05-01T11:00:00Z")
    assert "an update after the end: monitoring of 2024-05-01 12:00 UTC" in slow.flags
    assert row("maintenance/m1").maintenance.scheduled_until.hour == 11
    flags = row("incident/i2").flags
    assert {"unknown status: WHAT", "unknown impact: NOPE", "no end is given"} <= set(flags)


def test_a_history_that_grew_is_brought_up_to_date_under_the_same_uid(bring):
    bring("statuspage", _STATUSPAGE, code=1)
    longer = json.loads(json.dumps(_STATUSPAGE))
    longer["incidents"][0]["name"] = "Very slow"
    told = bring("statuspage", longer, code=1)
    assert told["incidents"] == {"new": 0, "changed": 1, "same": 2}
    assert queries.incident("cccccccccccc").name == "Very slow"


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("statuspage", "{}", "neither incidents nor components"),
        ("statuspage", "<html></html>", "holds no entries"),
        ("kuma", "[]", "no backup"),
        ("cachet", "[]", "is no object"),
        ("instatus", '"x"', "holds none of"),
        ("github-status", "{}", "no incidents"),
        ("kuma", "{", "is not JSON"),
    ],
)
def test_another_file_is_refused_in_words(troth, tmp_path, name, text, says):
    (tmp_path / "file.json").write_text(text)
    with pytest.raises(ValueError, match=says):
        troth("import", name, tmp_path / "file.json")
