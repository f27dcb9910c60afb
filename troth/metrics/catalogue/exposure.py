from datetime import timedelta

from troth.metrics.outcomes.linking import exposure as formula
from troth.metrics.recipes import Input, Recipe

exposure = Recipe(
    title="Customers who met a broken promise",
    formula=formula,
    inputs={
        "customers": Input(over="order", fields={"who": None}, reads="all"),
        "broken": Input(
            over="order",
            at="due_at",
            where="due_at is not null and (resolved_at is null or resolved_at > due_at)",
            fields={"who": None},
            reads="all",
            split=False,
        ),
    },
    options={"split": 0.5, "step": timedelta(days=30)},
    better="less",
    doc=(
        "Of the customers who ordered in the first half of the span, those who met something "
        "broken in it; and what became of those who met none, one, two, three or more: who ordered "
        "in the second half. What counts as broken is an input; orders that came late, unless said "
        "otherwise."
    ),
)
