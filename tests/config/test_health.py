"""Health, counters, request ids and logs: what an operator sees, and what nobody should."""

import json
import logging
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test import override_settings
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from troth.config import logs
from troth.core import clock
from troth.core.models import Job, Worker
from troth.core.trace import request_id


@pytest.fixture
def worker(db):
    now = clock.now()
    return Worker.objects.create(name="here:1:aa", started_at=now, seen_at=now)


def test_all_is_well_with_a_database_and_a_worker(client, worker):
    found = client.get("/healthz")
    assert found.status_code == 200
    assert found.json()["status"] == "ok"
    assert found.json()["inbox_signals"] == 0
    assert "no-store" in found["Cache-Control"]


def test_a_worker_that_is_silent_for_a_minute_is_late(client, worker):
    Worker.objects.update(seen_at=clock.now() - timedelta(seconds=61))
    found = client.get("/healthz")
    assert (found.status_code, found.json()["worker"]) == (503, "late")
    assert client.get("/healthz/web").status_code == 200  # this process can still answer


@pytest.mark.django_db
def test_without_a_worker_it_is_not_well(client):
    assert client.get("/healthz").status_code == 503


@pytest.mark.django_db
def test_a_database_out_of_reach_is_said_at_once(client):
    def fail(*_):
        raise OperationalError("no route")

    for path in ("/healthz", "/healthz/web"):
        with connection.execute_wrapper(fail):
            found = client.get(path)
        assert (found.status_code, found.json()["database"]) == (503, "down")


def samples(text):
    families = text_string_to_metric_families(text)
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def test_metrics_are_openmetrics_and_count_requests_by_route(client, worker):
    Job.objects.create(name="test.job", due_at=clock.now() - timedelta(seconds=90), failures=3)
    key = (
        "troth_requests_total",
        ("method", "GET"),
        ("route", "healthz/web"),
        ("status", "200"),
    )
    before = samples(client.get("/metrics").content.decode()).get(key, 0)
    client.get("/healthz/web?secret=1")
    found = client.get("/metrics")
    assert found["Content-Type"].startswith("application/openmetrics-text")
    values = samples(found.content.decode())
    assert values[key] == before + 1
    assert values["troth_job_failures", ("job", "test.job")] == 3
    assert values["troth_job_overdue_seconds", ("job", "test.job")] == pytest.approx(90, abs=5)
    assert values["troth_inbox_signals",] == 0
    assert values["troth_worker_seconds",] < 10
    assert any(name[0] == "troth_request_seconds_bucket" for name in values)


def test_metrics_ask_for_their_token(client, worker):
    with override_settings(TROTH=replace(settings.TROTH, metrics_token="s3cret")):
        assert client.get("/metrics").status_code == 401
        assert client.get("/metrics", headers={"Authorization": "Bearer no"}).status_code == 401
        found = client.get("/metrics", headers={"Authorization": "Bearer s3cret"})
        assert found.status_code == 200


@pytest.mark.django_db
def test_every_answer_carries_a_request_id(client):
    first, second = (client.get("/healthz/web")["X-Request-ID"] for _ in range(2))
    assert re.fullmatch(r"[0-9a-f]{24}", first)
    assert first != second
    given = client.get("/healthz/web", headers={"X-Request-ID": "proxy-123456"})
    assert given["X-Request-ID"] == "proxy-123456"


@pytest.mark.django_db
@pytest.mark.parametrize("bad", ["short", "x" * 65, "with space in it", "new\tline-here"])
def test_a_request_id_that_could_forge_a_log_line_is_replaced(client, bad):
    found = client.get("/healthz/web", headers={"X-Request-ID": bad})
    assert found["X-Request-ID"] != bad


@pytest.mark.django_db
def test_logs_hold_no_personal_data(client, caplog):
    caplog.handler.setFormatter(logs.JsonLines())
    with caplog.at_level(logging.DEBUG):
        client.post(
            "/accounts/login/?next=/desk/ada@example.org",
            {"login": "ada@example.org", "password": "correct horse"},
            headers={"Cookie": "theirs=cookie", "User-Agent": "Ada's telephone"},
            REMOTE_ADDR="203.0.113.7",
        )
        client.get("/desk/nobody/ada@example.org/")
    written = caplog.text
    assert '"message": "request"' in written
    for personal in ("ada@", "correct horse", "203.0.113.7", "theirs=cookie", "telephone"):
        assert personal not in written


def test_a_log_line_is_one_json_object_with_the_request_id():
    record = logging.makeLogRecord(
        {"name": "troth.x", "levelname": "INFO", "msg": "job %s", "args": ("done",), "job": "a.b",
         "request": object()}
    )  # fmt: skip
    token = request_id.set("abc-12345")
    try:
        line = logs.JsonLines().format(record)
    finally:
        request_id.reset(token)
    entry = json.loads(line)
    assert (entry["message"], entry["job"], entry["request_id"]) == ("job done", "a.b", "abc-12345")
    assert "request" not in entry
    assert "\n" not in line
