"""What something followed: clicks after mails, orders after carts, tickets after a search."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from troth.metrics.outcomes import intervals
from troth.metrics.outcomes.results import Figure, Finding, Part
from troth.metrics.outcomes.tables import (
    Context,
    Mask,
    Table,
    Tables,
    first_after,
    known,
    merged,
    numbered,
)
from troth.signals.emission import MICROSECOND
from troth.signals.store import MISSING

YOUNG = "too recent to tell"
NAMELESS = "of nobody known"
REPEATED = "repeated"


def followed(tables: Tables, context: Context) -> Finding:
    """Return the share of `base` that one of `events` of the same unit follows within a time.

    Options: `within`; `once`, whether a unit counts once however often it stands in the base;
    `later`, whether an event at the same instant does not count; `unfollowed`, whether the share of
    those that nothing follows is asked.
    """
    base, events = ready(tables["base"], context), tables["events"]
    if context.options.get("once", True):
        base = once(base)
    if context.options.get("later"):  # what happens at the same instant is not after it
        base = replace(base, at=base.at + 1)
    hit = is_followed(base, events, within=context.options["within"])
    wanted = ~hit if context.options.get("unfollowed") else hit
    figure = intervals.share(int(wanted.sum()), len(wanted))
    return Finding(figure=figure, excluded=merged(base, events))


def ready(base: Table, context: Context) -> Table:
    """Return the cases that are of somebody known and whose time to be followed is over."""
    within: timedelta = context.options["within"]
    named = known(base, "unit", NAMELESS)
    return named.only(named.at + within // MICROSECOND <= context.now, YOUNG)


def once(base: Table) -> Table:
    """Return the first case of each unit."""
    [codes] = numbered(base["unit"])
    first = np.zeros(len(base), dtype=bool)
    first[np.unique(codes, return_index=True)[1]] = True
    return base.only(first, REPEATED)


def is_followed(base: Table, events: Table, *, within: timedelta) -> Mask:
    """Return for each case whether an event of its unit comes at its instant or soon after."""
    who, theirs = numbered(base["unit"], events["unit"])
    then = first_after(who, base.at, theirs, events.at)
    soon: NDArray[np.bool_] = (then != MISSING) & (then - base.at <= within // MICROSECOND)
    return soon


def deflection(tables: Tables, context: Context) -> Finding:
    """Return deflected ÷ attempts: sessions that found an answer and led to no ticket in time.

    Attempts are sessions and tickets. The guard: it is winning only where it rises against the
    span of equal length before and the CSAT of those who did ask a person holds. Options:
    `within`; `margin`, by how much (as a share) CSAT may lie lower and still hold.
    """
    then, now = _rates(tables, context)
    sides = [_csat(tables["csat"], before, context) for before in (True, False)]
    verdict = judged(now, then, sides[1], sides[0], margin=float(context.options["margin"]))
    parts = (
        Part("the span before", then), Part("CSAT", sides[1]), Part("CSAT before", sides[0])
    )  # fmt: skip
    told = merged(ready(tables["sessions"], context), tables["tickets"], tables["csat"])
    return Finding(figure=now, parts=parts, excluded=told, facts=verdict)


def _rates(tables: Tables, context: Context) -> tuple[Figure, Figure]:
    """Return the rate of the span before and of this one."""
    sessions, tickets = ready(tables["sessions"], context), tables["tickets"]
    helped = sessions["good"] & ~is_followed(sessions, tickets, within=context.options["within"])
    found = []
    for before in (True, False):
        mine = _side(sessions, before, context)
        asked = int(_side(tickets, before, context).sum())
        found.append(intervals.share(int((helped & mine).sum()), int(mine.sum()) + asked))
    return found[0], found[1]


def _side(table: Table, before: bool, context: Context) -> Mask:  # noqa: FBT001 - a side
    side: Mask = table.at <= context.start if before else table.at > context.start
    return side & (table.at <= context.end)


def _csat(answers: Table, before: bool, context: Context) -> Figure:  # noqa: FBT001 - a side
    mine = answers.only(_side(answers, before, context))
    return intervals.share(int(mine["good"].sum()), len(mine))


RISES, FALLS, LEVEL = "rises", "falls", "no detectable change"
HOLDS, SLIPS, UNKNOWN = "holds", "slips", "not known"


def judged(
    now: Figure, then: Figure, csat: Figure, before: Figure, *, margin: float
) -> dict[str, float | int | str | None]:
    """Return how the rate moves, whether CSAT holds, and in one word whether that is winning."""
    moved, felt = intervals.difference(now, then), intervals.difference(csat, before)
    rate = _moves(moved)
    guard = UNKNOWN if felt is None else HOLDS if felt[0] >= -margin else SLIPS
    return {
        "rate": rate,
        "csat": guard,
        "verdict": _verdict(rate, guard),
        "change": None if moved is None else moved[0],
        "csat_change": None if felt is None else felt[0],
    }


def _moves(moved: tuple[float, float, float] | None) -> str:
    if moved is None:
        return UNKNOWN
    _, low, high = moved
    if low > 0:
        return RISES
    return FALLS if high < 0 else LEVEL


def _verdict(rate: str, guard: str) -> str:
    if rate != RISES:
        return "not winning"
    told = {HOLDS: "winning", SLIPS: "at the cost of satisfaction"}
    return told.get(guard, "not known")
