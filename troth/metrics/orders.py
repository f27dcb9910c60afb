"""Orders as several outcomes of the catalogue read them. Pure."""

from typing import Final

from troth.metrics.recipes import Input

CALLED_OFF: Final = (
    "lower(outcome) in ('canceled', 'cancelled', 'refunded', 'returned', 'unavailable')"
)
CUSTOMERS: Final = Input(over="order", fields={"who": None}, reads="all")
PRICED: Final = Input(
    over="order",
    fields={"who": None, "value": None, "list": None, "currency": None},
    excludes={"called off": CALLED_OFF},
    reads="history",
)
LATE: Final = Input(  # what counts as broken, unless somebody says otherwise
    over="order",
    at="due_at",
    where="due_at is not null and (resolved_at is null or resolved_at > due_at)",
    fields={"who": None},
    reads="all",
    split=False,
)
