from troth.metrics.outcomes.linking import association as formula
from troth.metrics.recipes import Input, Recipe

trust_link = Recipe(
    title="Coming back after a broken promise",
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
    options={"split": 0.5, "clv": 0.0, "cac": 0.0, "handling": 0.0, "replaced": 0.0},
    better="more",
    doc=(
        "How much less (below 0) of the customers who met something broken in the first half of "
        "the span ordered in the second, among customers who came as often and as lately. An "
        "association: it says that they differ, not why. Two placebos stand beside it: exposure "
        "dealt at random, and exposure that only came afterwards."
    ),
)
