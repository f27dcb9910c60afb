"""Shapes met in public repositories: what people keep of these programs, with words of our own."""

import json

import pytest

from troth.components.models import Component
from troth.incidents.models import Incident

pytestmark = pytest.mark.django_db
PAGES = {"pagination": {"total": 1, "count": 1, "per_page": 20, "links": {"next_page": None}}}
CONFIG = """
baseURL: https://status.example
languages: {en: {}, de: {}}
params:
  systems:
    - {name: API, category: Core}
    - {name: Gateway, category: Core}
  categories: [{name: Core}]
"""
POST = """---
section: issue
title: %s
date: 2021-04-06 01:04:10-07:00
resolved: true
resolvedWhen: 2021-04-06 08:09:09-07:00
%saffected:
  - Gateway
---
Text.
"""
TOML = """+++
title = "Told in TOML"
date = 2024-05-01T10:00:00Z
resolved = true
resolvedWhen = 2024-05-01T11:00:00Z
severity = "disrupted"
affected = ["API"]
+++
Text.
"""


def groups():
    return {one.name: one.group and one.group.name for one in Component.objects.all()}


@pytest.fixture
def site(tmp_path):
    """Make a cState site with posts in folders, a draft, a translation, and one in TOML."""
    home = tmp_path / "site"
    issues = home / "content/issues"
    for folder in ("2024", "bundle"):
        (issues / folder).mkdir(parents=True)
    (home / "config.yml").write_text(CONFIG)
    severe = "severity: down\n"
    for name, text in {
        "_index.md": "---\ntitle: Issues\n---\n",
        "plain.md": POST % ("Plain", severe),
        "plain.de.md": POST % ("Schlicht", severe),
        "silent.md": POST % ("It says no severity", "# severity: down\ninformational: false\n"),
        "draft.md": POST % ("Not public", f"draft: true\n{severe}"),
        "public.md": POST % ("No draft", f"draft: false\n{severe}"),
        "2024/in-a-year.md": POST % ("In a year", severe),
        "bundle/index.md": POST % ("With pictures", severe),
        "told.md": TOML,
    }.items():
        (issues / name).write_text(text)
    return home


def test_a_cstate_site_loses_no_post_and_tells_no_draft(site, bring):
    told = bring("cstate", site, code=1)
    assert set(Incident.objects.values_list("source_id", flat=True)) == {
        "plain", "silent", "public", "2024/in-a-year", "bundle", "told"}  # fmt: skip
    refused = {one["id"]: one["why"] for one in told["refused"]}
    assert refused == {
        "draft": "it is a draft, which was not public",
        "plain.de": "it says in another language what plain says",
    }
    assert not Incident.objects.filter(name="Not public").exists()
    row = Incident.objects.get(source_id="told")
    assert (row.resolved_at - row.started_at).total_seconds() == 3600
    row = Incident.objects.get(source_id="silent")
    assert "unknown severity: none" in row.flags
    assert f"{row.started_at:%Y-%m-%d %H:%M:%S}" == "2021-04-06 08:04:10"


def monitor(key, name, **more):
    """Return a monitor as the backup of 1.21 writes it."""
    return {"id": key, "name": name, "description": None, "url": "http://files.example",
            "active": 1, "type": "http", "interval": 600, "weight": 2000, "maintenance": False,
            "notificationIDList": {"1": True}, "includeSensitiveData": True,
            "tags": [{"id": 4, "monitor_id": key, "name": "Infra", "value": ""}],
            **more}  # fmt: skip


def test_a_backup_of_kuma_declares_its_monitors_and_so_does_a_list_that_a_script_wrote(bring):
    backup = {"version": "1.21.2", "notificationList": [{"id": 1, "config": "{}"}],
              "monitorList": [monitor(1, "Files"), monitor(7, "Off", active=0)]}  # fmt: skip
    assert bring("kuma", backup)["components_declared"] == ["Files", "Off"]
    assert bring("kuma", [monitor(8, "Mail")])["components_declared"] == ["Mail"]


