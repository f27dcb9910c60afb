"""Customers by their orders: who came back, who is gone, and what a cohort keeps."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from troth.metrics.outcomes import intervals
from troth.metrics.outcomes.following import NAMELESS, YOUNG
from troth.metrics.outcomes.results import Curve, Fact, Figure, Finding, Part, Point
from troth.metrics.outcomes.tables import (
    Context,
    Table,
    Tables,
    known,
    merged,
    month_of,
    numbered,
)
from troth.signals.emission import MICROSECOND
from troth.signals.store import MISSING

Whole = NDArray[np.int64]
_MOST_COHORTS = 60
_HALF = 0.5
AGE, SHORTER = "measured in", "this age is"  # facts of retention


def repeat_purchase(tables: Tables, context: Context) -> Finding:
    """Return customers with two or more orders in the span ÷ customers with one or more.

    Beside it the share of first orders in the span that another one follows within `within`, of
    those for whom that time is over.
    """
    orders = known(tables["orders"], "who", NAMELESS)
    inside = orders.only((orders.at > context.start) & (orders.at <= context.end))
    [who] = numbered(inside["who"])
    times = np.bincount(who) if len(who) else np.zeros(0, dtype=np.int64)
    figure = intervals.share(int((times > 1).sum()), len(times))
    within: timedelta = context.options["within"]
    cohort, young = _again(orders, within // MICROSECOND, context)
    part = Part(f"of new customers within {within.days} days", cohort)
    told = dict(inside.excluded) | ({f"new, {YOUNG}": young} if young else {})
    return Finding(figure=figure, parts=(part,), excluded=told)


def _again(orders: Table, within: int, context: Context) -> tuple[Figure, int]:
    """Return the share of new customers who ordered again in time, and how many are too recent."""
    first, second = first_two(orders)
    new = (first > context.start) & (first <= context.end)
    over = first + within <= context.now
    back = new & over & (second != MISSING) & (second - first <= within)
    return intervals.share(int(back.sum()), int((new & over).sum())), int((new & ~over).sum())


def first_two(orders: Table) -> tuple[Whole, Whole]:
    """Return when each customer ordered first and second; MISSING where there is no second."""
    [who] = numbered(orders["who"])
    if not len(who):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    order = np.lexsort((orders.at, who))
    owners, at = who[order], orders.at[order]
    starts = np.flatnonzero(np.r_[True, owners[1:] != owners[:-1]])
    counts = np.diff(np.r_[starts, len(owners)])
    second = np.where(counts > 1, at[np.minimum(starts + 1, len(at) - 1)], MISSING)
    return at[starts], second


def contract_churn(tables: Tables, context: Context) -> Finding:
    """Return contracts that ended in the span, lost, ÷ contracts that ran at its start.

    Whoever began later is not in the denominator. A contract that ended otherwise (moved, renewed)
    is not lost and stays in it.
    """
    contracts = tables["contracts"]
    ended, open_ended = contracts["ended"], contracts["ended"] == MISSING
    running = open_ended | (ended > context.start)
    began = contracts.at <= context.start
    here = contracts.only(began & running)
    lost = here["lost"] & (here["ended"] > context.start) & (here["ended"] <= context.end)
    late = int((~began).sum())
    told = dict(contracts.excluded) | ({"began later": late} if late else {})
    return Finding(figure=intervals.share(int(lost.sum()), len(lost)), excluded=told)


def cohort_retention(tables: Tables, context: Context) -> Finding:
    """Return what share of customers ordered again in each period after their first order.

    Cohorts are the months of the first order, those of the span. A cohort's point is there only
    when its period is over for everyone in it; that of all together is of those for whom it is.
    Options: `period`; `periods`, how many. The figure is the last point of all together that
    enough customers have reached, and its age is told.
    """
    orders = known(tables["orders"], "who", NAMELESS)
    people = _followed(orders, context)
    new = (people.first > context.start) & (people.first <= context.end)
    months = [month_of(at) for at in people.first[new].tolist()]
    every = _curve("all", np.flatnonzero(new), people, whole=False)
    names = np.array(months, dtype=object)
    cohorts = [
        _curve(name, np.flatnonzero(new)[names == name], people, whole=True)
        for name in sorted(set(months))[-_MOST_COHORTS:]
    ]
    curves = tuple(_enough(curve, context.minimum) for curve in (every, *cohorts))
    figure, told = _headline(every, int(new.sum()), context)
    return Finding(figure=figure, curves=curves, excluded=dict(orders.excluded), facts=told)


@dataclass(frozen=True, slots=True)
class _People:
    """Customers: first order, how many periods after it are over, in which of them they ordered."""

    first: Whole
    over: Whole
    active: NDArray[np.bool_]


def _followed(orders: Table, context: Context) -> _People:
    period = context.options["period"] // MICROSECOND
    periods = int(context.options["periods"])
    [who] = numbered(orders["who"])
    count = int(who.max()) + 1 if len(who) else 0
    first = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(first, who, orders.at)
    step = (orders.at - first[who] - 1) // period  # an order at the end of a period is in it
    later = (orders.at > first[who]) & (step < periods)
    active = np.zeros((count, periods), dtype=bool)
    active[who[later], step[later]] = True
    return _People(first, (context.now - first) // period, active)


def _curve(name: str, members: Whole, people: _People, *, whole: bool) -> Curve:
    points = [Point(0, 1.0, None, None, len(members))] if len(members) else []
    for step in range(people.active.shape[1]):
        ripe = members[people.over[members] > step]
        if not len(ripe) or (whole and len(ripe) < len(members)):
            break
        points.append(_point(step + 1, int(people.active[ripe, step].sum()), len(ripe)))
    return Curve(name, tuple(points))


def _point(step: int, active: int, n: int) -> Point:
    low, high = intervals.wilson(active, n)
    return Point(step, active / n, low, high, n)


def _enough(curve: Curve, minimum: int) -> Curve:
    return Curve(curve.name, tuple(point for point in curve.points if point.n >= minimum))


def _headline(curve: Curve, n: int, context: Context) -> tuple[Figure, dict[str, Fact]]:
    """Return the figure of the longest age that enough customers have reached, and which it is."""
    later = curve.points[1:]
    if not later:
        return Figure(value=None, numerator=0, denominator=n, n=n), {}
    point = next((one for one in reversed(later) if one.n >= context.minimum), later[0])
    period: timedelta = context.options["period"]
    age, first = round(point.x) * period, (round(point.x) - 1) * period
    told: dict[str, Fact] = {AGE: f"days {first.days + 1} to {age.days} after the first order"}
    if point.x < int(context.options["periods"]):
        told[SHORTER] = f"the longest that {context.minimum} customers or more have reached"
    return intervals.share(round(point.value * point.n), point.n), told


def survival(tables: Tables, context: Context) -> Finding:
    """Return how long contracts last, by Kaplan and Meier: those that still run are not lost.

    Options: `period`, the unit of time; `periods`, where the figure is read. A case may bring its
    own `duration` in periods; otherwise it is the time from its start to its end, or until now.
    """
    contracts = tables["contracts"]
    period = context.options["period"] // MICROSECOND
    ended = np.where(contracts["ended"] == MISSING, context.now, contracts["ended"])
    lasted = (np.minimum(ended, context.now) - contracts.at) / period
    own = contracts["duration"]
    length = np.where(np.isnan(own), lasted, own)
    lost = contracts["lost"] & (np.isnan(own) | (own >= 0))
    backwards = length < 0
    found = contracts.only(~backwards, "ends before it begins")
    curve = kaplan_meier(length[~backwards], lost[~backwards])
    figure = _read(curve, float(context.options["periods"]), len(found))
    half = next((point.x for point in curve.points if point.value <= _HALF), None)
    return Finding(
        figure=figure, curves=(curve,), excluded=merged(found), facts={"median": half}
    )  # fmt: skip


def kaplan_meier(length: NDArray[np.float64], lost: NDArray[np.bool_], name: str = "all") -> Curve:
    """Return the product-limit curve with log-log intervals (Greenwood's variance).

    A case that is lost at the length at which another is only seen for the last time counts as
    lost first. One point for each length at which somebody is lost.
    """
    if not len(length):
        return Curve(name, ())
    points = [Point(0.0, 1.0, None, None, len(length))]
    value, added = 1.0, 0.0
    for at in np.unique(length[lost]).tolist():
        risk, gone = int((length >= at).sum()), int(((length == at) & lost).sum())
        value *= 1 - gone / risk
        added += gone / (risk * (risk - gone)) if risk > gone else np.inf
        low, high = _log_log(value, added)
        points.append(Point(at, value, low, high, risk))
    return Curve(name, tuple(points))


def _log_log(value: float, added: float) -> tuple[float | None, float | None]:
    if not 0 < value < 1 or not np.isfinite(added):
        return None, None
    theta = intervals.Z * float(np.sqrt(added)) / float(np.log(value))
    return value ** float(np.exp(-theta)), value ** float(np.exp(theta))


def _read(curve: Curve, at: float, n: int) -> Figure:
    """Return the curve's height at one length, the last step before it."""
    before = [point for point in curve.points if point.x <= at]
    if not before:
        return Figure(value=None, numerator=0, denominator=0, n=0)
    point = before[-1]
    return Figure(
        value=point.value, numerator=point.value * n, denominator=n, n=n, low=point.low,
        high=point.high,
    )  # fmt: skip
