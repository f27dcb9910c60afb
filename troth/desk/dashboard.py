"""The four of the dashboard (CSAT, NPS, lifetime value, retention): figure, course and words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from troth.desk import courses
from troth.metrics.outcomes.people import AGE, SHORTER
from troth.metrics.outcomes.results import Curve, Outcome
from troth.metrics.queries.shelved import Answer
from troth.ui import words

# By the names that fit over a figure.
FIRST = {"csat": "CSAT", "nps": "NPS", "clv": "Lifetime value", "retention": "Retention"}
_CURVES = ("retention",)
_COHORTS = 6  # more thin lines tell nothing apart


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the four. `said`: why there is no figure, "" where there is one.

    `text` says how it went, `drawn` shows it with its table; retention brings its curves instead.
    """

    name: str
    title: str
    one: Outcome | None
    said: str
    text: str = ""
    drawn: SafeString | str = ""
    curves: tuple[Curve, ...] = ()


def tiles(answers: Mapping[str, Answer], months: Mapping[str, Sequence[Answer]]) -> list[Tile]:
    """Return the four in their order.

    `answers`: name → of the days asked for; `months`: name → of each month, oldest first.
    """
    return [_tile(name, answers.get(name), months.get(name, ())) for name in FIRST]


def _tile(name: str, answer: Answer | None, months: Sequence[Answer]) -> Tile:
    title = FIRST[name]
    if answer is None:
        return Tile(name, title, None, "no signal of it")
    one, said = next(iter(answer.outcomes), None), why_nothing(answer)
    if name in _CURVES:
        return Tile(name, title, one, said, _of_age(one), curves=_curves(one))
    found = courses.of_answers(months)
    waiting = sum(one.is_pending and not one.problem for one in months)
    return Tile(name, title, one, said, courses.told(found, waiting=waiting),
                courses.drawn(found, title))  # fmt: skip


def _curves(one: Outcome | None) -> tuple[Curve, ...]:
    """Return the curve of all, and those of the newest cohorts that have one."""
    drawn = [each for each in one.curves if len(each.points) > 1] if one else []
    return (*drawn[:1], *drawn[1:][-_COHORTS:])


def why_nothing(answer: Answer) -> str:
    """Return why there is no figure: being counted, or a problem; "" where one was counted."""
    if answer.problem:
        return f"could not be counted: {answer.problem}"
    return "being counted" if answer.is_pending else ""


def _of_age(one: Outcome | None) -> str:
    """Say of whom, and at which age, the figure of retention is."""
    if one is None or not one.is_shown:
        return ""
    longest = f" This age is {one.facts[SHORTER]}." if one.facts.get(SHORTER) else ""
    return (
        f"Of {words.number(one.n)} customers for whom that time is over, {words.share(one.value)} "
        f"({words.share(one.low)} to {words.share(one.high)}) ordered in "
        f"{one.facts.get(AGE, 'it')}.{longest}"
    )
