"""The four of the dashboard (CSAT, NPS, lifetime value, retention): figure, course and words."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils.safestring import SafeString

from troth.desk import courses
from troth.metrics.outcomes.people import AGE, SHORTER
from troth.metrics.outcomes.results import Curve, Outcome
from troth.metrics.queries import NamedOutcome
from troth.metrics.queries.shelved import Answer
from troth.metrics.recipes import Recipe
from troth.ui import words

# By the names that fit over a figure. Who sells by contract knows retention by how long they last.
FIRST = {
    "csat": "CSAT", "nps": "NPS", "clv": "Lifetime value", "retention": "Retention",
    "survival": "Retention",
}  # fmt: skip
_CURVES = ("retention", "survival")
_MOST_POINTS = 58  # the table behind the chart has all that are drawn
_COHORTS = 6  # more thin lines tell nothing apart


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the four. `said`: why there is no figure, "" where there is one.

    `text` says how it went, `drawn` shows it with its table; retention brings its curves instead,
    in steps that `unit` names.
    """

    name: str
    title: str
    one: Outcome | None
    said: str
    text: str = ""
    drawn: SafeString | str = ""
    curves: tuple[Curve, ...] = ()
    unit: str = ""


def first_names(known: Collection[str]) -> list[str]:
    """Return the names of the four: contracts tell retention where nobody orders."""
    spare = "retention" if "survival" in known and "retention" not in known else "survival"
    return [name for name in FIRST if name != spare]


def tiles(
    known: Mapping[str, NamedOutcome], answers: Mapping[str, Answer],
    months: Mapping[str, Sequence[Answer]],
) -> list[Tile]:  # fmt: skip
    """Return the four in their order.

    `answers`: name → of the days asked for; `months`: name → of each month, oldest first.
    """
    return [
        _tile(name, known[name], answers[name], months.get(name, ())) if name in known
        else Tile(name, FIRST[name], None, "no signal of it")
        for name in first_names(known)
    ]  # fmt: skip


def _tile(name: str, what: NamedOutcome, answer: Answer, months: Sequence[Answer]) -> Tile:
    title = FIRST[name]
    one, said = next(iter(answer.outcomes), None), why_nothing(answer)
    if name in _CURVES:
        days, count = _periods(what)
        unit = f"periods of {days} days"
        text = _of_contracts(one, f"{count} {unit}") if name == "survival" else _of_age(one)
        return Tile(name, title, one, said, text, curves=_curves(one), unit=unit)
    found = courses.of_answers(months)
    waiting = sum(one.is_pending and not one.problem for one in months)
    return Tile(name, title, one, said, courses.told(found, waiting=waiting),
                courses.drawn(found, title))  # fmt: skip


def _curves(one: Outcome | None) -> tuple[Curve, ...]:
    """Return the curve of all, and those of the newest cohorts that have one."""
    drawn = [each for each in one.curves if len(each.points) > 1] if one else []
    return tuple(map(_thinned, (*drawn[:1], *drawn[1:][-_COHORTS:])))


def _thinned(curve: Curve) -> Curve:
    """Return as many points as can be seen, the first and the last among them."""
    step = len(curve.points) // _MOST_POINTS + 1
    points = curve.points[:-1:step] if step > 1 else curve.points[:-1]
    return Curve(curve.name, (*points, curve.points[-1]))


def _periods(what: NamedOutcome) -> tuple[int, int]:
    """Return how many days a step of its curve has, and after how many the figure is read."""
    options = what.definition.options if isinstance(what.definition, Recipe) else {}
    period, count = options.get("period"), options.get("periods")
    return (period.days if isinstance(period, timedelta) else 30, int(str(count or 12)))


def why_nothing(answer: Answer) -> str:
    """Return why there is no figure: being counted, or a problem; "" where one was counted."""
    if answer.problem:
        return f"could not be counted: {answer.problem}"
    return "being counted" if answer.is_pending else ""


def _of_contracts(one: Outcome | None, length: str) -> str:
    """Say how many contracts last so long, by Kaplan and Meier."""
    if one is None or not one.is_shown:
        return ""
    around = f" ({words.share(one.low)} to {words.share(one.high)})" if one.low is not None else ""
    half = one.facts.get("median")
    last = f" Half of them last {words.number(half, 1)}." if isinstance(half, int | float) else ""
    return (
        f"Of {words.number(one.n)} contracts {words.share(one.value)}{around} still run after "
        f"{length}, by Kaplan and Meier.{last}"
    )


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
