"""The cases of a promise whose deadlines count in business hours: reckoned one by one."""

from collections.abc import Iterator
from datetime import datetime

from troth.core.windows import Span
from troth.promises.queries.circumstances import Look
from troth.promises.queries.drills import scene_of
from troth.promises.queries.reckoning import Reckoned, reckoned
from troth.promises.queries.regimes import Regime
from troth.signals import queries as signals
from troth.signals.store import Row

PARTS = ("judged", "kept", "broken")


def office_cases(  # noqa: PLR0913 - as every question of cases
    slug: str, *, part: str, window: str | None = None, at: datetime | None = None,
    as_of: datetime | None = None, span: Span | None = None,
) -> list[Row] | None:  # fmt: skip
    """Return the cases that fell due in a window (or in `span`), newest first; None: not of these.

    `part` is judged, kept or broken. None for other parts, and for promises without a calendar.
    Raises Promise.DoesNotExist, ValueError.
    """
    if part not in PARTS:
        return None
    scene = scene_of(slug, window, at, as_of)
    if not scene.terms.counting.calendar:
        return None
    within = span or scene.span
    look = Look(signals.store(), scene.at, as_of)
    found = [
        case.row
        for regime in scene.regimes
        for case in _of(regime, look)
        if case.due is not None and within.start < case.due <= min(within.end, scene.at)
        and (part == "judged" or case.kept == (part == "kept"))
    ]  # fmt: skip
    return sorted(found, key=lambda row: (row.happened_at, row.seq), reverse=True)


def _of(regime: Regime, look: Look) -> Iterator[Reckoned]:
    """Yield the cases that opened while a version was in force."""
    if not regime.terms.counting.calendar:
        return
    bounds = regime.bounds
    for case in reckoned(regime.terms, look):
        opened = case.row.happened_at
        if (bounds.start is None or opened >= bounds.start) and (
            bounds.end is None or opened < bounds.end
        ):
            yield case
