"""Is it well: `/healthz` for people and balancers, `/metrics` for Prometheus."""

import os
import secrets
from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import REGISTRY, Collector

from troth.core import clock
from troth.core.models import Job, Worker
from troth.signals import queries as signals

LATE = 60.0  # seconds without a sign of life after which a worker is taken for dead


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database and a worker are there, else 503; says which is not."""
    found = state(now=clock.now())
    return JsonResponse(found, status=200 if found["status"] == "ok" else 503)


@never_cache
@require_safe
def healthz_web(_request: HttpRequest) -> HttpResponse:
    """Answer 200 when this process reaches its database: what a balancer should ask."""
    reached = _database_answers()
    return JsonResponse({"database": "ok" if reached else "down"}, status=200 if reached else 503)


def state(*, now: datetime) -> dict[str, object]:
    if not _database_answers():
        return {"status": "down", "database": "down"}
    age = worker_age(now=now)
    alive = age is not None and age <= LATE
    return {
        "status": "ok" if alive else "late",
        "database": "ok",
        "worker": "ok" if alive else "late",
        "worker_seconds": age,
        "inbox_signals": signals.inbox_depth().signals,
    }


def worker_age(*, now: datetime) -> float | None:
    """Return the seconds since any worker's last sign of life, None when there never was one."""
    seen = Worker.objects.aggregate(seen=Max("seen_at"))["seen"]
    return None if seen is None else round(max((now - seen).total_seconds(), 0.0), 1)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer OpenMetrics text. Asks for a bearer token when METRICS_TOKEN is set."""
    token = settings.TROTH.metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and not secrets.compare_digest(given.encode(), token.encode()):
        return HttpResponse("a bearer token is needed\n", status=401, content_type="text/plain")
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(_Counted())
    registry.register(_State())
    text = generate_latest(registry)  # type: ignore[no-untyped-call]
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


class _Counted(Collector):
    """What this one process counted."""

    def collect(self) -> Iterator[Metric]:
        yield from REGISTRY.collect()


class _State(Collector):
    """What the database says at this moment."""

    def collect(self) -> Iterator[Metric]:
        now = clock.now()
        yield _gauge(
            "troth_inbox_signals",
            "Signals accepted, not yet sealed.",
            signals.inbox_depth().signals,
        )
        age = worker_age(now=now)
        if age is not None:
            yield _gauge("troth_worker_seconds", "Seconds since a worker's last sign of life.", age)
        failures = GaugeMetricFamily("troth_job_failures", "Failures in a row.", labels=["job"])
        overdue = GaugeMetricFamily("troth_job_overdue_seconds", "Time past due.", labels=["job"])
        for job in Job.objects.order_by("name"):
            failures.add_metric([job.name], job.failures)
            overdue.add_metric([job.name], max((now - job.due_at).total_seconds(), 0.0))
        yield failures
        yield overdue


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)
