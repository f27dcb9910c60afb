from troth.metrics.rules import Metric

nps = Metric(
    title="NPS",
    over="survey.nps",
    value="case when value >= 9 then 100 when value <= 6 then -100 else 0 end",
    unit="points",
    excludes=(
        ("dismissed", "lower(outcome) in ('dismissed', 'skipped', 'blank')"),
        ("blank", "value is null"),
        ("outside 0 to 10", "value < 0 or value > 10"),
    ),
    minimum=100,
    doc=(
        "Promoters (9 and 10) minus detractors (0 to 6) among all answers, in points. Whoever "
        "closed the question has not answered. A person who answers a wave twice counts once "
        "where the key of the case names person and wave: the newest answer counts."
    ),
)
