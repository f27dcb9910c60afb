"""Who says what, how often, and since when nobody has."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from troth.core import windows
from troth.signals import expressions, queries
from troth.signals.store import Filter, Question, Tally

DAYS = 90
_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Heard:
    """A source or a kind: when it was recorded last, and how many cases on each of 90 days."""

    name: str
    last_at: datetime | None
    days: tuple[int, ...]  # by the day they were recorded, oldest first, today last
    spoke: tuple[datetime, ...]  # the starts of those days on which there were any

    @property
    def total(self) -> int:
        return sum(self.days)


def sources(*, now: datetime) -> list[Heard]:
    """Return every source there ever was, in alphabetical order."""
    return _heard(queries.store().sources(), _of_source, now=now)


def kinds(*, now: datetime) -> list[Heard]:
    """Return every kind there ever was, in alphabetical order."""
    return _heard(queries.store().kinds(), _of_kind, now=now)


def _heard(names: Sequence[str], narrow: Callable[[str], str], *, now: datetime) -> list[Heard]:
    if not names:
        return []
    recorded = expressions.parse("recorded_at", role="time")
    span = windows.span_of(windows.Rolling(DAYS * windows.DAY), at=now, zone=_UTC)
    questions = [
        Question(kinds=(), time=recorded, where=expressions.parse(narrow(name), role="condition"))
        for name in names
    ]
    answers = queries.store().tally(questions, span=span, zone=_UTC, grain=windows.DAY)
    starts = list(windows.buckets(span, _UTC, windows.DAY))
    return [_one(name, answer, starts, narrow) for name, answer in zip(names, answers, strict=True)]


def _one(
    name: str, answer: Sequence[Tally], starts: Sequence[datetime], narrow: Callable[[str], str]
) -> Heard:
    counts = {tally.bucket: tally.total for tally in answer}
    return Heard(
        name=name,
        last_at=_last(narrow(name)),
        days=tuple(counts.get(start, 0) for start in starts),
        spoke=tuple(start for start in starts if counts.get(start)),
    )


def _last(condition: str) -> datetime | None:
    chosen = Filter(where=expressions.parse(condition, role="condition"))
    newest = queries.store().cases(chosen, order="-recorded_at", limit=1).cases
    return newest[0].recorded_at if newest else None


def _of_source(name: str) -> str:
    return f"source = {quoted(name)}"


def _of_kind(name: str) -> str:
    return f"kind = {quoted(name)}"


def quoted(text: str) -> str:
    """Return a text as the language of expressions writes it."""
    return "'" + text.replace("'", "''") + "'"
