from troth.metrics.catalogue.repeat_purchase import CALLED_OFF
from troth.metrics.outcomes.money import price_premium as formula
from troth.metrics.recipes import Input, Recipe

price_premium = Recipe(
    title="Price paid of the list price",
    formula=formula,
    inputs={
        "orders": Input(
            over="order",
            fields={"who": None, "value": None, "list": None, "currency": None},
            excludes={"called off": CALLED_OFF},
            reads="history",
        ),
        "broken": Input(
            over="order",
            at="due_at",
            where="due_at is not null and (resolved_at is null or resolved_at > due_at)",
            fields={"who": None},
            reads="all",
            split=False,
        ),
    },
    better="more",
    doc=(
        "What was paid (value), among the list price (expected), by the trust of the moment; and "
        "how much more of it those pay who met nothing broken so far."
    ),
)
