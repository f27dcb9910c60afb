from troth.metrics.orders import CALLED_OFF
from troth.metrics.outcomes.money import average_order
from troth.metrics.recipes import Input, Recipe

aov = Recipe(
    title="Average order value",
    formula=average_order,
    inputs={
        "orders": Input(
            over="order",
            fields={"value": None, "currency": None},
            excludes={"called off": CALLED_OFF},
        )
    },
    unit="money",
    doc=(
        "The sum of orders after discounts, before tax and shipping, among orders. Currencies are "
        "never added: the one that most orders have is told, the others are left out."
    ),
)
