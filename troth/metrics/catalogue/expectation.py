from troth.metrics.rules import Metric

_SCALE = "coalesce(number(segment.scale), 1)"

expectation = Metric(
    title="What customers expect",
    over="survey.expectation",
    value=f"value / {_SCALE}",
    unit="share",
    excludes=(
        ("dismissed", "lower(outcome) in ('dismissed', 'skipped', 'blank')"),
        ("blank", "value is null"),
        ("outside the scale", f"value < 0 or value > {_SCALE}"),
    ),
    doc=(
        "The share of cases that customers expect to go well, asked beforehand: 1 for “I expect it "
        "to”, 0 for “I do not”, or how many of ten with segment.scale = 10. The mean over all "
        "answers, between 0 and 1."
    ),
)
