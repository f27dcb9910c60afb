"""Exposure and association as outcomes by themselves: what the catalogue's recipes ask."""

from datetime import timedelta

from troth.metrics.outcomes import association as links
from troth.metrics.outcomes import costs, exposing, intervals
from troth.metrics.outcomes.association import Effect, Link
from troth.metrics.outcomes.exposing import People, Stretch
from troth.metrics.outcomes.following import NAMELESS
from troth.metrics.outcomes.results import Curve, Fact, Figure, Finding, Part
from troth.metrics.outcomes.tables import Context, Table, Tables, known, merged
from troth.signals.emission import MICROSECOND

_MOST_STEPS = 60


def cut(context: Context) -> tuple[Stretch, Stretch]:
    """Return the two parts of the span. Option `split`: where it is cut, as a share of it."""
    end = min(context.end, context.now)
    split = context.start + int((context.end - context.start) * float(context.options["split"]))
    return (context.start, min(split, end)), (min(split, end), end)


def exposure(tables: Tables, context: Context) -> Finding:
    """Return the share of customers who met a broken promise in the first part of the span.

    Parts say for 0, 1, 2 and 3+ of them who came back in the second part; curves in each step.
    """
    came, met = _known(tables)
    here, there = cut(context)
    told = exposing.meetings(came, met)
    found = exposing.people(told, here=here, there=there)
    step: timedelta = context.options["step"]
    length = step // MICROSECOND
    ends = list(range(here[1] + length, there[1] + 1, length))[:_MOST_STEPS]
    curves = exposing.curves(told, here=here, steps=ends) if ends else []
    parts: list[Part] = []
    for band in exposing.bands(found):
        parts.append(Part(f"{band.name} broken: came back", band.returned))
        parts.append(Part(f"{band.name} broken: times each", band.orders, ""))
    return Finding(
        figure=intervals.share(int((found.exposures > 0).sum()), len(found)), parts=tuple(parts),
        curves=tuple(_enough(curve, context.minimum) for curve in curves),
        excluded=merged(came, met),
    )  # fmt: skip


def _known(tables: Tables) -> tuple[Table, Table]:
    return known(tables["customers"], "who", NAMELESS), known(tables["broken"], "who", NAMELESS)


def _enough(curve: Curve, minimum: int) -> Curve:
    return Curve(curve.name, tuple(point for point in curve.points if point.n >= minimum))


def association(tables: Tables, context: Context) -> Finding:
    """Return how much more (above 0) or less of those who met something broken came back.

    The figure is the difference within strata, exposed minus unexposed; `n` the smaller side.
    """
    came, met = _known(tables)
    here, there = cut(context)
    told = exposing.meetings(came, met)
    now = exposing.people(told, here=here, there=there)
    future = exposing.people(told, here=there, there=here)
    link = links.link(now, future)
    return Finding(
        figure=_figure(now, link),
        parts=(Part("met none", link.unexposed), Part("met one or more", link.exposed)),
        excluded=merged(came, met), facts=_facts(link) | _cost(link, context),
    )  # fmt: skip


def _figure(now: People, link: Link) -> Figure:
    hurt = int((now.exposures > 0).sum())
    seen = link.adjusted
    return Figure(
        value=seen.value, numerator=link.exposed.numerator, denominator=link.exposed.denominator,
        n=min(hurt, len(now) - hurt), low=seen.low, high=seen.high,
    )  # fmt: skip


def _facts(link: Link) -> dict[str, Fact]:
    return {
        "reading": "association",
        "holds": "yes" if links.holds(link) else "no",
        **_three("crude difference", link.difference),
        **_three("odds ratio", link.odds_ratio),
        **_three("odds ratio within strata", link.adjusted_odds_ratio),
        "placebo shuffled low": link.permuted.low,
        "placebo shuffled high": link.permuted.high,
        "placebo shuffled p": link.permuted.p,
        **_three("placebo future", link.future),
        "placebo future n": link.future_n,
        "strata": link.strata,
    }


def _cost(link: Link, context: Context) -> dict[str, Fact]:
    """Return what one broken promise costs, where a company has said what a customer is worth."""
    told = {name: float(context.options[name]) for name in ("clv", "cac", "handling", "replaced")}
    if link.adjusted.value is None or not any(told.values()):
        return {}
    found = costs.cost(link.adjusted, broken=1, price=costs.Price(**told))
    return {
        "cost of one broken promise": found.each,
        "cost low": found.each_low,
        "cost high": found.each_high,
    }


def _three(name: str, effect: Effect) -> dict[str, Fact]:
    return {name: effect.value, f"{name} low": effect.low, f"{name} high": effect.high}
