from troth.metrics.orders import LATE, PRICED
from troth.metrics.outcomes.money import price_premium as formula
from troth.metrics.recipes import Recipe

price_premium = Recipe(
    title="Price paid of the list price",
    formula=formula,
    inputs={"orders": PRICED, "broken": LATE},
    better="more",
    doc=(
        "What was paid (value), among the list price (expected), by the trust of the moment; and "
        "how much more of it those pay who met nothing broken so far."
    ),
)
