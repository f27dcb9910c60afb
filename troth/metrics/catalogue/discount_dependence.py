from troth.metrics.orders import LATE, PRICED
from troth.metrics.outcomes.money import discount_dependence as formula
from troth.metrics.recipes import Recipe

discount_dependence = Recipe(
    title="Discount dependence",
    formula=formula,
    inputs={"orders": PRICED, "broken": LATE},
    better="less",
    doc=(
        "Orders bought below the list price (expected), among orders, by the trust of the moment: "
        "first order, none broken so far, one broken promise met, two or more. What counts as "
        "broken is an input; orders that came late, unless said otherwise."
    ),
)
