"""What the plan's values are in words."""

from collections.abc import Sequence
from typing import Any

from django import template

from troth.plan.queries import InitiativeShown, Measured
from troth.ui import words

register = template.Library()

_STATES = {"planned": "planned", "under_way": "under way", "watched": "shipped, being watched",
           "judged": "judged", "dropped": "dropped"}  # fmt: skip
_FOUND = {"as_expected": "better, as expected", "less": "better, less than expected",
          "none": "no detectable effect", "worse": "worse"}  # fmt: skip


@register.filter
def state_word(value: str) -> str:
    return _STATES.get(str(value), str(value))


@register.filter
def found_word(value: str) -> str:
    return _FOUND.get(str(value), str(value))


@register.filter
def expected(one: InitiativeShown) -> str:
    """Say what is expected: “at least 1.5 pp better”."""
    said = one.expectation
    return f"at least {_amount(said.least, one.unit)} better" if said else ""


@register.filter
def size(one: InitiativeShown) -> str:
    """Say what was found, with its interval and on how many cases."""
    if one.finding is None:
        return ""
    found = one.finding.evidence
    return f"{_sized(found, one.unit)}, n {_both(found['cases'])}"


@register.filter
def sentence(one: InitiativeShown) -> str:
    """Say what was found in a sentence, with all that it stands on."""
    if one.finding is None:
        return ""
    found = one.finding.evidence
    return f"{_sized(found, one.unit)}. {_stands_on(found['days'], found['cases'])}"


@register.filter
def so_far(found: Measured) -> str:
    """Say what the days tell before they are whole."""
    effect = found.effect
    unit = "pp" if found.stream.reading == "share" else found.stream.unit
    sized = _sized({"size": effect.size, "low": effect.low, "high": effect.high}, unit)
    return f"{sized} so far. {_stands_on(effect.days, effect.cases)}"


def _stands_on(days: Sequence[int], cases: Sequence[int]) -> str:
    """Say how many cases on how many days there were, before and after."""
    return (
        f"{words.number(cases[0])} cases on {days[0]} days before, "
        f"{words.number(cases[1])} on {days[1]} days after."
    )


def _both(cases: Sequence[int]) -> str:
    return f"{words.number(cases[0])} before and {words.number(cases[1])} after"


def _sized(found: dict[str, Any], unit: str) -> str:
    """Return “0.8 pp better (0.1 pp worse to 1.7 pp better)”."""
    low, high = _turned(found["low"], unit), _turned(found["high"], unit)
    return f"{_turned(found['size'], unit)} ({low} to {high})"


def _turned(value: float, unit: str) -> str:
    return f"{_amount(abs(value), unit)} {'better' if value >= 0 else 'worse'}"


def _amount(value: float, unit: str) -> str:
    if unit == "s":
        return words.duration(value)
    return f"{words.number(value, 0 if value.is_integer() else 2)} {unit}".strip()
