from troth.metrics.rules import Metric

ces = Metric(
    title="Customer effort (CES)",
    over="survey.ces",
    good="value >= 5",
    value="value",
    excludes=(
        ("dismissed", "lower(outcome) in ('dismissed', 'skipped', 'blank')"),
        ("blank", "value is null"),
        ("outside 1 to 7", "value < 1 or value > 7"),
    ),
    doc=(
        "“They made it easy to handle my issue”, 1 to 7: the share that agrees (5 to 7), and "
        "beside it the mean."
    ),
)
