from troth.metrics.rules import Metric

volume = Metric(
    title="Volume",
    doc=(
        "How many cases there were, by the day on which they happened. A case that was revised "
        "counts once; one that stands for several (weight) counts as many."
    ),
)
