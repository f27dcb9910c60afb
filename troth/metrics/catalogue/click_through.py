from datetime import timedelta

from troth.metrics.outcomes.following import followed
from troth.metrics.recipes import Input, Recipe

click_through = Recipe(
    title="Click-through rate",
    formula=followed,
    inputs={
        "base": Input(over="mail.delivered", fields={"unit": "coalesce(segment.message, key)"}),
        "events": Input(
            over="mail.clicked",
            fields={"unit": "coalesce(segment.message, key)"},
            excludes={"clicked by a machine": "segment.machine = 'true'"},
            reads="until",
            split=False,
        ),
    },
    options={"within": timedelta(days=7), "once": True},
    better="more",
    doc=(
        "Delivered messages that were clicked by a person within 7 days. What a machine clicks "
        "(segment.machine = 'true') is left out."
    ),
)
