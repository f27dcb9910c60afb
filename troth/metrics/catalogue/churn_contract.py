from troth.metrics.outcomes.people import contract_churn
from troth.metrics.recipes import Input, Recipe

churn_contract = Recipe(
    title="Churn (contracts)",
    formula=contract_churn,
    inputs={
        "contracts": Input(
            over="contract",
            fields={
                "ended": None,
                "lost": "outcome is null or lower(outcome) not in ('renewed', 'moved', 'merged')",
            },
            reads="history",
        )
    },
    better="less",
    doc=(
        "Contracts lost in the span, among those that ran at its start. A contract is one case: it "
        "happened when it began and is resolved when it ended. New customers are not in the "
        "denominator."
    ),
)
