"""What a broken promise costs, from how much less often people come back. Arithmetic, no more.

It rests on an association: the answer is “if that difference is due to it”.
"""

from dataclasses import dataclass

from troth.metrics.outcomes.association import Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A company's own numbers, in money for one customer or case.

    `clv`: what a customer would still have brought. `cac`: what winning another one costs.
    `handling`: what one broken promise costs at once: the call, the credit. `replaced`: which
    share of those who leave is won anew; for them the cost is `cac` in place of `clv`.
    """

    clv: float
    cac: float
    handling: float = 0.0
    replaced: float = 0.0

    @property
    def of_leaving(self) -> float:
        return (1 - self.replaced) * self.clv + self.replaced * self.cac


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one broken promise and of all, with what the interval of the difference makes of it.

    `customers`: how many more are gone than otherwise. `sensitivity`: (what changed, cost of one)
    when one number is a fifth lower or higher.
    """

    each: float
    each_low: float | None
    each_high: float | None
    total: float
    customers: float
    sensitivity: tuple[tuple[str, float], ...]


def cost(difference: Effect, *, broken: int, price: Price) -> Cost:
    """Return the cost of `broken` broken promises.

    `difference` is exposed minus unexposed in the share that comes back: below 0 where less do.
    A difference above 0 costs nothing but the handling.
    """
    lost = max(0.0, -(difference.value or 0.0))
    each = _each(lost, price)
    low, high = (
        None if edge is None else _each(max(0.0, -edge), price)
        for edge in (difference.high, difference.low)
    )
    return Cost(each, low, high, each * broken, lost * broken, _sensitivity(lost, price))


def _each(lost: float, price: Price) -> float:
    return lost * price.of_leaving + price.handling


def _sensitivity(lost: float, price: Price) -> tuple[tuple[str, float], ...]:
    told: list[tuple[str, float]] = []
    for sign, factor in (("-20 %", 0.8), ("+20 %", 1.2)):
        told.append((f"difference {sign}", _each(lost * factor, price)))
        for name in ("clv", "cac", "handling"):
            given = {
                "clv": price.clv, "cac": price.cac, "handling": price.handling,
                "replaced": price.replaced,
            }  # fmt: skip
            given[name] *= factor
            told.append((f"{name} {sign}", _each(lost, Price(**given))))
    return tuple(told)
