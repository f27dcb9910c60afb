"""Two real, dirty histories: Jenkins' cState site and Upptime's own repository."""

import json

import pytest

from troth.incidents.models import Incident, Update
from troth.signals import queries as signals

pytestmark = pytest.mark.django_db


@pytest.fixture
def jenkins(shared, troth):
    return json.loads(troth("import", "cstate", shared / "jenkins_cstate", "--json"))


def flags(told, word):
    return [one for one in told["flags"] if one["flag"].startswith(word)]


@pytest.mark.shared
def test_every_file_of_jenkins_is_kept_and_what_is_odd_is_flagged(jenkins):
    assert jenkins["incidents"] == {"new": 182, "changed": 0, "same": 0}
    assert jenkins["refused"] == []
    assert Incident.objects.count() == 182
    assert len(flags(jenkins, "ends before it starts")) == 6
    unknown = {one["flag"].partition(": ")[2] for one in flags(jenkins, "unknown component")}
    assert {"nothing", "repo-jenkins-ci.org", "ldap"} <= unknown
    assert "ldap.jenkins.io" not in unknown


@pytest.mark.shared
def test_what_ends_before_it_starts_is_told_with_both_instants_and_counts_no_downtime(jenkins):
    row = Incident.objects.get(source_id="2023-12-06-systempool-tainted")
    assert row.resolved_at < row.started_at
    assert any(flag.startswith("ends before it starts: 2023-12-06 09:15") for flag in row.flags)
    assert row.state == "resolved"


@pytest.mark.shared
def test_jenkins_a_second_time_changes_nothing(jenkins, troth, shared):
    before = set(Incident.objects.values_list("uid", "turn", "revision"))
    updates = set(Update.objects.values_list("id", "uid"))
    again = json.loads(troth("import", "cstate", shared / "jenkins_cstate", "--json"))
    assert again["incidents"] == {"new": 0, "changed": 0, "same": 182}
    assert set(Incident.objects.values_list("uid", "turn", "revision")) == before
    assert set(Update.objects.values_list("id", "uid")) == updates


def down(troth, name):
    span = ("--from", "2020-08-10", "--to", "2021-07-21", "--impact", "critical")
    (told,) = json.loads(troth("uptime", "--component", name, *span, "--json"))["impacts"]
    return told["seconds_down"], round(100 * told["share"], 2)


@pytest.mark.shared
def test_upptimes_own_figures_come_out(troth, shared):
    told = json.loads(troth("import", "upptime", shared / "upptime_koj", "--json"))
    (table,) = told["tables"]
    figures = {row["site"]: (row["from its minutes"], row["minutes down"]) for row in table["rows"]}
    assert figures == {
        "Google": ("100.00%", "0"),
        "Wikipedia": ("99.99%", "36"),
        "Hacker News": ("99.95%", "237"),
        "Test Broken Site": ("0.01%", "133,369"),
    }
    assert all(row["uptime it published"] == row["from its minutes"] for row in table["rows"])
    assert down(troth, "Hacker News") == (14_241, 99.95)  # 237 min 21 s
    assert down(troth, "Wikipedia") == (2_173, 99.99)  # 36 min 13 s
    assert down(troth, "Google") == (0, 100.0)
    assert told["signals"] == {"read": 3471, "new": 3471}
    again = json.loads(troth("import", "upptime", shared / "upptime_koj", "--json"))
    assert again["signals"]["new"] == 0
    assert again["incidents"]["same"] == 4
    assert "check" in signals.kinds()


@pytest.mark.shared
def test_a_rehearsal_writes_nothing_and_says_the_same(troth, shared):
    told = json.loads(troth("import", "cstate", shared / "jenkins_cstate", "--dry-run", "--json"))
    assert told["incidents"]["new"] == 182
    assert Incident.objects.count() == 0


_FRONT = "---\ntitle: {title}\ndate: 2024-05-01T10:00:00Z\n{more}\n---\n{body}\n"


@pytest.fixture
def site(tmp_path):
    (tmp_path / "content/issues").mkdir(parents=True)
    (tmp_path / "config.yml").write_text(
        "baseURL: https://status.example.org/\nparams:\n  systems:\n    - name: API\n"
    )

    def add(name, *, body="Text.", title="Trouble", **fields):
        more = "\n".join(f"{field}: {value}" for field, value in fields.items())
        file = tmp_path / f"content/issues/{name}.md"
        file.write_text(_FRONT.format(title=title, more=more, body=body))
        return tmp_path

    return add


def flags_of(source_id):
    return Incident.objects.get(source_id=source_id).flags


def test_each_oddity_of_a_cstate_post_has_its_flag(site, troth):
    site("open", severity="down", affected="[API]")
    site("empty", severity="down", affected="[API]", resolved="true",
         resolvedWhen="2024-05-01T11:00:00Z", body="")  # fmt: skip
    site("pinned", severity="odd", resolved="true", pinned="true", informational="true")
    site("naive", severity="notice", resolved="true", resolvedWhen="2024-05-01 11:00:00",
         body="{{< track >}}")  # fmt: skip
    root = site("unsure", severity="notice", resolved="true", affected="[Moon]")
    (root / "content/issues/broken.md").write_text("no front matter")
    told = json.loads(troth("import", "cstate", root, "--json", code=1))
    assert flags_of("open") == ["no end is given", "overlaps empty on API"]
    assert "an update without text: resolved of 2024-05-01 10:00 UTC" in flags_of("empty")
    assert flags_of("pinned") == ["unknown severity: odd", "pinned in the source",
                                  "informational in the source"]  # fmt: skip
    assert "resolvedWhen names no zone: taken as UTC" in flags_of("naive")
    assert "its text holds Hugo shortcodes, shown as they are" in flags_of("naive")
    assert "unknown component: Moon" in flags_of("unsure")
    assert "resolved, but it does not say when" in flags_of("unsure")
    assert [one["id"] for one in told["refused"]] == ["broken"]


def test_planned_work_of_a_cstate_site_is_a_maintenance(site, troth):
    root = site("work", section="maintenance", severity="notice", affected="[API]",
                resolved="true", resolvedWhen="2024-05-01T12:00:00Z")  # fmt: skip
    troth("import", "cstate", root)
    row = Incident.objects.get(source_id="work")
    assert (row.kind, row.state, row.impact) == ("maintenance", "completed", "maintenance")
    assert row.maintenance.scheduled_until.hour == 12
