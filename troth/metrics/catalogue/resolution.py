from troth.metrics.rules import Metric

resolution = Metric(
    title="Resolution time",
    over="ticket",
    at="resolved_at",
    value="seconds(happened_at, resolved_at)",
    unit="s",
    percentiles=True,
    better="less",
    excludes=(("ends before it begins", "resolved_at < happened_at"),),
    doc="From a ticket to its resolution: median and 90th percentile, in calendar time.",
)
