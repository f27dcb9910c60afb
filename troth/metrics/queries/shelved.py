"""Counting what is kept on the shelf, and what stands on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from troth.core.windows import Span
from troth.metrics.models import Stream
from troth.metrics.models_shelf import Shelved
from troth.metrics.outcomes.results import Outcome
from troth.metrics.queries.linked import bad
from troth.metrics.queries.outcome_names import Named, OutcomeError, among, definitions, named
from troth.metrics.queries.outcomes import answered, largest
from troth.metrics.recipes import Recipe
from troth.metrics.rules import Measure, measure_from
from troth.metrics.shelf import Question, read_back

BROKEN = "broken"  # the input that says what customers met


@dataclass(frozen=True, slots=True)
class Answer:
    """What stands on the shelf for a question.

    `outcomes` is one, or one for each value of the attribute; empty while it was never counted and
    where nothing could be: then `problem` says why. `counted_at` is as of when it is known.
    `is_current`: nothing of its time changed since, and its days are the last ones.
    """

    question: Question
    outcomes: tuple[Outcome, ...]
    counted_at: datetime | None
    is_current: bool
    problem: str

    @property
    def is_pending(self) -> bool:
        """Return whether there is nothing to show yet."""
        return self.counted_at is None

    @property
    def span(self) -> Span | None:
        return self.outcomes[0].span if self.outcomes else None


def definition(question: Question, known: Mapping[str, Named] | None = None) -> Named:
    """Return what a question asks, with what it takes for broken. Raises OutcomeError."""
    found = among(question.name, known) if known else named(question.name)
    if question.broken is None:
        return found
    recipe = found.definition
    if not isinstance(recipe, Recipe) or BROKEN not in recipe.inputs:
        raise OutcomeError(f"“{question.name}” does not ask what customers met")
    inputs = {**recipe.inputs, BROKEN: replace(bad(question.broken), split=False)}
    changed = replace(recipe, inputs=inputs)
    return replace(found, definition=changed, version=changed.version)


def counted(question: Question, *, now: datetime) -> list[Outcome]:
    """Count the answer to a question from the signals. Raises OutcomeError, MeasureError."""
    one = definition(question)
    frame = question.framed(now=now)
    found = answered(one, frame if one.zone is None else replace(frame, zone=one.zone))
    return largest(found) if question.by else list(found)


def shelved(questions: Sequence[Question], *, now: datetime) -> dict[str, Answer]:
    """Return digest → what stands on the shelf, for those questions that stand there."""
    asked = {one.digest: one for one in questions}
    rows = Shelved.objects.filter(digest__in=asked)
    return {row.digest: answer(row, asked[row.digest], now=now) for row in rows}


def answer(row: Shelved, question: Question, *, now: datetime) -> Answer:
    outcomes = tuple(read_back(row.answer))
    waits = row.stale_since or row.claimed_at or row.next_at <= now
    return Answer(question, outcomes, row.counted_at, not waits, row.problem)


def outdated(questions: Sequence[Question]) -> list[str]:
    """Return the digests of those whose definition is another one than when they were counted."""
    known = {one.name: one for one in definitions()}
    wanted = {one.digest: _version(one, known) for one in questions}
    rows = Shelved.objects.filter(digest__in=wanted).exclude(version="")
    return [
        digest for digest, version in rows.values_list("digest", "version")
        if wanted[digest] != version
    ]  # fmt: skip


def _version(question: Question, known: Mapping[str, Named]) -> str:
    try:
        return definition(question, known).version
    except OutcomeError:
        return ""


def question_of(row: Shelved) -> Question:
    return msgspec.convert(row.question, Question)


def is_uncounted(*, now: datetime) -> bool:
    """Return whether a question waits to be counted: what an idle worker asks, in one query."""
    return Shelved.objects.filter(next_at__lte=now).exists()


def breakable(*, most: int = 200) -> list[tuple[str, str]]:
    """Return (key, name) of the streams whose bad cases customers may have met."""
    rows = Stream.objects.filter(ended_at=None, reading="share").select_related("series")
    return [(row.key, row.name) for row in rows[:most] if _measure(row) is not None]


def broken_by(key: str) -> Measure | None:
    """Return the measure whose bad cases are what customers of this stream met, or None."""
    row = Stream.objects.filter(key=key).select_related("series").first()
    return _measure(row) if row else None


def _measure(row: Stream) -> Measure | None:
    measure = measure_from(row.series.measure)
    is_case = measure.good is not None and measure.slice is None and row.better == "more"
    return replace(measure, by=(), sketch=False) if is_case else None
