from troth.metrics.rules import Metric

never_resolved = Metric(
    title="Overdue and still open",
    at="due_at",
    where="due_at is not null",
    good="resolved_at is null",
    better="less",
    doc=(
        "Share of cases, among those that fell due, that are unresolved to this day. The figures "
        "of past days shrink as late cases are resolved."
    ),
)
