from datetime import timedelta

from troth.metrics.orders import CALLED_OFF, CUSTOMERS, LATE
from troth.metrics.outcomes.pricing import broken_cost as formula
from troth.metrics.recipes import Input, Recipe

broken_cost = Recipe(
    title="Cost of a broken promise",
    formula=formula,
    inputs={
        "customers": CUSTOMERS,
        "broken": LATE,
        "orders": Input(
            over="order",
            fields={"who": None, "value": None, "currency": None},
            excludes={"called off": CALLED_OFF, "below zero": "value < 0"},
            reads="history",
        ),
    },
    options={
        "split": 0.5, "history": timedelta(days=1096), "least": 100, "months": 12,
        "discount": 0.1, "margin": 1.0, "clv": 0.0, "cac": 0.0, "handling": 0.0, "replaced": 0.0,
    },
    unit="money",
    better="less",
    history=12,
    doc=(
        "What is lost with each customer who met something broken: how much fewer of them come "
        "back than of those who met nothing, among customers who came as often and as lately, by "
        "what a customer will bring in 12 months. An association: it says what goes with a broken "
        "promise, not what it causes. What a customer brings is your own clv, or lifetime value "
        "told from three years of your orders."
    ),
)  # fmt: skip
