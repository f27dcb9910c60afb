from troth.metrics.rules import Metric

earliness = Metric(
    title="How early",
    at="resolved_at",
    where="resolved_at <= due_at",
    value="seconds(resolved_at, due_at)",
    unit="s",
    percentiles=True,
    doc="How long before its date a case was resolved, of those that were on time.",
)
