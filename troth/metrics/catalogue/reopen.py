from datetime import timedelta

from troth.metrics.outcomes.following import followed
from troth.metrics.recipes import Input, Recipe

reopen = Recipe(
    title="Reopened tickets",
    formula=followed,
    inputs={
        "base": Input(over="ticket.resolved", fields={"unit": "coalesce(segment.ticket, key)"}),
        "events": Input(
            over="ticket.reopened", fields={"unit": "coalesce(segment.ticket, key)"},
            reads="until", split=False,
        ),
    },
    options={"within": timedelta(days=30), "once": True, "later": True},
    better="less",
    doc="Resolved tickets that were opened again within 30 days, among those resolved.",
)  # fmt: skip
