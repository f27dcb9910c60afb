"""What a customer who met a broken promise is associated with costing, from the data at hand."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from troth.metrics.outcomes import association as links
from troth.metrics.outcomes import costs, exposing, lifetimes
from troth.metrics.outcomes.association import Effect, Link
from troth.metrics.outcomes.costs import Price
from troth.metrics.outcomes.following import NAMELESS
from troth.metrics.outcomes.linking import cut
from troth.metrics.outcomes.results import Fact, Figure, Finding, Part
from troth.metrics.outcomes.tables import Context, Tables, known, merged
from troth.signals.emission import MICROSECOND

MONEY = "money"
_WORTH = "orders with a value, of {} customers or more, or your own clv (docs/outcomes.md)"
_ALIKE = "customers on both sides who came as often and as lately"


@dataclass(frozen=True, slots=True)
class _Worth:
    """What a customer will still bring, with its interval; None where nobody can say."""

    figure: Figure | None
    currency: Fact = None


def broken_cost(tables: Tables, context: Context) -> Finding:
    """Return what is lost with each customer who met something broken: an association.

    It is the share that does not come back beyond those who met nothing, by what a customer will
    bring, and `handling`. What a customer brings is a company's own `clv`, else told from its
    orders. The interval takes the ends of both together: it is rather too wide than too narrow.
    """
    came, met = (known(tables[name], "who", NAMELESS) for name in ("customers", "broken"))
    here, there = cut(context)
    told = exposing.meetings(came, met)
    now = exposing.people(told, here=here, there=there)
    link = links.link(now, exposing.people(told, here=there, there=here))
    hurt = int((now.exposures > 0).sum())
    worth = _worth(tables, context)
    least = min(hurt, len(now) - hurt)
    needs = _needs(link, worth, context)
    if needs:
        none = Figure(value=None, numerator=0, denominator=hurt, n=least)
        return Finding(figure=none, excluded=merged(came, met), needs=needs)
    return Finding(
        figure=replace(_priced(link.adjusted, worth, context, hurt), n=least),
        parts=_parts(link.adjusted, worth, least), excluded=merged(came, met),
        facts=_facts(link, worth, context, hurt),
    )  # fmt: skip


def _worth(tables: Tables, context: Context) -> _Worth:
    """Return a company's own clv, else lifetime value told from the orders of the last years."""
    own, options = float(context.options["clv"]), context.options
    if own or float(options["replaced"]) == 1:
        return _Worth(Figure(value=own, numerator=own, denominator=1, n=1, low=own, high=own))
    history: timedelta = options["history"]
    since = context.end - history // MICROSECOND
    orders = tables["orders"]
    found = lifetimes.value({"orders": orders.only(orders.at > since)}, context)
    figure = found.figure
    enough = figure.value is not None and figure.n >= int(options["least"])
    return _Worth(figure if enough else None, found.facts.get("currency"))


def _needs(link: Link, worth: _Worth, context: Context) -> str:
    """Return what is missing, in words; "" where the cost can be told."""
    if worth.figure is None:
        return _WORTH.format(context.options["least"])
    return _ALIKE if link.adjusted.value is None else ""


def _price(clv: float, options: Mapping[str, float]) -> Price:
    cac, handling, replaced = (float(options[name]) for name in ("cac", "handling", "replaced"))
    return Price(clv=clv, cac=cac, handling=handling, replaced=replaced)


def _priced(lost: Effect, worth: _Worth, context: Context, hurt: int) -> Figure:
    of = worth.figure
    assert of is not None  # noqa: S101 - see _needs
    middle, low, high = (
        costs.cost(lost, broken=hurt, price=_price(clv, context.options))
        for clv in (of.value or 0.0, _or(of.low, of.value), _or(of.high, of.value))
    )
    return Figure(
        value=middle.each, numerator=middle.total, denominator=hurt, n=0, low=low.each_low,
        high=high.each_high,
    )  # fmt: skip


def _or(end: float | None, middle: float | None) -> float:
    return end if end is not None else middle or 0.0


def _parts(lost: Effect, worth: _Worth, n: int) -> tuple[Part, ...]:
    less = Figure(
        value=lost.value, low=lost.low, high=lost.high, numerator=0, denominator=0, n=n
    )  # fmt: skip
    parts = [Part("difference in coming back", less)]
    if worth.figure is not None and worth.figure.n > 1:
        parts.append(Part("what a customer will bring", worth.figure, str(worth.currency or "")))
    return tuple(parts)


def _facts(link: Link, worth: _Worth, context: Context, hurt: int) -> dict[str, Fact]:
    clv = (worth.figure.value if worth.figure else None) or 0.0
    found = costs.cost(link.adjusted, broken=hurt, price=_price(clv, context.options))
    told = {f"with {name}": each for name, each in found.sensitivity}
    return {
        "reading": "association",
        "holds": "yes" if links.holds(link) else "no",
        "currency": worth.currency,
        "customers who met something broken": hurt,
        "of them gone beyond the others": found.customers,
        **{name: each for name, each in told.items() if each != found.each},
    }
