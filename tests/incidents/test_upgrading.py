"""An installation of before, with rows of every kind that a migration touches, is brought up.

Each runs in processes of its own: a database goes only forward, and the one of the other tests
stays as it is.
"""

import json

import pytest

BEFORE = {"components": "0001", "incidents": "0001", "probes": "0001", "promises": "0002",
          "page": "0001", "staff": "0001", "signals": "0001", "metrics": "0001",
          "core": "0001"}  # fmt: skip
HEAD = """
import json
import django
django.setup()
from datetime import UTC, datetime, timedelta
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
"""
# What one worked with then, written by the models as they were then.
FILL = """
executor = MigrationExecutor(connection)
names = {(app, name[:4]): name for app, name in executor.loader.graph.nodes}
executor.migrate([(app, names[app, number]) for app, number in BEFORE.items()])
apps = executor.loader.project_state(
    [(app, names[app, number]) for app, number in BEFORE.items()]).apps
model = apps.get_model
said = {"created_at": NOON, "updated_at": NOON}
part = model("components", "Component").objects.create(
    uid="c1", slug="api", name="Api", accounted_until=2_000_000_000, **said)
quiet = model("components", "Component").objects.create(
    uid="c2", slug="web", name="Web", accounted_until=2_000_000_000, **said)
start = int(NOON.timestamp())
for one, status in ((part, "under_maintenance"), (quiet, "major_outage")):
    for begins in (start + 7200, start):
        model("components", "Condition").objects.create(
            component=one, cause="incident", ref=f"r{begins}", status=status, starts=begins,
            ends=begins + 60, by="Ada", recorded_at=NOON)


def incident(uid, **more):
    return model("incidents", "Incident").objects.create(
        uid=uid, name=uid, kind="incident", started_at=NOON, origin="person", by="Ada",
        **{"state": "resolved", "listed_at": NOON, **said, **more})


def update(one, uid, **more):
    return model("incidents", "Update").objects.create(
        incident=one, uid=uid, state="monitoring", body="b", html="<p>b</p>", at=NOON, by="Ada",
        **{"written_by": "User:7", **said, **more})


over = incident("over", resolved_at=NOON + HOUR)
update(over, "before-end", written_by="SimpleLazyObject:7")
update(over, "after-end", created_at=NOON + 2 * HOUR)
update(over, "public", published_at=NOON)
update(incident("open", state="investigating"), "waiting")
update(incident("merged", state="investigating", merged_into=over, merged_at=NOON), "in-merged")
impact = model("incidents", "UpdateImpact").objects.create(
    update_id=1, component="c1", name="Group - Api", status="major_outage")
beat = model("probes", "Heartbeat").objects.create(
    **{one.name: MADE.get(one.get_internal_type(), "x")
       for one in model("probes", "Heartbeat")._meta.concrete_fields
       if not (one.primary_key or one.has_default() or one.null)})
for number in range(3):
    model("probes", "Ping").objects.create(
        heartbeat=beat, at=NOON + number * HOUR, kind="success", method="GET")
"""
LOOK = """
from troth.components.models import Component
from troth.incidents.models import Update, UpdateImpact
from troth.probes.models import Heartbeat, Ping
from troth.staff.models import User
print(json.dumps({
    "owed": dict(Component.objects.values_list("slug", "account_from")),
    "lapsed": dict(Update.objects.values_list("uid", "lapsed_for")),
    "writers": sorted(set(Update.objects.values_list("written_by", flat=True))),
    "since": {one.uid: str(one.lapsed_at) for one in Update.objects.exclude(lapsed_at=None)},
    "impacts": list(UpdateImpact.objects.values_list("name", flat=True)),
    "pings": list(Ping.objects.order_by("id").values_list("mark", flat=True)),
    "mail": list(Heartbeat.objects.values_list("mail", flat=True)),
    "people": User.objects.count(),
}))
"""
MADE = """
MADE = {"DateTimeField": NOON, "IntegerField": 60, "PositiveIntegerField": 60,
        "BigIntegerField": 60, "JSONField": {}, "BinaryField": b"x", "FloatField": 60.0}
"""


@pytest.mark.timeout(240)
def test_what_was_there_before_an_upgrade_is_there_after_it_and_means_what_it_ought(python):
    python("-c", f"BEFORE = {BEFORE!r}\n{HEAD}{MADE}{FILL}")
    python("-m", "troth.config", "migrate", "--quiet")
    found = json.loads(python("-c", HEAD + LOOK).splitlines()[-1])
    noon = 1_773_835_200
    assert found["owed"] == {"api": noon, "web": None}  # told again since its first maintenance
    assert found["lapsed"] == {
        "before-end": "resolved", "after-end": "", "public": "", "waiting": "",
        "in-merged": "merged",
    }  # fmt: skip
    assert found["since"]["before-end"] == "2026-03-18 13:00:00+00:00"
    assert found["writers"] == ["User:7"]
    assert found["impacts"] == ["Group - Api"]
    assert found["pings"] == ["", "", ""]
    assert found["mail"] == [{}]
    python("-m", "troth.config", "migrate", "--quiet")  # again: nothing is left to do
