"""Configuration as files: what applying them would do, and doing it, all or nothing.

Each package keeps a drawer (`<package>/filing.py: drawer`) with the kinds of documents it
understands. `troth apply` and `troth export` open all of them (troth/config/drawers.py).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from troth.core.documents import Folder, Language, Loaded, Translate
from troth.core.problems import DocumentError, Problem

FILES = "files"  # what files manage says so in its `managed_by`
ENDING = ("retire", "withdraw")
WRITES = ("create", "change", *ENDING)
Author = str  # whom the trail names: "apply"
Do = Callable[[Author, datetime], object]
Named = tuple[str, dict[str, Any]]  # file name without suffix, document


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that applying would do: verb is create, change, same, retire or withdraw.

    `fields` are those of the document that differ, `do` does it.
    """

    verb: str
    kind: str
    name: str
    fields: tuple[str, ...]
    do: Do


@dataclass(frozen=True, slots=True)
class Plan:
    steps: tuple[Step, ...]
    remarks: tuple[str, ...]

    @property
    def writes(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.verb in WRITES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawer:
    """What a package takes from files and writes to them.

    `declare` yields the steps for the documents of its kinds and adds what is wrong to the
    problems; it writes nothing, and may look at the whole folder, since a document may name one
    that the same files declare. `prune` yields the steps that end what files manage and the
    folder does not hold. `export` yields documents in an order in which they can be applied.
    """

    kinds: tuple[str, ...]
    declare: Callable[[Folder, list[Problem]], Iterator[Step]]
    prune: Callable[[Folder], Iterator[Step]]
    export: Callable[[], Iterator[Named]]
    foreign: Mapping[str, Translate] = field(default_factory=dict)  # start of apiVersion → reader


def language(drawers: Sequence[Drawer]) -> Language:
    """Return what all drawers together understand."""
    kinds = tuple(kind for drawer in drawers for kind in drawer.kinds)
    foreign = {start: read for drawer in drawers for start, read in drawer.foreign.items()}
    return Language(kinds=kinds, foreign=foreign)


def plan(*, drawers: Sequence[Drawer], folder: Folder, prune: bool = False) -> Plan:
    """Return what applying these documents would do; nothing is written. Raises DocumentError.

    Drawers stand in the order of the floors, lowest first: what others name comes before them,
    and what is pruned goes in the opposite order.
    """
    problems: list[Problem] = []
    steps = [step for drawer in drawers for step in drawer.declare(folder, problems)]
    if problems:
        raise DocumentError(tuple(problems))
    if prune:
        steps += [step for drawer in reversed(drawers) for step in drawer.prune(folder)]
    return Plan(tuple(steps), tuple(folder.remarks))


@transaction.atomic
def carry_out(*, plan: Plan, author: Author, now: datetime) -> int:
    """Do what a plan says, all of it or nothing; return how many things changed.

    Raises DocumentError where what was declared meanwhile stands in the way.
    """
    for step in plan.writes:
        step.do(author, now)
    return len(plan.writes)


def planned(
    folder: Folder, kind: str, make: Callable[[Loaded], Step], problems: list[Problem]
) -> Iterator[Step]:
    """Yield `make`'s step for each document of a kind; its DocumentErrors become problems."""
    for loaded in folder.of(kind):
        try:
            yield make(loaded)
        except DocumentError as error:
            problems += [Problem(f"{loaded.place}: {p.field}", p.message) for p in error.problems]


def step(
    kind: str, name: str, before: Mapping[str, Any] | None, after: Mapping[str, Any], do: Do
) -> Step:
    """Return the step from a document to another: create without one, same where they agree."""
    if before is None:
        return Step("create", kind, name, (), do)
    old, new = dict(_leaves(before)), dict(_leaves(after))
    differing = tuple(sorted(path for path in {*old, *new} if old.get(path) != new.get(path)))
    return Step("change" if differing else "same", kind, name, differing, do)


def _leaves(values: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, object]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", value


def handed_over(found: Step, *, managed_by: str | None) -> Step:
    """Return a step that says so where files take over what a person managed until now."""
    if found.verb == "same" and managed_by != FILES:
        return Step("change", found.kind, found.name, ("managed by files",), found.do)
    return found
