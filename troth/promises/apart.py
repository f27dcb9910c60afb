"""Which segments of a promise have left what is usual of them, for its screens and its API."""

from dataclasses import dataclass
from datetime import date, datetime

from troth.metrics import queries, wording
from troth.metrics.drift.pictures import StreamView


@dataclass(frozen=True, slots=True)
class Left:
    """A fact of one segment. `size` is in percentage points, `text` says it."""

    pk: int
    since: date
    told_on: date
    size: float
    text: str


def left(
    watched: StreamView | None, attribute: str, *, at: datetime | None = None
) -> dict[str | None, Left]:
    """Return value of the attribute → the fact that is open of it, at `at` (default: now)."""
    if watched is None:
        return {}
    return {
        fade.segment[attribute]: Left(
            fade.pk, fade.onset or fade.opened_on, fade.opened_on, fade.size, wording.text(fade)
        )
        for fade in queries.segments_left(stream=watched.pk, at=at)
        if set(fade.segment) == {attribute}
    }
