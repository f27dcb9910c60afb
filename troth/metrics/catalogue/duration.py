from troth.metrics.rules import Metric

duration = Metric(
    title="Time to resolution",
    at="resolved_at",
    where="resolved_at >= happened_at",
    value="seconds(happened_at, resolved_at)",
    unit="s",
    percentiles=True,
    better="less",
    doc=(
        "From what happened to its resolution, by the day of the resolution: mean and percentiles. "
        "Cases that end before they begin are a fault of the data and are left out; the desk lists "
        "them as flagged."
    ),
)
