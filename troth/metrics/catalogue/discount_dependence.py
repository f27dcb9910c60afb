from troth.metrics.catalogue.repeat_purchase import CALLED_OFF
from troth.metrics.outcomes.money import discount_dependence as formula
from troth.metrics.recipes import Input, Recipe

discount_dependence = Recipe(
    title="Discount dependence",
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
    better="less",
    doc=(
        "Orders bought below the list price (expected), among orders, by the trust of the moment: "
        "first order, none broken so far, one broken promise met, two or more. What counts as "
        "broken is an input; orders that came late, unless said otherwise."
    ),
)
