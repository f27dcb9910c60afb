"""Metrics' drawer: outcomes and journeys as files. Metrics themselves stand in that of promises."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import Any

from troth.core.documents import Folder
from troth.core.filing import ENDING, Do, Drawer, Step
from troth.core.problems import Problem
from troth.metrics import filing_journey, queries, reporting
from troth.metrics.recipe_documents import KIND


def _declare(folder: Folder, problems: list[Problem]) -> Iterator[Step]:
    for loaded in folder.of(KIND):
        try:
            (found,) = queries.outcome_plan(documents=[loaded.document])
        except ValueError as error:
            problems.append(Problem(loaded.place, str(error)))
            continue
        yield Step(found.verb, KIND, found.name, found.fields, _do(found.name, loaded.document))


def _prune(folder: Folder) -> Iterator[Step]:
    wanted = [loaded.document for loaded in folder.of(KIND)]
    for found in queries.outcome_plan(documents=wanted, prune=True):
        if found.verb in ENDING:
            yield Step(found.verb, KIND, found.name, found.fields, _do(found.name, None))


def _do(name: str, document: dict[str, Any] | None) -> Do:
    def do(author: str, now: datetime) -> object:
        if document is None:
            return reporting.retire_outcome(name=name, author=author, now=now)
        return reporting.declare_outcome(document=document, author=author, now=now)

    return do


def _export() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, document in sorted(queries.outcome_documents().items()):
        yield f"outcome-{name}", document


drawer = Drawer(
    kinds=(KIND, filing_journey.KIND),
    declare=lambda folder, problems: chain(
        _declare(folder, problems), filing_journey.declare(folder, problems)
    ),
    prune=lambda folder: chain(_prune(folder), filing_journey.prune(folder)),
    export=lambda: chain(_export(), filing_journey.export()),
)
