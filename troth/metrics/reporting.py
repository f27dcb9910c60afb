"""Outcomes that are said: declared by people, and written down when they are reported."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from troth.core import windows
from troth.core.windows import Span
from troth.metrics import outcome_days, queries, versions
from troth.metrics.definitions import Difference, differences
from troth.metrics.lookback import read_over
from troth.metrics.models_outcomes import OutcomeDefinition, Reported
from troth.metrics.outcomes import telling
from troth.metrics.outcomes.results import Outcome
from troth.metrics.reading import segment_text
from troth.metrics.recipe_documents import normal, read
from troth.staff import actions as staff

SETTLE = timedelta(days=3)  # how long a month is waited for late signals
MONTH = "month"
_UTC = ZoneInfo("UTC")
_ALIKE = ("definition_version", "state", "n", "numerator", "denominator", "value", "low", "high")


@transaction.atomic
def report(*, outcome: Outcome, reason: str) -> Reported:
    """Write down what an outcome is said to be; the same figure again is the same row.

    `reason`: what it is reported for, such as "month" or "page". Rows are never changed: another
    figure for the same span is another row, and the newest one is what is said now.
    """
    fields = _fields(outcome)
    place = {name: fields[name] for name in ("name", "segment", "starts_at", "ends_at")}
    last = Reported.objects.filter(**place, reason=reason).order_by("-pk").first()
    if last is not None and all(getattr(last, name) == fields[name] for name in _ALIKE):
        return last
    return Reported.objects.create(**fields, reason=reason)


def _fields(outcome: Outcome) -> dict[str, Any]:
    return {
        "name": outcome.name,
        "segment": segment_text(outcome.segment),
        "starts_at": outcome.span.start, "ends_at": outcome.span.end,
        "definition_version": outcome.definition_version, "state": outcome.state.value,
        "n": outcome.n, "numerator": float(outcome.numerator),
        "denominator": float(outcome.denominator), "value": outcome.value, "low": outcome.low,
        "high": outcome.high, "excluded": dict(outcome.excluded),
        "detail": telling.details(outcome), "computed_at": outcome.computed_at,
    }  # fmt: skip


def report_month(*, now: datetime) -> int:
    """Write down every outcome of which there are signals for the month that is over.

    A month is reported three days after its end, and again only under a new definition. What reads
    a history is told of its months up to the end of that one. Returns how many were written.
    """
    span = month_before(now - SETTLE)
    known = queries.outcomes_with_data()
    if not known:
        return 0
    done = set(
        Reported.objects.filter(reason=MONTH, segment="", ends_at=span.end).values_list(
            "name", "definition_version"
        )
    )
    written = 0
    whole = any(":" not in name for name, _ in done)  # the first run told those of one kind
    for one in sorted(known, key=lambda one: not one.kind):
        if (one.name, one.version) not in done and not (one.kind and whole):
            read = read_over(one.definition, span, _UTC)
            found = queries.outcome(one.name, span=read, at=now)
            if found.is_idle:
                continue
            report(outcome=found, reason=MONTH)
            written += 1
    return written


def month_before(at: datetime) -> Span:
    """Return the calendar month (UTC) before the one that holds an instant."""
    end = windows.calendar_start(at, _UTC, "M")
    return Span(windows.calendar_start(end, _UTC, "M"), end)


@transaction.atomic
def declare_outcome(*, document: Mapping[str, Any], author: str, now: datetime) -> Difference:
    """Take a document of kind Outcome as the newest version of its outcome.

    A document that says nothing new leaves no version. Raises DefinitionError.
    """
    kept = normal(document, queries.recipe_catalogue())
    current = queries.outcome_documents()
    (difference,) = differences(current, [kept])
    if difference.verb != "same":
        name = difference.name
        versions.add(OutcomeDefinition, kept, author=author, now=now)
        staff.note(
            actor=author, verb=difference.verb, thing="outcome", thing_id=name,
            before=current.get(name), after=kept, now=now,
        )  # fmt: skip
    _, recipe = read(kept, queries.recipe_catalogue())
    labels = kept["metadata"].get("labels", {})
    outcome_days.enrol(difference.name, recipe, labels, author=author, now=now)
    return difference


@transaction.atomic
def retire_outcome(*, name: str, author: str, now: datetime) -> Difference:
    """End an outcome of people's own: its versions and what was reported stay.

    Raises KeyError where there is no such outcome.
    """
    before = queries.outcome_documents()[name]
    versions.add(OutcomeDefinition, before, author=author, now=now, ends=True)
    staff.note(
        actor=author, verb="retire", thing="outcome", thing_id=name, before=before, after=None,
        now=now,
    )  # fmt: skip
    outcome_days.let_go(name, now=now)
    return Difference(name, "retire")
