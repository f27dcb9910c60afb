from datetime import timedelta

from troth.metrics.outcomes.following import followed
from troth.metrics.recipes import Input, Recipe

unsubscribes = Recipe(
    title="Unsubscribe rate",
    formula=followed,
    inputs={
        "base": Input(over="mail.delivered", fields={"unit": "coalesce(segment.message, key)"}),
        "events": Input(
            over="mail.unsubscribed",
            fields={"unit": "coalesce(segment.message, key)"},
            reads="until",
            split=False,
        ),
    },
    options={"within": timedelta(days=7), "once": True},
    better="less",
    doc=("Delivered messages that led to an unsubscription within 7 days, among delivered ones."),
)
