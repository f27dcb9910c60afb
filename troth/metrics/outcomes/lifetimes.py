"""Who still buys, and what they will be worth: BG/NBD and Gamma-Gamma over orders.

A customer's orders of one day are one purchase. Time is in weeks, counted from the day of the
first purchase to the day that ends the span.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from troth.metrics.outcomes import buying, intervals, spending
from troth.metrics.outcomes.buying import Buying, Histories
from troth.metrics.outcomes.following import NAMELESS
from troth.metrics.outcomes.results import Figure, Finding, Part
from troth.metrics.outcomes.spending import Spending
from troth.metrics.outcomes.tables import (
    DAY,
    Context,
    Table,
    Tables,
    known,
    merged,
    numbered,
    one_currency,
)
from troth.signals.emission import instant

Array = NDArray[np.float64]
FROM = "orders read from"
_DRAWS = 100
_ASKED = 2_000
_AT_ONCE = 5_000
_WEEKS = 365.25 / 7
_MONTHS = 12
_STEP = _WEEKS / _MONTHS


@dataclass(frozen=True, slots=True)
class Purses:
    """Customers: when they bought, and what their repeat purchases were worth on average."""

    histories: Histories
    average: Array  # NaN for who has bought once


def purses(orders: Table, end: int) -> Purses:
    """Return each customer's history up to `end` (µs), by days of UTC."""
    orders = orders.only(orders.at <= end)
    [who] = numbered(orders["who"])
    day = (orders.at - 1) // DAY
    value = orders["value"] if "value" in orders.columns else np.zeros(len(orders))
    pairs, place = np.unique(np.stack([who, day], axis=1), axis=0, return_inverse=True)
    worth = np.bincount(place.ravel(), weights=np.nan_to_num(value), minlength=len(pairs))
    starts = np.flatnonzero(np.r_[len(pairs) > 0, pairs[1:, 0] != pairs[:-1, 0]])
    return _gathered(pairs, worth, starts, (end - 1) // DAY)


def _gathered(
    pairs: NDArray[np.int64], worth: NDArray[Any], starts: NDArray[Any], last_day: int
) -> Purses:
    if not len(starts):
        none = np.zeros(0)
        return Purses(Histories(none, none, none), none)
    counts = np.diff(np.r_[starts, len(pairs)])
    first, last = pairs[starts, 1], pairs[starts + counts - 1, 1]
    spent = np.add.reduceat(worth, starts) - worth[starts]
    repeats = counts - 1.0
    with np.errstate(invalid="ignore"):
        average = np.where(repeats > 0, spent / repeats, np.nan)
    found = Histories(repeats, (last - first) / 7.0, (last_day - first) / 7.0)
    return Purses(found, average)


def churn(tables: Tables, context: Context) -> Finding:
    """Return the share of customers who are more likely gone than not, by BG/NBD.

    Without a contract nobody says goodbye: it is told from how long they have been silent, for
    their own rhythm. Option: `likely`, the probability of being alive below which one is gone.
    """
    orders = known(tables["orders"], "who", NAMELESS)
    people = purses(orders, context.end).histories
    model = buying.fit(people)
    told = merged(orders)
    if model is None:
        return Finding(figure=_unfitted(len(people)), excluded=told, facts={"fit": "none"})
    limit = float(context.options["likely"])

    def gone(one: Buying) -> float:
        return float((buying.alive(one, people) < limit).mean())

    silent = int((buying.alive(model, people) < limit).sum())
    span = _wider(intervals.between([gone(one) for one in model.draws(_DRAWS)]), silent, people)
    return Finding(
        figure=_figure(silent, len(people), span), excluded=told, facts=_facts(model) | {
            "expected alive": float(buying.alive(model, people).sum()), FROM: _since(orders),
        },
    )  # fmt: skip


def _wider(
    drawn: tuple[float, float] | None, silent: int, people: Histories
) -> tuple[float, float] | None:
    """Return an interval that holds what the parameters and what so few customers leave open."""
    if drawn is None:
        return None
    low, high = intervals.wilson(silent, len(people))
    return min(low, drawn[0]), max(high, drawn[1])


def _figure(count: float, n: int, span: tuple[float, float] | None) -> Figure:
    low, high = span if span is not None else (None, None)
    return Figure(value=count / n, numerator=count, denominator=n, n=n, low=low, high=high)


def _unfitted(n: int) -> Figure:
    return Figure(value=None, numerator=0, denominator=n, n=n)


def _facts(model: Buying) -> dict[str, float | int | str | None]:
    return {
        "r": model.r, "alpha": model.alpha, "a": model.a, "b": model.b,
        "log-likelihood": model.likelihood,
    }  # fmt: skip


def value(tables: Tables, context: Context) -> Finding:
    """Return what a customer will still bring, on average: BG/NBD by Gamma-Gamma, discounted.

    Options: `months` ahead; `discount` a year; `margin`, the share of an order's value that stays.
    Orders without a value, or of nothing, and those in other currencies are left out.
    """
    orders = one_currency(known(known(tables["orders"], "who", NAMELESS), "value", "without value"))
    people = purses(orders, context.end)
    model, purse = buying.fit(people.histories), _purse(people)
    told = merged(orders)
    if model is None or not _paying(people).any() or (purse is not None and purse.q <= 1):
        n = len(people.histories)
        return Finding(figure=_unfitted(n), excluded=told, facts={"fit": "none"})
    each = _bought(model, people, context) * _spent(purse, people) * _margin(context)
    factors = intervals.between(_drawn(model, purse, people, context))
    mean = float(each.mean())
    span = None if factors is None else (mean * factors[0], mean * factors[1])
    facts = {name: getattr(purse, name, None) for name in ("p", "q", "v")}
    return Finding(
        figure=_figure(float(each.sum()), len(each), span), excluded=told, parts=_tenths(each),
        facts=_facts(model) | facts | {"currency": _unit(orders), FROM: _since(orders)},
    )  # fmt: skip


def _paying(people: Purses) -> NDArray[np.bool_]:
    return (people.histories.repeats > 0) & (np.nan_to_num(people.average) > 0)


def _purse(people: Purses) -> Spending | None:
    """Return what customers spend; None where they do not differ in it more than chance makes."""
    mine = _paying(people)
    return spending.fit(people.histories.repeats[mine], people.average[mine])


def _margin(context: Context) -> float:
    return float(context.options["margin"])


def _spent(purse: Spending | None, people: Purses) -> Array:
    """Return what each customer's purchases are worth: the mean of all where nobody differs."""
    times, average = people.histories.repeats, np.nan_to_num(people.average)
    if purse is not None:
        return spending.expected(purse, times, average)
    mine = _paying(people)
    if not mine.any():
        return np.zeros(len(times))
    return np.full(len(times), np.average(average[mine], weights=times[mine]))


def _drawn(model: Buying, purse: Spending | None, people: Purses, context: Context) -> list[float]:
    """Return by which factor the mean value moves under parameters as uncertain as the fits.

    Of many customers some are asked: what is uncertain here are the parameters.
    """
    some = _some(people)
    usual = float((_bought(model, some, context) * _spent(purse, some)).mean())
    if not usual > 0:
        return []
    purses_drawn = purse.draws(_DRAWS) if purse is not None else [None] * _DRAWS
    return [
        float((_bought(one, some, context) * _spent(other, some)).mean()) / usual
        for one, other in zip(model.draws(_DRAWS), purses_drawn, strict=False)
    ]


def _some(people: Purses) -> Purses:
    rows = slice(None, None, len(people.average) // _ASKED + 1)
    told = people.histories
    few = Histories(told.repeats[rows], told.last[rows], told.observed[rows])
    return Purses(few, people.average[rows])


def _since(orders: Table) -> str | None:
    """Return the day (UTC) of the first order that was read: how far the history truly reaches."""
    return instant(int(orders.at.min()) - 1).date().isoformat() if len(orders) else None


def _unit(orders: Table) -> str | None:
    found = orders["currency"].tolist()
    return found[0] if found else None


def _bought(model: Buying, people: Purses, context: Context) -> Array:
    """Return each customer's discounted purchases ahead; alike customers are computed once."""
    histories = people.histories
    key = np.stack([histories.repeats, histories.last, histories.observed], axis=1)
    rows, place = np.unique(key, axis=0, return_inverse=True)
    return _discounted(model, Histories(*rows.T), context)[place.ravel()]


def _discounted(model: Buying, people: Histories, context: Context) -> Array:
    """Return each customer's discounted purchases: all months of some thousands at once."""
    months = np.arange(1.0, int(context.options["months"]) + 1)[:, None]
    worth = (1 + float(context.options["discount"])) ** (-months / _MONTHS)
    found = np.zeros(len(people))
    for start in range(0, len(people), _AT_ONCE):
        rows = slice(start, start + _AT_ONCE)
        some = Histories(people.repeats[rows], people.last[rows], people.observed[rows])
        until = buying.expected(model, some, months * _STEP)
        found[rows] = (np.diff(until, axis=0, prepend=0.0) * worth).sum(axis=0)
    return found


def _tenths(each: Array) -> tuple[Part, ...]:
    """Return what the tenth of customers with the most bring, and the rest."""
    ordered = np.sort(each)[::-1]
    cut = max(1, len(ordered) // 10)
    return tuple(
        Part(name, intervals.mean_of(side), unit="") for name, side in _sides(ordered, cut)
        if len(side)
    )  # fmt: skip


def _sides(ordered: Array, cut: int) -> Sequence[tuple[str, Array]]:
    return (("the first tenth", ordered[:cut]), ("the others", ordered[cut:]))
