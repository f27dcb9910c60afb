from datetime import timedelta

from troth.metrics.outcomes.following import deflection as formula
from troth.metrics.recipes import Input, Recipe

deflection = Recipe(
    title="Ticket deflection",
    formula=formula,
    inputs={
        "sessions": Input(
            over="selfservice.session",
            fields={"unit": None, "good": "outcome = 'answered'"},
            reads="around",
        ),
        "tickets": Input(over="ticket", fields={"unit": None}, reads="around"),
        "csat": Input(
            over="survey.csat",
            fields={"good": "value >= 4"},
            excludes={"blank": "value is null", "outside 1 to 5": "value < 1 or value > 5"},
            reads="around",
        ),
    },
    options={"within": timedelta(hours=72), "margin": 0.02},
    doc=(
        "Visits to self-service that found an answer and led to no ticket of the same person "
        "within 72 hours, among all attempts: visits and tickets. It is winning only where it "
        "rises against the span before and CSAT holds."
    ),
)
