"""Promises of before that look at segments have them watched after an upgrade; no usual moves."""

import json

import pytest

HEAD = """
import json
import django
django.setup()
from datetime import UTC, date, datetime
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
"""
FILL = """
executor = MigrationExecutor(connection)
before = [("metrics", "0010_why_dirty"), ("promises", "0004_score")]
executor.migrate(before)
model = executor.loader.project_state(before).apps.get_model
sweep = model("metrics", "Sweep").objects.create(
    digest="s", kinds=["k"], time="happened_at", zone="UTC", grain=86_400)
series = model("metrics", "Series").objects.create(
    digest="a", measure={"kinds": ["k"]}, sweep=sweep, created_at=NOON)
for slug, segments in {"listed": ["country", "Not A Name", "carrier", "country"],
                       "one": "country", "none": None, "retired": ["country"]}.items():
    promise = model("promises", "Promise").objects.create(
        slug=slug, name=slug, created_at=NOON, retired_at=NOON if slug == "retired" else None)
    for number, found in ((1, ["before"]), (2, segments)):
        spec = {"segments": found} if found else {}
        model("promises", "Version").objects.create(
            promise=promise, number=number, spec={"spec": spec}, author="Ada", created_at=NOON)
    stream = model("metrics", "Stream").objects.create(
        key=f"promise:{slug}", name=slug, series=series, created_at=NOON)
    model("metrics", "Baseline").objects.create(
        stream=stream, number=1, series=series, starts_on=date(1900, 1, 1), frozen={"made": slug},
        reason="the first days", author="Ada", decided_at=NOON)
"""
LOOK = """
from troth.metrics.models import Baseline, Series, Stream
print(json.dumps({
    "attributes": dict(Stream.objects.values_list("key", "attributes")),
    "usual": dict(Baseline.objects.values_list("stream__key", "frozen")),
    "series": Series.objects.count(),
}))
"""


@pytest.mark.timeout(240)
def test_streams_of_before_are_told_their_attributes_and_keep_their_usual(python):
    python("-c", HEAD + FILL)
    python("-m", "troth.config", "migrate", "--quiet")
    found = json.loads(python("-c", HEAD + LOOK).splitlines()[-1])
    assert found["attributes"] == {
        "promise:listed": ["country", "carrier"], "promise:one": ["country"],
        "promise:none": [], "promise:retired": [],
    }  # fmt: skip
    slugs = ("listed", "one", "none", "retired")
    assert found["usual"] == {f"promise:{slug}": {"made": slug} for slug in slugs}
    assert found["series"] == 1


CALENDARS = """
executor = MigrationExecutor(connection)
before = [("metrics", "0011_segments_asked"), ("promises", "0005_segments_watched")]
executor.migrate(before)
model = executor.loader.project_state(before).apps.get_model
for slug, found in {"office": ["2026-12-25", "2026-12-26T00:00:00"], "one": "2027-01-01",
                    "none": None}.items():
    spec = {"zone": "UTC"} | ({"holidays": found} if found else {})
    model("promises", "Calendar").objects.create(
        slug=slug, spec={"spec": spec}, created_at=NOON)
"""
DAYS = """
from troth.metrics.models import Holiday
print(json.dumps([f"{one.calendar} {one.day}" for one in Holiday.objects.all()]))
"""


@pytest.mark.timeout(240)
def test_calendars_of_before_hand_their_holidays_down(python):
    python("-c", HEAD + CALENDARS)
    python("-m", "troth.config", "migrate", "--quiet")
    found = json.loads(python("-c", HEAD + DAYS).splitlines()[-1])
    assert found == ["office 2026-12-25", "office 2026-12-26", "one 2027-01-01"]
