"""Journeys as files, as steps of a plan."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from troth.core.documents import Folder
from troth.core.filing import ENDING, Do, Step
from troth.core.problems import Problem
from troth.metrics import journeying
from troth.metrics.journey_documents import KIND
from troth.metrics.queries.journeyed import journey_documents, journey_plan

__all__ = ["KIND", "declare", "export", "prune"]


def declare(folder: Folder, problems: list[Problem]) -> Iterator[Step]:
    """Yield what declaring the journeys of a folder would do."""
    for loaded in folder.of(KIND):
        try:
            (found,) = journey_plan(wanted=[loaded.document])
        except ValueError as error:
            problems.append(Problem(loaded.place, str(error)))
            continue
        yield Step(found.verb, KIND, found.name, found.fields, _do(found.name, loaded.document))


def prune(folder: Folder) -> Iterator[Step]:
    """Yield what takes back the journeys that the folder does not hold."""
    wanted = [loaded.document for loaded in folder.of(KIND)]
    for found in journey_plan(wanted=wanted, prune=True):
        if found.verb in ENDING:
            yield Step(found.verb, KIND, found.name, found.fields, _do(found.name, None))


def export() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, document in journey_documents().items():
        yield f"journey-{name}", document


def _do(name: str, document: dict[str, Any] | None) -> Do:
    def do(author: str, now: datetime) -> object:
        if document is None:
            return journeying.retire_journey(name=name, author=author, now=now)
        return journeying.declare_journey(document=document, author=author, now=now)

    return do
