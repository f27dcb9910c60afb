"""One check from start to end: probe, judge, try again if it is allowed to. Touches no database."""

import asyncio
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final

from troth.probes import catalogue, words
from troth.probes.kind import Finding, Kind, Limits, ProbeError
from troth.probes.rules.condition import Condition
from troth.probes.rules.results import Outcome
from troth.probes.wire import Task

_PAUSE: Final = 0.5  # seconds before it is tried again
_REASON: Final = 300
_EXCERPT: Final = 2_000


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check came to; `took` in seconds."""

    outcome: Outcome
    took: float
    reason: str = ""
    phases: dict[str, int] | None = None  # microseconds
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A task read once, to be done again and again."""

    task: Task
    kind: Kind
    ready: Any  # what the kind makes of the settings
    condition: Condition | None
    limits: Limits
    address: str


def prepared(task: Task, *, private: bool) -> Prepared:
    """Read a task. Raises SettingsError."""
    kind = catalogue.kind(task.kind)
    settings = catalogue.read(task.kind, task.settings)
    condition = catalogue.condition(task.kind, task.condition)
    limits = Limits(
        timeout=task.timeout / 1000,
        private=private,
        facts=condition.roots if condition else frozenset(),
    )
    return Prepared(task, kind, kind.ready(settings), condition, limits, kind.address(settings))


async def check(job: Prepared) -> Checked:
    """Do a check; every error of the target is an outcome. The last of the tries counts."""
    for left in range(job.task.retries, -1, -1):
        found = await _once(job)
        if found.outcome is not Outcome.DOWN or not left:
            break
        await asyncio.sleep(_PAUSE)
    return found


async def _once(job: Prepared) -> Checked:
    begun = perf_counter()
    try:
        async with asyncio.timeout(job.limits.timeout):
            found = await job.kind.probe(job.ready, job.limits)
    except Exception as error:  # noqa: BLE001 - whatever a library raises is the target's failure
        took = perf_counter() - begun
        return Checked(Outcome.DOWN, took, words.plain(error, timeout=job.limits.timeout))
    return _judged(job, found, perf_counter() - begun)


def _judged(job: Prepared, found: Finding, took: float) -> Checked:
    reason = found.error
    if not reason and job.condition is not None:
        facts = {"time": took, "phase": found.phases, **found.facts}
        reason = job.condition.holds(facts).reason
    phases = {name: round(seconds * 1e6) for name, seconds in found.phases.items()}
    if reason:
        excerpt = _excerpt(found)
        return Checked(Outcome.DOWN, took, reason[:_REASON], phases, excerpt)
    if found.degraded:
        return Checked(Outcome.DEGRADED, took, found.degraded[:_REASON], phases, _excerpt(found))
    if job.task.slow is not None and took * 1000 > job.task.slow:
        slow = f"it took {took * 1000:.0f} ms, more than {job.task.slow} ms"
        return Checked(Outcome.DEGRADED, took, slow, phases)
    return Checked(Outcome.UP, took, "", phases)


def _excerpt(found: Finding) -> str:
    try:
        return found.shown()[:_EXCERPT]
    except ProbeError as error:
        return str(error)
