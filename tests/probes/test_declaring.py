"""Declaring: documents, files, secrets, the trail."""

import pytest
import yaml

from tests.probes.conftest import NOON, heartbeat_document, monitor_document
from troth.core import documents as core_documents
from troth.core import filing
from troth.core.problems import DocumentError
from troth.probes import actions, queries
from troth.probes.filing import drawer
from troth.probes.models import Heartbeat, Monitor, Roster
from troth.probes.rules import documents
from troth.staff.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"kind": "oracle"}, "spec.kind"),
        ({"every": "500ms"}, "spec.every"),
        ({"every": "soon"}, "spec.every"),
        ({"timeout": "2m", "every": "1m"}, "spec.timeout"),
        ({"slow": "1h"}, "spec.slow"),
        ({"need": "3 of 2"}, "spec.need"),
        ({"locations": ["local", "No Where"]}, "spec.locations[1]"),
        ({"quorum": 2}, "spec.quorum"),
        ({"parents": ["nobody"]}, "spec.parents[0]"),
        ({"parents": ["shop"]}, "spec.parents"),
        ({"condition": "status = 200"}, "spec.condition"),
        ({"condition": "dns.count == 1"}, "spec.condition"),
        ({"settings": {"url": "http://a.example", "token": "x"}}, "spec.settings.token"),
        ({"secrets": {"colour": "red"}}, "spec.settings.colour"),
        ({"retries": 99}, "spec.retries"),
        ({"touchpoint": "a b"}, "spec.touchpoint"),
        ({"frequency": "1m"}, "spec.frequency"),
    ],
)
def test_a_monitor_that_makes_no_sense_is_refused_at_its_field(monitor, spec, field):
    with pytest.raises(DocumentError) as caught:
        monitor("shop", **spec)
    assert field in [problem.field for problem in caught.value.problems]
    assert not Monitor.objects.exists()


@pytest.mark.parametrize("slug", ["", "Shop", "a b", "-a", "x" * 61, "a/b", "ä"])
def test_a_name_is_plain(monitor, heartbeat, slug):
    for declare in (monitor, heartbeat):
        with pytest.raises(DocumentError):
            declare(slug)


def test_a_name_is_used_once_by_monitors_and_heartbeats_together(monitor, heartbeat):
    monitor("shop")
    with pytest.raises(DocumentError, match="a monitor of that name"):
        heartbeat("shop")


def test_secrets_are_encrypted_kept_and_never_shown(monitor, ada):
    settings = {"url": "http://a.example/"}
    monitor("shop", settings=settings, secrets={"token": "hush-hush", "password": "pw"})
    monitor("shop", settings=settings)  # named no secrets: kept
    row = Monitor.objects.get()
    assert b"hush" not in bytes(row.sealed)
    assert queries.tasks("local")[0].settings["token"] == "hush-hush"
    detail = queries.monitor_detail("shop", at=NOON)
    assert detail.secrets == ("password", "token")
    assert "hush" not in repr(detail)
    assert "hush" not in repr([(e.before, e.after) for e in AuditEntry.objects.all()])
    monitor("shop", settings=settings, secrets={"token": ""})  # empty: gone
    assert queries.monitor_detail("shop", at=NOON).secrets == ("password",)


def test_secrets_do_not_open_under_another_name(monitor):
    monitor("shop", secrets={"token": "hush"})
    Monitor.objects.update(slug="other")
    assert queries.tasks("local") == []


def test_a_parent_may_not_be_its_own_grandchild(monitor):
    monitor("router")
    monitor("shop", parents=["router"])
    with pytest.raises(DocumentError, match="as its own parent"):
        monitor("router", parents=["shop"])


def test_each_change_is_seen_by_runners(monitor, heartbeat, ada):
    monitor("shop")
    before = queries.revision()
    actions.ask_now(monitor=Monitor.objects.get(), author=ada, now=NOON)
    assert queries.revision() == before + 1
    assert queries.tasks("local")[0].asked > 0
    actions.retire(watch=Monitor.objects.get(), author=ada, now=NOON)
    assert queries.tasks("local") == []
    assert Roster.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [("500ms", 500), ("30s", 30_000), ("5m", 300_000), ("1.5h", 5_400_000), ("90", 90_000)],
)
def test_durations(text, milliseconds):
    assert documents.as_milliseconds(text) == milliseconds
    assert documents.as_milliseconds(documents.shown_duration(milliseconds)) == milliseconds


FILES = [
    monitor_document(
        "shop", parents=["router"], every="30s", slow="800ms", need="2 of 3",
        condition="status == 200", locations=["local", "fra"], quorum=1,
        secrets={"token": "hush"},
    ),
    monitor_document("router", kind="tcp", settings={"host": "a.example", "port": 22}),
    heartbeat_document("backup", cron="0 3 * * *", zone="Europe/Berlin", grace="30m"),
    heartbeat_document("feed", calendar="hourly"),
]  # fmt: skip


def folder(*found):
    text = yaml.safe_dump_all(found)
    return core_documents.load([("a.yaml", text)], language=filing.language([drawer]))


def planned(*found, prune=False):
    return filing.plan(drawers=[drawer], folder=folder(*found), prune=prune)


def apply(*found, prune=False):
    return filing.carry_out(plan=planned(*found, prune=prune), author="apply", now=NOON)


@pytest.mark.mission("S2.5")
def test_what_files_declare_is_planned_applied_and_exported(db):
    assert [step.verb for step in planned(*FILES).steps] == ["create"] * 4
    assert not Monitor.objects.exists()
    assert apply(*FILES) == 4
    assert Monitor.objects.get(slug="shop").managed_by == "files"
    assert [step.verb for step in planned(*FILES).steps] == ["same"] * 4
    exported = [document for _, document in drawer.export()]
    assert "hush" not in repr(exported)
    assert [step.verb for step in planned(*exported).steps] == ["same"] * 4
    apply(*exported)
    assert queries.tasks("fra")[0].settings["token"] == "hush"


def test_another_secret_is_a_change_that_shows_no_secret(db):
    apply(*FILES)
    other = {**FILES[0], "spec": {**FILES[0]["spec"], "secrets": {"token": "louder"}}}
    [step] = [one for one in planned(other, *FILES[1:]).steps if one.verb == "change"]
    assert step.fields == ("spec.secrets",)


def test_what_left_the_files_is_retired(db):
    apply(*FILES)
    assert apply(*FILES[:2], prune=True) == 2
    assert not Heartbeat.objects.filter(retired_at=None).exists()
    assert apply(*FILES) == 2


def test_problems_name_file_and_field(db):
    broken = monitor_document("shop", parents=["roter"], every="1s")
    with pytest.raises(DocumentError) as caught:
        planned(broken, FILES[1])
    assert "a.yaml, document 1: spec.parents[0]" in str(caught.value)
    assert "router" in str(caught.value)
