"""Orders in money: what one is worth, what was given away, and what trust does to the price."""

import math

import numpy as np
from numpy.typing import NDArray

from troth.metrics.outcomes import intervals
from troth.metrics.outcomes.following import NAMELESS
from troth.metrics.outcomes.results import Figure, Finding, Part, Unit
from troth.metrics.outcomes.tables import (
    Context,
    Mask,
    Table,
    Tables,
    known,
    merged,
    month_of,
    numbered,
    one_currency,
)
from troth.signals.store import MISSING

Array = NDArray[np.float64]
_MOST_COHORTS = 24
FIRST, KEPT, ONCE, OFTEN = "first order", "none broken so far", "one broken", "two or more broken"


def average_order(tables: Tables, context: Context) -> Finding:  # noqa: ARG001 - a formula
    """Return the sum of the orders' values ÷ orders, in the currency that most of them have."""
    orders = one_currency(known(tables["orders"], "value", "without value"))
    figure = intervals.mean_of(orders["value"], orders.weight)
    units = orders["currency"].tolist()
    return Finding(
        figure=figure, excluded=merged(orders), facts={"currency": units[0] if units else None}
    )


def breakage(tables: Tables, context: Context) -> Finding:
    """Return what expired of rewards ÷ what was issued, of lots whose last day lies in the span.

    Redeemed after that day counts as expired. `liability`: what is outstanding of lots that still
    run, by the share that is usually redeemed and what a point costs (option `cost`).
    """
    lots = known(known(tables["lots"], "unit", "without a name"), "value", "without an amount")
    spent = tables["redeemed"]
    issued = np.maximum(lots["value"], 0)
    used = _used(lots, spent, lots.at)
    figure = intervals.ratio(issued - used, issued)
    redeemed = 1 - figure.value if figure.value is not None else None
    live = known(known(tables["live"], "unit", "without a name"), "value", "without an amount")
    open_lots = live.only((live["due"] > context.now) | (live["due"] == MISSING))
    left = np.maximum(open_lots["value"], 0) - _used(open_lots, spent, None)
    outstanding = float(left.sum())
    owed = None if redeemed is None else outstanding * redeemed * float(context.options["cost"])
    return Finding(
        figure=figure, parts=_months(lots, issued, used), excluded=merged(lots, spent),
        facts={"redeemed": redeemed, "outstanding": outstanding, "liability": owed},
    )  # fmt: skip


def _used(lots: Table, spent: Table, until: NDArray[np.int64] | None) -> Array:
    """Return how much of each lot was redeemed by its last day, at most all of it."""
    mine, theirs = numbered(lots["unit"], spent["unit"])
    place = dict(zip(mine.tolist(), range(len(lots)), strict=True))
    used = np.zeros(len(lots))
    rows = zip(theirs.tolist(), spent.at.tolist(), spent["value"].tolist(), strict=True)
    for lot, at, value in rows:
        here = place.get(lot)
        if here is not None and not math.isnan(value) and (until is None or at <= until[here]):
            used[here] += value
    return np.clip(used, 0, np.maximum(lots["value"], 0))


def _months(lots: Table, issued: Array, used: Array) -> tuple[Part, ...]:
    """Return the breakage of each month of issue, the latest ones."""
    told = [month_of(at) if at != MISSING else "" for at in lots["issued"].tolist()]
    names = np.array(told, dtype=object)
    months = sorted(set(told) - {""})[-_MOST_COHORTS:]
    return tuple(Part(f"issued in {month}", _of(names == month, issued, used)) for month in months)


def _of(mine: Mask, issued: Array, used: Array) -> Figure:
    return intervals.ratio((issued - used)[mine], issued[mine])


def discount_dependence(tables: Tables, context: Context) -> Finding:
    """Return the share of orders bought below the list price, by what the customer had met before.

    `expected` of an order is its list price, `value` what was paid.
    """
    orders, bands = _banded(tables, context)
    cheaper = orders["value"] < orders["list"] - 1e-9
    parts = tuple(
        Part(name, intervals.share(int((cheaper & mine).sum()), int(mine.sum())))
        for name, mine in bands
    )
    return Finding(
        figure=intervals.share(int(cheaper.sum()), len(orders)), parts=parts,
        excluded=merged(orders, tables["broken"]),
    )  # fmt: skip


def price_premium(tables: Tables, context: Context) -> Finding:
    """Return what was paid ÷ the list price, by what the customer had met before.

    `premium` is how much more of the list price those pay who met nothing broken so far than those
    who did, among customers with an order before.
    """
    orders, bands = _banded(tables, context)
    paid, listed = orders["value"], orders["list"]
    sides = {name: intervals.ratio(paid[mine], listed[mine]) for name, mine in bands}
    hurt = np.logical_or(dict(bands)[ONCE], dict(bands)[OFTEN])
    both = intervals.difference(sides[KEPT], intervals.ratio(paid[hurt], listed[hurt]))
    premium, low, high = both if both is not None else (None, None, None)
    return Finding(
        figure=intervals.ratio(paid, listed),
        parts=tuple(Part(name, figure, Unit.SHARE) for name, figure in sides.items()),
        excluded=merged(orders, tables["broken"]),
        facts={"premium": premium, "premium low": low, "premium high": high},
    )


def _banded(tables: Tables, context: Context) -> tuple[Table, list[tuple[str, Mask]]]:
    """Return orders that have both prices, and which of them lie in each band of trust.

    The band is that of the moment: how many earlier orders, and broken promises, there were.
    """
    named = known(known(tables["orders"], "who", NAMELESS), "value", "without value")
    orders = one_currency(known(named, "list", "without a list price"))
    orders = orders.only(orders["list"] > 0, "of no list price")
    orders = orders.only(orders.at > context.start)
    who, all_who, theirs = numbered(orders["who"], tables["orders"]["who"], tables["broken"]["who"])
    earlier = count_before(who, orders.at, all_who, tables["orders"].at)
    broken = count_before(who, orders.at, theirs, tables["broken"].at)
    return orders, [
        (FIRST, (earlier == 0) & (broken == 0)),
        (KEPT, (earlier > 0) & (broken == 0)),
        (ONCE, broken == 1),
        (OFTEN, broken > 1),
    ]


def count_before(
    who: NDArray[np.int64], at: NDArray[np.int64],
    theirs: NDArray[np.int64], times: NDArray[np.int64],
) -> NDArray[np.int64]:  # fmt: skip
    """Return for each (who, at) how many of their instants are earlier."""
    every, ranks = np.unique(np.concatenate([at, times]), return_inverse=True)
    width = len(every) + 1
    keys = np.sort(theirs * width + ranks[len(at) :])
    here = np.searchsorted(keys, who * width + ranks[: len(at)], side="left")
    return np.asarray(here - np.searchsorted(keys, who * width, side="left"))
