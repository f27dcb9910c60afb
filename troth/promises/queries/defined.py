"""Metrics, as a promise may name them."""

from troth.promises.rules.terms import Counting


def metric(name: str) -> Counting | None:
    """Return how the metric of this name counts today, or None where there is none."""
    from troth.metrics import queries as metrics

    found = metrics.metric(name)
    if found is None:
        return None
    measure = found.measure()
    return Counting(
        evaluator="event",
        kinds=measure.kinds,
        where=measure.where or "",
        at=measure.time,
        good=measure.good or "",
        value=measure.value or "",
    )
