from troth.metrics.rules import Metric

deviation = Metric(
    title="Deviation from what was expected",
    where="value is not null and expected is not null",
    value="value - expected",
    percentiles=True,
    better="less",
    doc=(
        "By how much the value differs from what was expected, above it being positive: mean and "
        "percentiles, in the unit of the signals. Narrow it to kinds that share one unit."
    ),
)
