from datetime import timedelta

from troth.metrics.orders import CUSTOMERS, LATE
from troth.metrics.outcomes.linking import exposure as formula
from troth.metrics.recipes import Recipe

exposure = Recipe(
    title="Customers who met a broken promise",
    formula=formula,
    inputs={"customers": CUSTOMERS, "broken": LATE},
    options={"split": 0.5, "step": timedelta(days=30)},
    better="less",
    doc=(
        "Of the customers who ordered in the first half of the span, those who met something "
        "broken in it; and what became of those who met none, one, two, three or more: who ordered "
        "in the second half. What counts as broken is an input; orders that came late, unless said "
        "otherwise."
    ),
)
