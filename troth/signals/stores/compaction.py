"""Compaction of the embedded store: many small files become few, hidden rows' traces go."""

from datetime import datetime


def compact(*, now: datetime) -> int:
    raise NotImplementedError


def retain(*, kind: str, before: datetime, now: datetime) -> int:
    raise NotImplementedError
