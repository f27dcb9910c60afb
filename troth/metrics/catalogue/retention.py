from datetime import timedelta

from troth.metrics.orders import CALLED_OFF
from troth.metrics.outcomes.people import cohort_retention
from troth.metrics.recipes import Input, Recipe

retention = Recipe(
    title="Retention by cohort",
    formula=cohort_retention,
    inputs={
        "orders": Input(
            over="order",
            fields={"who": None},
            excludes={"called off": CALLED_OFF},
            reads="all",
        )
    },
    options={"period": timedelta(days=30), "periods": 12},
    history=36,
    edition=2,
    doc=(
        "Of customers whose first order lies in the span, the share that ordered in each 30 days "
        "after it; a curve for each month of first orders. A point is drawn when its 30 days are "
        "over for the whole cohort. The figure is that of the twelfth 30 days, or of the last that "
        "enough customers have reached; it says which."
    ),
)
