"""What may be asked of metrics. Nothing here writes, and nothing here knows who somebody is."""

from troth.metrics.queries.defined import (
    Named,
    catalogue,
    current_documents,
    documents,
    metric,
    metrics,
    plan,
    series_named,
    versions,
)
from troth.metrics.queries.exact import ask, ask_all
from troth.metrics.queries.faded import fades, stream, streams
from troth.metrics.queries.kept import (
    Part,
    Tallies,
    added_up,
    by_segment,
    percentiles,
    progress,
    revision,
    revisions,
    segment_tallies,
    tallies,
)

__all__ = [
    "Named",
    "Part",
    "Tallies",
    "added_up",
    "ask",
    "ask_all",
    "by_segment",
    "catalogue",
    "current_documents",
    "documents",
    "fades",
    "metric",
    "metrics",
    "percentiles",
    "plan",
    "progress",
    "revision",
    "revisions",
    "segment_tallies",
    "series_named",
    "stream",
    "streams",
    "tallies",
    "versions",
]
