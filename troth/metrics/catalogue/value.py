from troth.metrics.rules import Metric

value = Metric(
    title="Value",
    where="value is not null",
    value="value",
    percentiles=True,
    doc=(
        "The number that the signals carry: mean and percentiles, in their unit. Narrow it to "
        "kinds that share one unit; values of different units are added up without asking."
    ),
)
