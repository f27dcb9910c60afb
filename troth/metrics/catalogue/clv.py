from troth.metrics.orders import CALLED_OFF
from troth.metrics.outcomes.lifetimes import value
from troth.metrics.recipes import Input, Recipe

clv = Recipe(
    title="Customer lifetime value",
    formula=value,
    inputs={
        "orders": Input(
            over="order",
            fields={"who": None, "value": None, "currency": None},
            excludes={"called off": CALLED_OFF, "below zero": "value < 0"},
        )
    },
    options={"months": 12, "discount": 0.1, "margin": 1.0},
    unit="money",
    minimum=100,
    history=36,
    doc=(
        "What a customer is expected to bring in the next 12 months, on average: purchases "
        "(BG/NBD) by the value of one (Gamma-Gamma) by the margin, discounted by 10 % a year. "
        "Orders of a day are one purchase; currencies are never added."
    ),
)
