from datetime import timedelta

from troth.metrics.outcomes.following import followed
from troth.metrics.recipes import Input, Recipe

complaints = Recipe(
    title="Complaint rate",
    formula=followed,
    inputs={
        "base": Input(over="mail.delivered", fields={"unit": "coalesce(segment.message, key)"}),
        "events": Input(
            over="mail.complained",
            fields={"unit": "coalesce(segment.message, key)"},
            reads="until",
            split=False,
        ),
    },
    options={"within": timedelta(days=7), "once": True},
    better="less",
    doc=(
        "Delivered messages that were reported as spam within 7 days. Large mailbox providers want "
        "it below 0.1 %, and turn senders away from 0.3 % on."
    ),
)
