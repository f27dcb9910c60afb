"""Configuration as files: what applying them would do, and doing it, all or nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from troth.metrics import actions as metrics
from troth.metrics import queries as metric_queries
from troth.promises.actions.declaring import declare, plain_values, retire
from troth.promises.actions.excluding import Cases, exclude, withdraw_exclusion
from troth.promises.models import Calendar, Exclusion, Promise
from troth.promises.queries import defined
from troth.promises.rules import calendars, document, exclusion_document
from troth.promises.rules.exclusion_document import Excluding
from troth.promises.rules.files import Folder, Loaded
from troth.promises.rules.terms import Counting, DocumentError, Problem
from troth.staff.actions.audit import Actor

FILES = "files"  # what is managed by files says so in this word
WRITES = ("create", "change", "retire", "withdraw")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that applying would do: verb is create, change, same, retire or withdraw.

    `fields` are those of the document that differ, `do` does it.
    """

    verb: str
    kind: str
    name: str
    fields: tuple[str, ...]
    do: Callable[[Actor, datetime], object]


@dataclass(frozen=True, slots=True)
class Plan:
    steps: tuple[Step, ...]
    remarks: tuple[str, ...]

    @property
    def writes(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.verb in WRITES)


def plan(*, folder: Folder, prune: bool = False) -> Plan:
    """Return what applying these documents would do; nothing is written. Raises DocumentError.

    With `prune`, what files manage and these do not hold any more is retired or withdrawn.
    """
    problems: list[Problem] = []
    steps = [
        *_planned(folder, "Calendar", _calendar, problems),
        *_metrics(folder, prune, problems),
        *_planned(folder, "Promise", lambda loaded: _promise(loaded, folder), problems),
        *_planned(folder, "Exclusion", _exclusion, problems),
    ]
    if problems:
        raise DocumentError(tuple(problems))
    if prune:
        steps += _pruned(folder)
    return Plan(tuple(steps), tuple(folder.remarks))


@transaction.atomic
def carry_out(*, plan: Plan, author: Actor, now: datetime) -> int:
    """Do what a plan says, all of it or nothing; return how many things changed.

    Raises DocumentError where what was declared meanwhile stands in the way.
    """
    for step in plan.writes:
        step.do(author, now)
    return len(plan.writes)


def _planned(
    folder: Folder, kind: str, make: Callable[[Loaded], Step], problems: list[Problem]
) -> Iterator[Step]:
    for loaded in folder.of(kind):
        try:
            yield make(loaded)
        except DocumentError as error:
            problems += [Problem(f"{loaded.place}: {p.field}", p.message) for p in error.problems]


def _calendar(loaded: Loaded) -> Step:
    hours, plain = calendars.read(loaded.document), plain_values(loaded.document)
    row = Calendar.objects.filter(slug=hours.slug).first()

    def do(_author: Actor, now: datetime) -> object:
        fields = {"spec": plain, "managed_by": FILES}
        return Calendar.objects.update_or_create(
            slug=hours.slug, defaults=fields, create_defaults={**fields, "created_at": now}
        )

    return _step("Calendar", hours.slug, row.spec if row else None, plain, do)


def _metrics(folder: Folder, prune: bool, problems: list[Problem]) -> Iterator[Step]:  # noqa: FBT001
    loaded = folder.of("Metric")
    try:
        differences = metric_queries.plan(documents=[one.document for one in loaded], prune=prune)
    except ValueError as error:
        problems.append(Problem(", ".join(one.place for one in loaded), str(error)))
        return
    documents = {one.name: one.document for one in loaded}
    for difference in differences:
        yield Step(
            difference.verb,
            "Metric",
            difference.name,
            difference.fields,
            _metric(difference.name, documents.get(difference.name)),
        )


def _metric(name: str, wanted: dict[str, Any] | None) -> Callable[[Actor, datetime], object]:
    def do(author: Actor, now: datetime) -> object:
        if wanted is None:
            return metrics.retire(name=name, author=str(author), now=now)
        return metrics.declare(document=wanted, author=str(author), now=now)

    return do


