from troth.metrics.orders import CUSTOMERS, LATE
from troth.metrics.outcomes.linking import association as formula
from troth.metrics.recipes import Recipe

trust_link = Recipe(
    title="Coming back after a broken promise",
    formula=formula,
    inputs={"customers": CUSTOMERS, "broken": LATE},
    options={"split": 0.5, "clv": 0.0, "cac": 0.0, "handling": 0.0, "replaced": 0.0},
    better="more",
    doc=(
        "How much less (below 0) of the customers who met something broken in the first half of "
        "the span ordered in the second, among customers who came as often and as lately. An "
        "association: it says that they differ, not why. Two placebos stand beside it: exposure "
        "dealt at random, and exposure that only came afterwards."
    ),
)
