"""What runs by the clock: silence noticed, late heartbeats told, old evidence removed."""

from datetime import datetime, timedelta

from django.conf import settings

from troth.probes import actions, queries


def watch(*, now: datetime) -> int:
    """Turn to unknown what is not heard of, and tell what a parent no longer suppresses."""
    return actions.watch(now=now)


def is_watching(*, now: datetime) -> bool:  # noqa: ARG001 - the schedule's own shape
    """Return whether there is any monitor or heartbeat at all."""
    return queries.is_anything_watched()


def beat(*, now: datetime) -> int:
    """Turn heartbeats down whose sign did not come within their grace."""
    return actions.beat(now=now)


def is_late(*, now: datetime) -> bool:
    return queries.is_any_late(now=now)


def tidy(*, now: datetime) -> int:
    """Remove evidence and signs that are older than the installation keeps them."""
    before = now - timedelta(days=settings.TROTH.probe_evidence_days)
    return actions.forget_before(before=before)
