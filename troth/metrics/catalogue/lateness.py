from troth.metrics.rules import Metric

lateness = Metric(
    title="How late",
    at="resolved_at",
    where="resolved_at > due_at",
    value="seconds(due_at, resolved_at)",
    unit="s",
    percentiles=True,
    better="less",
    doc=(
        "How long after its date a case was resolved, of those that were late, by the day of the "
        "resolution. Cases still open are not in it: read it beside “Overdue and still open”."
    ),
)
