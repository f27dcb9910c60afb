from datetime import timedelta

from troth.metrics.outcomes.answers import swing
from troth.metrics.outcomes.results import Unit
from troth.metrics.recipes import Input, Recipe

nps_swing = Recipe(
    title="NPS after a release",
    formula=swing,
    inputs={
        "answers": Input(
            over="survey.nps",
            fields={"who": None, "value": None},
            excludes={
                "dismissed": "lower(outcome) in ('dismissed', 'skipped', 'blank')",
                "blank": "value is null",
                "outside 0 to 10": "value < 0 or value > 10",
            },
            reads="all",
        ),
        "releases": Input(over=("release", "deploy"), fields={}, split=False),
    },
    options={"days": timedelta(days=14)},
    unit=Unit.POINTS,
    minimum=100,
    doc=(
        "NPS in the 14 days after the latest release minus NPS in the 14 days before it, with z. "
        "It says that they differ, not that the release is why. Narrow it to one survey and "
        "channel by a segment."
    ),
)
