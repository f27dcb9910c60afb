from troth.metrics.rules import Metric

_SCALE = "coalesce(number(segment.scale), 5)"

csat = Metric(
    title="CSAT",
    over="survey.csat",
    good=(
        f"({_SCALE} <= 3 and value >= {_SCALE}) "
        f"or ({_SCALE} > 3 and {_SCALE} <= 7 and value >= {_SCALE} - 1) "
        f"or ({_SCALE} > 7 and value >= {_SCALE} - 2)"
    ),
    excludes=(
        ("dismissed", "lower(outcome) in ('dismissed', 'skipped', 'blank')"),
        ("blank", "value is null"),
        ("outside the scale", f"value < 1 or value > {_SCALE}"),
    ),
    doc=(
        "Satisfied answers among all: 4 and 5 of 5. On a scale of 3 the best answer counts, of 4 "
        "to 7 the best two, of 10 the best three; segment.scale says which, 5 where it is absent."
    ),
)
