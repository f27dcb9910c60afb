"""Deception weighs apart: what was concealed, restated or excluded in silence, for about a year.

Trust that a failure broke comes back with deeds, trust that a deception broke hardly does
(Schweitzer, Hershey and Bradlow 2006). So these events multiply the whole score.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from troth.promises.scoring.constants import Integrity

KINDS = ("concealment", "restatement", "exclusion")


@dataclass(frozen=True, slots=True)
class Deed:
    """One integrity event: since which day it counts, and until which, where it was withdrawn."""

    id: int
    kind: str  # concealment | restatement | exclusion
    slug: str  # the promise, "" where it concerns all
    day: int
    summary: str = ""
    until: int | None = None


def weight(deed: Deed, rules: Integrity, *, day: int) -> float:
    """Return its weight in the exponent on a day: half of it is left after each half-life."""
    if deed.day > day or (deed.until is not None and day >= deed.until):
        return 0.0
    cost = float(getattr(rules, deed.kind))
    fade = float(2.0 ** (-(day - deed.day) / rules.half_life))
    return -math.log1p(-cost) * fade


def factor(deeds: Iterable[Deed], rules: Integrity, *, day: int) -> float:
    """Return what all events together leave of the score: 1 without any."""
    return math.exp(-sum(weight(deed, rules, day=day) for deed in deeds))
