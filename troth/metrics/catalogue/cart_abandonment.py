from datetime import timedelta

from troth.metrics.outcomes.following import followed
from troth.metrics.recipes import Input, Recipe

cart_abandonment = Recipe(
    title="Cart abandonment",
    formula=followed,
    inputs={
        "base": Input(over="cart", fields={"unit": "coalesce(segment.cart, subject)"}),
        "events": Input(
            over="order",
            fields={"unit": "coalesce(segment.cart, subject)"},
            reads="until",
            split=False,
        ),
    },
    options={"within": timedelta(hours=24), "once": False, "unfollowed": True},
    better="less",
    doc=(
        "Carts that no order follows within 24 hours, among all carts. Carts and orders are "
        "matched by segment.cart, else by person."
    ),
)
