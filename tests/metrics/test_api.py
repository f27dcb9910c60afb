"""Metrics by API: who may ask, what comes, in pages, unchanged when nothing changed."""

from datetime import UTC, datetime, timedelta

import pytest

from troth.core import clock
from troth.core.windows import DAY
from troth.metrics import actions, jobs
from troth.metrics.rules import Measure
from troth.signals import actions as signals
from troth.signals.envelope import Signal

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def reader(token) -> dict[str, str]:
    return {"Authorization": f"Bearer {token('read')}"}


@pytest.fixture
def series(db):
    measure = Measure(
        kinds=("delivery",), good="outcome = 'ok'", value="value", by=("country",), sketch=True
    )
    followed = actions.follow(measure=measure, zone="Europe/Berlin", grain=DAY)
    given = [
        Signal(source="s", kind="delivery", key=str(n), happened_at=NOON - timedelta(days=n),
               outcome="ok" if n else "late", value=float(n), segment={"country": "DE"})
        for n in range(5)
    ]  # fmt: skip
    signals.accept(batches=[given], door="test", now=NOON)
    signals.seal(now=NOON)
    jobs.tally(now=NOON)
    return followed


@pytest.mark.parametrize("path", ["metrics", "metrics/on_time", "series", "series/1"])
def test_without_a_key_nothing_is_shown(client, db, path):
    assert client.get(f"/api/v1/{path}").status_code == 401


def test_a_viewer_who_is_signed_in_may_read(signed_in, vic):
    assert signed_in(vic).get("/api/v1/metrics").status_code == 200


def test_metrics_are_listed_in_pages_and_shown_one_by_one(client, reader):
    first = client.get("/api/v1/metrics?limit=4", headers=reader).json()
    assert len(first["items"]) == 4
    rest = client.get(f"/api/v1/metrics?limit=200&cursor={first['next']}", headers=reader).json()
    assert len(first["items"]) + len(rest["items"]) == first["total"]
    one = client.get("/api/v1/metrics/on_time", headers=reader).json()
    assert one["title"] == "On time"
    assert one["measure"]["good"] == "resolved_at <= due_at"
    assert client.get("/api/v1/metrics/nothing", headers=reader).status_code == 404


def test_tallies_come_by_day_and_by_segment_with_an_etag(client, reader, series):
    with clock.frozen(NOON):
        path = f"/api/v1/series/{series.pk}/tallies"
        answer = client.get(path, headers=reader)
        found = answer.json()
        assert found["total"] == 5
        last = found["items"][-1]
        assert (last["good"], last["total"], last["share"], last["mean"]) == (0, 1, 0.0, 0.0)
        assert last["start"] == "2026-04-30T22:00:00Z"
        assert last["end"] == "2026-05-01T22:00:00Z"
        again = client.get(path, headers=reader | {"If-None-Match": answer["ETag"]})
        assert again.status_code == 304
        parts = client.get(f"{path}?by_segment=true&limit=1", headers=reader).json()
        assert parts["items"][0]["segment"] == {"country": "DE"}
        rest = client.get(f"{path}?by_segment=true&cursor={parts['next']}", headers=reader).json()
        assert len(rest["items"]) == 4
        before = client.get(f"{path}?as_of=2026-04-30", headers=reader).json()
        assert before["items"] == []
        known = client.get(f"{path}?as_of=2026-05-02&by_segment=true", headers=reader).json()
        assert known["total"] == 5


def test_percentiles_and_progress_are_told(client, reader, series):
    with clock.frozen(NOON):
        found = client.get(f"/api/v1/series/{series.pk}/percentiles", headers=reader).json()
        assert (found["n"], found["p50"], found["least"], found["most"]) == (5, 2.0, 0.0, 4.0)
        listed = client.get("/api/v1/series", headers=reader).json()["items"]
        assert [one["progress"] for one in listed] == [1.0]
        plain = actions.follow(measure=Measure(), zone="UTC", grain=DAY)
        refused = client.get(f"/api/v1/series/{plain.pk}/percentiles", headers=reader)
        assert refused.status_code == 422
        assert refused.json()["error"] == "this series keeps no percentiles"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("start=2026-05-02&end=2026-05-01", 422),
        ("start=1980-01-01&end=2199-01-01", 200),
        ("start=soon", 422),
        ("cursor=xyz", 422),
        ("limit=0", 422),
    ],
)
def test_what_cannot_be_asked_is_refused(client, reader, series, query, status):
    answer = client.get(f"/api/v1/series/{series.pk}/tallies?{query}", headers=reader)
    assert answer.status_code == status


def test_a_series_that_is_not_there_is_404(client, reader):
    assert client.get("/api/v1/series/99999/tallies", headers=reader).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_listing_series_costs_a_fixed_number_of_queries(
    client, reader, count, django_assert_num_queries
):
    for number in range(count):
        actions.follow(measure=Measure(where=f"value > {number}"), zone="UTC", grain=DAY)
    client.get("/api/v1/series", headers=reader)
    with django_assert_num_queries(3):
        client.get("/api/v1/series", headers=reader)
