from troth.metrics.rules import Metric

freshness = Metric(
    title="How fresh",
    at="happened_at",
    value="seconds(happened_at, recorded_at)",
    unit="s",
    percentiles=True,
    doc="How long after it happened a case's newest version reached us: the lag of its source.",
)
