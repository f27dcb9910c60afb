from datetime import timedelta

from troth.metrics.orders import CALLED_OFF
from troth.metrics.outcomes.people import repeat_purchase as formula
from troth.metrics.recipes import Input, Recipe

repeat_purchase = Recipe(
    title="Repeat purchase rate",
    formula=formula,
    inputs={
        "orders": Input(
            over="order",
            fields={"who": None},
            excludes={"called off": CALLED_OFF},
            reads="all",
        )
    },
    options={"within": timedelta(days=90)},
    history=12,
    doc=(
        "Customers with two or more orders in the span, among customers with one or more. Beside "
        "it, of customers whose first order lies in the span, those who ordered again within 90 "
        "days."
    ),
)
