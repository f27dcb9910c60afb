from troth.metrics.outcomes.money import breakage as formula
from troth.metrics.recipes import Input, Recipe

breakage = Recipe(
    title="Reward breakage",
    formula=formula,
    inputs={
        "lots": Input(
            over="reward.lot",
            at="due_at",
            fields={"unit": "key", "value": None, "issued": "happened_at"},
        ),
        "redeemed": Input(
            over="reward.redeemed",
            fields={"unit": "segment.lot", "value": None},
            reads="all",
            split=False,
        ),
        "live": Input(
            over="reward.lot",
            fields={"unit": "key", "value": None, "due": None},
            reads="history",
        ),
    },
    options={"cost": 0.01},
    better="less",
    history=36,
    doc=(
        "What expired of rewards, among what was issued, of lots whose last day lies in the span, "
        "weighed by their amounts. A lot falls due on its last day; what is redeemed of it "
        "names it in segment.lot."
    ),
)