def _promise(loaded: Loaded, folder: Folder) -> Step:
    plain = plain_values(loaded.document)
    terms = document.read(plain, metrics=lambda name: _known_metric(name, folder))
    row = Promise.objects.filter(slug=terms.slug).first()
    last = row.versions.order_by("number").last() if row and row.retired_at is None else None
    same_hands = row is not None and row.managed_by == FILES

    def do(author: Actor, now: datetime) -> object:
        version = declare(spec=plain, author=author, reason="files", now=now, managed_by=FILES)
        Promise.objects.filter(pk=version.promise_id).update(managed_by=FILES)
        return version

    step = _step("Promise", terms.slug, last.spec if last else None, plain, do)
    if step.verb == "same" and not same_hands:
        return Step("change", "Promise", terms.slug, ("managed by files",), do)
    return step


def _known_metric(name: str, folder: Folder) -> Counting | None:
    """Return the metric as it counts today; one that these files declare is known as well."""
    found = defined.metric(name)
    if found is None and any(loaded.name == name for loaded in folder.of("Metric")):
        return Counting(evaluator="event", kinds=("declared-with-it",), good="true")
    return found


def _exclusion(loaded: Loaded) -> Step:
    wanted = exclusion_document.read(loaded.document)
    row = Exclusion.objects.filter(slug=wanted.name, withdrawn_at=None).first()

    def do(author: Actor, now: datetime) -> object:
        if row is not None:
            withdraw_exclusion(exclusion=row.pk, author=author, now=now)
        cases = Cases(where=wanted.where, starts_at=wanted.starts_at, ends_at=wanted.ends_at)
        return exclude(
            slug=wanted.promise, category=wanted.category, reason=wanted.reason, cases=cases,
            signed_by=wanted.signed_by, now=now, name=wanted.name, managed_by=FILES,
        )  # fmt: skip

    before = _excluded(row) if row else None
    return _step("Exclusion", wanted.name, before, _values(wanted), do)


def _values(wanted: Excluding) -> dict[str, object]:
    return {
        "promise": wanted.promise, "category": wanted.category, "reason": wanted.reason,
        "signed_by": wanted.signed_by, "where": wanted.where, "from": wanted.starts_at,
        "until": wanted.ends_at,
    }  # fmt: skip


def _excluded(row: Exclusion) -> dict[str, object]:
    return {
        "promise": row.promise.slug, "category": row.category, "reason": row.reason,
        "signed_by": row.signed_by, "where": row.where, "from": row.starts_at,
        "until": row.ends_at,
    }  # fmt: skip


def _step(
    kind: str,
    name: str,
    before: dict[str, Any] | None,
    after: dict[str, Any],
    do: Callable[[Actor, datetime], object],
) -> Step:
    if before is None:
        return Step("create", kind, name, (), do)
    old, new = dict(_leaves(before)), dict(_leaves(after))
    fields = tuple(sorted(path for path in {*old, *new} if old.get(path) != new.get(path)))
    return Step("change" if fields else "same", kind, name, fields, do)


def _leaves(values: dict[str, Any], path: str = "") -> Iterator[tuple[str, object]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", value


def _pruned(folder: Folder) -> Iterator[Step]:
    names = {loaded.name for loaded in folder.of("Promise")}
    managed = Promise.objects.filter(managed_by=FILES, retired_at=None)
    for promise in managed.exclude(slug__in=names).order_by("slug"):
        yield Step("retire", "Promise", promise.slug, (), _retiring(promise.slug))
    named = {loaded.name for loaded in folder.of("Exclusion")}
    kept = Exclusion.objects.filter(managed_by=FILES, withdrawn_at=None).exclude(slug__in=named)
    for row in kept:
        yield Step("withdraw", "Exclusion", row.slug, (), _withdrawing(row.pk))


def _retiring(slug: str) -> Callable[[Actor, datetime], object]:
    return lambda author, now: retire(slug=slug, author=author, reason="left the files", now=now)


def _withdrawing(pk: int) -> Callable[[Actor, datetime], object]:
    return lambda author, now: withdraw_exclusion(exclusion=pk, author=author, now=now)
