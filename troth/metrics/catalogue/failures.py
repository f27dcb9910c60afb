from troth.metrics.rules import Metric

failures = Metric(
    title="Failure rate",
    where="outcome is not null",
    good="lower(outcome) in ('failed', 'failure', 'error', 'refused', 'timeout', 'lost')",
    better="less",
    doc=(
        "Failed attempts among all attempts that have an outcome. The words that mean failure are "
        "failed, failure, error, refused, timeout and lost; a metric of your own may name others."
    ),
)
