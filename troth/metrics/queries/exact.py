"""Questions that go to the signals themselves: any past knowledge, any instant, any measure."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from troth.core.windows import Span
from troth.metrics.rules import Measure
from troth.metrics.scanning import Frame, asked_apart
from troth.signals import queries as signals
from troth.signals.store import Tally


def ask(  # noqa: PLR0913 - one argument for each thing that a question has
    *,
    measure: Measure,
    span: Span,
    zone: ZoneInfo,
    grain: int,
    as_of: datetime | None = None,
    at: datetime | None = None,
) -> list[Tally]:
    """Return exact tallies from the signals themselves: for any past knowledge, any instant.

    `as_of` counts what had been recorded by then; `at` leaves out what happened later. Both
    default to now. Raises MeasureError.
    """
    (found,) = ask_all(measures=[measure], span=span, zone=zone, grain=grain, as_of=as_of, at=at)
    return found


def ask_all(  # noqa: PLR0913 - one argument for each thing that a question has
    *,
    measures: Sequence[Measure],
    span: Span,
    zone: ZoneInfo,
    grain: int,
    as_of: datetime | None = None,
    at: datetime | None = None,
) -> list[list[Tally]]:
    """Answer many measures as `ask` does; those over the same kinds and instant in one scan."""
    end = span.end if at is None else min(span.end, at)
    if end <= span.start:
        return [[] for _ in measures]
    frame = Frame(Span(span.start, end), zone, grain, as_of)
    return asked_apart(signals.store(), [measure.checked() for measure in measures], frame)
