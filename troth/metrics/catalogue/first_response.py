from troth.metrics.rules import Metric

first_response = Metric(
    title="First response time",
    over="ticket.reply",
    at="resolved_at",
    value="seconds(happened_at, resolved_at)",
    unit="s",
    percentiles=True,
    better="less",
    excludes=(
        ("answered by a machine", "segment.by = 'bot'"),
        ("answered before it was asked", "resolved_at < happened_at"),
    ),
    doc=(
        "From a question to the first public answer of a person: median and 90th percentile, in "
        "calendar time. A ticket without an answer is not in it: read it beside “Overdue and still "
        "open”."
    ),
)
