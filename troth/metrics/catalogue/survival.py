from datetime import timedelta

from troth.metrics.outcomes.people import survival as formula
from troth.metrics.recipes import Input, Recipe

survival = Recipe(
    title="How long contracts last",
    formula=formula,
    inputs={
        "contracts": Input(
            over="contract",
            fields={
                "ended": None,
                "lost": "resolved_at is not null",
                "duration": "number(segment.duration)",
            },
            reads="history",
        )
    },
    options={"period": timedelta(days=30), "periods": 12},
    doc=(
        "The share of contracts that still run so many months after they began, by Kaplan and "
        "Meier: those that run today are counted as long as they were seen. The figure is the "
        "curve after 12 months."
    ),
)
