"""The uptime formula: what was declared, and what it says in words. Pure."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from troth.components.rules.combining import FAR
from troth.components.rules.results import Weights
from troth.components.rules.uptime import Regime
from troth.core import fields

NAMES = ("major", "partial", "degraded", "maintenance", "unannounced")
_FINEST = 1000  # a second has 1000 milliseconds: shares of them stay whole


def as_weight(value: object) -> Fraction:
    """Return a share of at most three decimals, so that weighted milliseconds stay whole."""
    share = fields.as_share(value)
    if (share * _FINEST).denominator != 1:
        raise ValueError("has more than three decimals; write for example 30% or 0.125")
    return share


def weights(declared: Mapping[str, object]) -> Weights:
    """Return the weights that a document declares; what it does not name is as usual."""
    return Weights(**{name: as_weight(declared[name]) for name in NAMES if name in declared})


def regimes(declared: Sequence[tuple[int, Mapping[str, object]]]) -> tuple[Regime, ...]:
    """Return which weights count when, from (effective from, weights) in order.

    The first that was declared holds for all time before it as well.
    """
    if not declared:
        return (Regime(starts=-FAR, ends=FAR, weights=Weights()),)
    starts = [-FAR, *(start for start, _ in declared[1:])]
    ends = [*starts[1:], FAR]
    return tuple(
        Regime(starts=begin, ends=end, weights=weights(said))
        for begin, end, (_, said) in zip(starts, ends, declared, strict=True)
        if begin < end
    )


def at(found: Sequence[Regime], second: int) -> Weights:
    """Return the weights that count at an instant."""
    return next(one.weights for one in found if one.starts <= second < one.ends)


def in_words(found: Weights) -> tuple[str, ...]:
    """Return the formula as sentences that the page shows."""
    major, partial, degraded = map(_share, (found.major, found.partial, found.degraded))
    announced, other = _share(found.maintenance), _share(found.unannounced)
    counted = f"Of a major outage {major} counts as down, of a partial outage {partial}"
    return (
        "Uptime is the share of the known time that was not down.",
        f"{counted}, of degraded performance {degraded}.",
        f"Of maintenance announced in time {announced} counts as down, of other {other}.",
        "Time without data counts neither as up nor as down.",
    )


def _share(value: Fraction) -> str:
    percent = value * 100
    text = f"{float(percent):.1f}".removesuffix(".0")
    return f"{text} %"
