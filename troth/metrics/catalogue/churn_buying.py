from troth.metrics.orders import CALLED_OFF
from troth.metrics.outcomes.lifetimes import churn
from troth.metrics.recipes import Input, Recipe

churn_buying = Recipe(
    title="Churn (without contract)",
    formula=churn,
    inputs={
        "orders": Input(
            over="order",
            fields={"who": None},
            excludes={"called off": CALLED_OFF},
        )
    },
    options={"likely": 0.5},
    better="less",
    minimum=100,
    history=36,
    doc=(
        "Customers who are more likely gone than not, among those who ordered in the span: told "
        "from how long they have been silent for their own rhythm (BG/NBD). Those who have ordered "
        "once are taken for alive by this model: they have shown no rhythm."
    ),
)
