from datetime import timedelta

from troth.metrics.outcomes.following import followed
from troth.metrics.recipes import Input, Recipe

conversion = Recipe(
    title="Conversion",
    formula=followed,
    inputs={
        "base": Input(over="offer.seen", fields={"unit": None}),
        "events": Input(
            over="order",
            fields={"unit": None},
            reads="until",
            split=False,
        ),
    },
    options={"within": timedelta(days=30), "once": True},
    better="more",
    doc=(
        "People who ordered within 30 days of being shown an offer, among people who were shown "
        "one. The unit is the person on both sides; who was shown it again counts once."
    ),
)