def test_an_answer_of_cachet_saved_as_it_came_is_read_whatever_it_is_about(bring):
    part = {"id": 1, "name": "Website", "status": "1", "order": 0, "group_id": 0, "enabled": True,
            "created_at": "2020-02-27 13:22:51", "updated_at": "2020-10-05 11:22:03",
            "deleted_at": None, "status_name": "Operational", "tags": {"": ""}}  # fmt: skip
    assert bring("cachet", {"meta": PAGES, "data": [part]})["components_declared"] == ["Website"]
    one = {"id": 2, "component_id": 1, "name": "Slow", "status": 4, "visible": 1,
           "message": "It is fast again.", "created_at": "2020-08-01 12:00:00", "deleted_at": None,
           "updated_at": "2020-08-01 12:30:00", "human_status": "Fixed"}  # fmt: skip
    told = bring("cachet", {"meta": PAGES, "data": [one]})
    assert told["incidents"]["new"] == 1
    assert Incident.objects.get().resolved_at.minute == 30


def test_the_summary_of_an_instatus_page_beside_its_components_loses_nothing(bring):
    summary = {
        "page": {"name": "Shop", "url": "https://status.example", "status": "HASISSUES"},
        "activeIncidents": [
            {"id": "cl4a", "name": "The API fails", "started": "2022-06-11T18:55:50Z",
             "status": "INVESTIGATING", "impact": "MAJOROUTAGE",
             "url": "https://status.example/incident/cl4a"}],
        "activeMaintenances": [
            {"id": "cl4b", "name": "Database", "start": "2022-06-11T18:55:54Z",
             "status": "NOTSTARTEDYET", "duration": "60",
             "url": "https://status.example/maintenance/cl4b"}],
    }  # fmt: skip
    parts = {"components": [
        {"id": "c1", "name": "API", "status": "MAJOROUTAGE", "description": "Core"},
        {"id": "c2", "name": "Web", "status": "OPERATIONAL", "group": {"id": "g1"}},
        {"id": "g1", "name": "Frontend", "status": "OPERATIONAL"}]}  # fmt: skip
    told = bring("instatus", {"summary.json": summary, "components.json": parts})
    assert told["incidents"]["new"] == 2
    assert groups() == {"API": None, "Web": "Frontend"}
    plan = Incident.objects.get(name="Database").maintenance
    assert (plan.scheduled_until - plan.scheduled_for).total_seconds() == 3600
    assert json.dumps(told["refused"]) == "[]"


HISTORY = """url: https://shop.example
status: up
code: 200
responseTime: 363
lastUpdated: 2023-10-11T23:26:51.357Z
startTime: Tue Mar 16 2021 18:18:56 GMT+0000 (Coordinated Universal Time)
generator: Upptime <https://github.com/upptime/upptime>
"""


def test_an_upptime_repository_loses_only_the_site_of_which_too_little_is_known(tmp_path, bring):
    history = tmp_path / "status/history"
    history.mkdir(parents=True)
    usual = {"url": "https://shop.example", "status": "up", "uptime": "99.86%", "time": 535}
    summary = [
        {"name": "Shop", "slug": "shop", "dailyMinutesDown": {"2023-10-10": 0, "2023-10-09": 16},
         **usual},
        {"name": "Hashi(橋)", "slug": "hashi", **usual},  # by a version that counted no minutes
        {"name": "Gone", "slug": "gone", "dailyMinutesDown": {"2023-03-21": 18}, **usual},
        {"name": "Without a slug", **usual},
    ]  # fmt: skip
    (history / "summary.json").write_text(json.dumps(summary))
    for slug in ("shop", "hashi"):
        (history / f"{slug}.yml").write_text(HISTORY)
    told = bring("upptime", tmp_path / "status", code=1)
    assert told["components_declared"] == ["Shop", "Hashi(橋)"]
    assert told["incidents"]["new"] == 2
    (none,) = [one["flag"] for one in told["flags"] if "0 minutes on" in one["flag"]]
    assert none.startswith("only the day is known: 0 minutes on 2023-10-10")
    assert {one["incident"]: one["why"] for one in told["refused"]} == {
        "Gone": "history/gone.yml is not there", "Without a slug": "it says no 'slug'"}  # fmt: skip
