"""What filling does, step by step, through the same actions that staff use."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from troth.metrics import jobs as metrics_jobs
from troth.page import actions as page
from troth.promises import actions as promises
from troth.signals import actions as signals
from troth.signals.envelope import Signal


def take_in(batches: Iterator[Sequence[Signal]], *, now: datetime) -> None:
    """Accept the signals and seal them until the inbox is empty."""
    signals.accept(batches=batches, door="demo", now=now)
    while signals.seal(now=now).rows:
        pass


def declare(path: Path, *, since: datetime, now: datetime) -> None:
    """Declare the promises in a file, in force from `since` on."""
    documents: list[dict[str, Any]] = list(yaml.safe_load_all(path.read_text("utf-8")))
    for document in documents:
        document["spec"]["effective_from"] = since.isoformat()
        promises.declare(spec=document, author="demo", reason="The demo's promises", now=now)


def say_so(*, shift: int, now: datetime) -> None:
    """Let the page say that this is a demonstration, and of what."""
    text = (
        f"Demonstration: real requests to the City of Boston in 2015, moved by {shift:,} days so "
        "that the last day is yesterday. The promises and their targets are ours, not the city's."
    )
    page.post_notice(text=text, author="demo", now=now)


def judge_and_publish(*, now: datetime) -> None:
    while metrics_jobs.tally(now=now):
        pass
    promises.judge_all(now=now, everything=True)
    page.publish(now=now, always=True)
