from troth.metrics.outcomes.answers import positive_negative as formula
from troth.metrics.outcomes.results import Unit
from troth.metrics.recipes import Input, Recipe

positive_negative = Recipe(
    title="Positive to negative reviews",
    formula=formula,
    inputs={
        "reviews": Input(
            over="review",
            fields={"value": None},
            excludes={"outside 1 to 5": "value < 1 or value > 5"},
        )
    },
    options={"prior": 3.5, "weight": 7.0},
    unit=Unit.RATIO,
    doc=(
        "Reviews of 4 and 5 stars to one of 1 or 2, published and rejected alike; 3 stars stand "
        "apart."
    ),
)
