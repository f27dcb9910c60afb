from troth.metrics.outcomes.answers import rating_gap as formula
from troth.metrics.recipes import Input, Recipe

rating_gap = Recipe(
    title="Rating where the promise was kept, above where it was broken",
    formula=formula,
    inputs={
        "ratings": Input(
            over="review",
            fields={"unit": "coalesce(segment.order, segment.case)", "value": None},
            reads="until",
        ),
        "judged": Input(
            over="order",
            where="due_at is not null and resolved_at is not null",
            fields={"unit": "key", "good": "resolved_at <= due_at"},
            reads="all",
            split=False,
        ),
    },
    unit="stars",
    better="less",
    doc=(
        "Mean rating of orders that came in time minus that of orders that came late: an "
        "association. A rating names its order in segment.order."
    ),
)
