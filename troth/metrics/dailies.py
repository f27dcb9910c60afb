"""Shares of what is followed by something, day by day: many days of one reading. Pure."""

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from troth.metrics.outcomes.following import followed, is_followed
from troth.metrics.outcomes.tables import Table, known, numbered
from troth.metrics.recipes import Recipe

Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Days:
    """Of each day how many cases count in the numerator, and how many in all."""

    good: Whole
    total: Whole


def can_be_daily(recipe: Recipe) -> bool:
    """Return whether a recipe's share is one of each day's own cases."""
    return recipe.formula is followed


def waits_for(recipe: Recipe) -> timedelta:
    """Return how long after its end a day's cases can still be followed."""
    within = recipe.options["within"]
    if not isinstance(within, timedelta):
        raise TypeError("within is a time")
    return within


def by_day(recipe: Recipe, base: Table, events: Table, edges: Whole) -> Days:
    """Return the share of each day between two `edges` (epoch microseconds), as `followed` does.

    A case at midnight belongs to the day that ends then. A unit that counts once does so on each
    day. Every day must be over for as long as it is waited for.
    """
    base = known(base, "unit", "")
    day = np.searchsorted(edges, base.at, side="left") - 1
    inside = (day >= 0) & (day < len(edges) - 1)
    if recipe.options.get("once", True):
        inside &= _first_of_the_day(base, day)
    base, day = base.only(inside), day[inside]
    moved = replace(base, at=base.at + int(bool(recipe.options.get("later"))))
    hit = is_followed(moved, events, within=waits_for(recipe))
    wanted = ~hit if recipe.options.get("unfollowed") else hit
    days = len(edges) - 1
    return Days(
        np.bincount(day[wanted], minlength=days).astype(np.int64),
        np.bincount(day, minlength=days).astype(np.int64),
    )


def _first_of_the_day(base: Table, day: Whole) -> NDArray[np.bool_]:
    [codes] = numbered(base["unit"])
    pairs = np.stack([day, codes], axis=1) if len(base) else np.empty((0, 2), dtype=np.int64)
    first = np.zeros(len(base), dtype=bool)
    first[np.unique(pairs, axis=0, return_index=True)[1]] = True
    return first
