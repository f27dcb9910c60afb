from troth.metrics.rules import Metric

expected = Metric(
    title="As expected or better",
    where="value is not null and expected is not null",
    good="value <= expected",
    doc=(
        "Share of cases whose value is at most what was expected: the price paid against the price "
        "shown, the minutes waited against the minutes announced."
    ),
)
