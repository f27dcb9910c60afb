"""What may be asked of metrics. Nothing here writes, and nothing here knows who somebody is."""

from troth.metrics.queries.charted import allowed_days, chart
from troth.metrics.queries.coverage import coverage
from troth.metrics.queries.defined import (
    Named,
    catalogue,
    check_labels,
    current_documents,
    documents,
    metric,
    metrics,
    plan,
    series_named,
    versions,
)
from troth.metrics.queries.exact import ask, ask_all
from troth.metrics.queries.faded import (
    beside_of,
    fade,
    fades,
    hourly_of,
    is_watched,
    open_and_closed,
    segments_left,
    stream,
    streams,
    watched_as,
    watched_keys,
)
from troth.metrics.queries.holidays import holiday_calendars, streams_of_calendar, why_unknown
from troth.metrics.queries.hourly import today
from troth.metrics.queries.journeyed import declared_places, journey_documents, journey_plan
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
from troth.metrics.queries.linked import (
    Asked,
    Association,
    Exposure,
    association,
    bad,
    cost,
    exposure,
)
from troth.metrics.queries.lost import losses
from troth.metrics.queries.outcome_names import Named as NamedOutcome
from troth.metrics.queries.outcome_names import OutcomeError
from troth.metrics.queries.outcome_names import definitions as outcome_definitions
from troth.metrics.queries.outcome_names import named as outcome_named
from troth.metrics.queries.outcome_names import usual_span as outcome_span
from troth.metrics.queries.outcome_names import with_data as outcomes_with_data
from troth.metrics.queries.outcomes import outcome, outcomes_by, retention
from troth.metrics.queries.parted import predictability, segments_apart
from troth.metrics.queries.recipes import outcome_documents, outcome_plan, recipe_catalogue
from troth.metrics.queries.reported import reported
from troth.metrics.queries.surprised import within_day

__all__ = [
    "Asked",
    "Association",
    "Exposure",
    "Named",
    "NamedOutcome",
    "OutcomeError",
    "Part",
    "Tallies",
    "added_up",
    "allowed_days",
    "ask",
    "ask_all",
    "association",
    "bad",
    "beside_of",
    "by_segment",
    "catalogue",
    "chart",
    "check_labels",
    "cost",
    "coverage",
    "current_documents",
    "declared_places",
    "documents",
    "exposure",
    "fade",
    "fades",
    "holiday_calendars",
    "hourly_of",
    "is_watched",
    "journey_documents",
    "journey_plan",
    "losses",
    "metric",
    "metrics",
    "open_and_closed",
    "outcome",
    "outcome_definitions",
    "outcome_documents",
    "outcome_named",
    "outcome_plan",
    "outcome_span",
    "outcomes_by",
    "outcomes_with_data",
    "percentiles",
    "plan",
    "predictability",
    "progress",
    "recipe_catalogue",
    "reported",
    "retention",
    "revision",
    "revisions",
    "segment_tallies",
    "segments_apart",
    "segments_left",
    "series_named",
    "stream",
    "streams",
    "streams_of_calendar",
    "tallies",
    "today",
    "versions",
    "watched_as",
    "watched_keys",
    "why_unknown",
    "within_day",
]
