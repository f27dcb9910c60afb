"""Read: what other packages may ask about promises. Every question takes two instants.

`at` is the instant judged, `as_of` what had been recorded by then; None = now. With both None the
answer comes from the kept judgements and tallies; otherwise it is counted exactly from the store.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from troth.core.windows import Span
from troth.promises.models import Promise
from troth.promises.rules.results import (
    Backtest,
    Count,
    Detail,
    ExclusionRow,
    FlipRow,
    RestatementRow,
    Standing,
    TargetChange,
)
from troth.signals.expressions import Expression


@dataclass(frozen=True, slots=True)
class Drill:
    """The cases behind a number, in the words of `signals.store.Store.cases`."""

    kinds: tuple[str, ...]
    where: Expression | None
    time: Expression
    span: Span
    zone: ZoneInfo


def standing(
    *,
    at: datetime | None = None,
    as_of: datetime | None = None,
    visibility: str | None = None,
    slugs: Sequence[str] | None = None,
) -> list[Standing]:
    """Return how each promise that is not retired stands, in their order."""
    raise NotImplementedError


def promise_detail(
    slug: str, *, at: datetime | None = None, as_of: datetime | None = None
) -> Detail:
    """Return everything about one promise. Raises Promise.DoesNotExist."""
    raise NotImplementedError


def flips(
    *,
    since: datetime | None = None,
    slug: str | None = None,
    visibility: str | None = None,
    headline: bool | None = None,
    limit: int = 100,
) -> list[FlipRow]:
    """Return changes of verdict, newest first."""
    raise NotImplementedError


def target_changes(
    *, since: datetime | None = None, visibility: str | None = None, limit: int = 100
) -> list[TargetChange]:
    """Return changes of target over all promises, newest first. First versions are left out."""
    raise NotImplementedError


def history_of_targets(slug: str) -> list[TargetChange]:
    """Return the versions of one promise, oldest first."""
    raise NotImplementedError


def restatements(
    *, slug: str | None = None, since: datetime | None = None, limit: int = 100
) -> list[RestatementRow]:
    """Return results that changed after their watermark, newest first."""
    raise NotImplementedError


def exclusions(*, slug: str | None = None, withdrawn: bool = True) -> list[ExclusionRow]:
    """Return signed exclusions, newest first."""
    raise NotImplementedError


def by_segment(
    slug: str, *, attribute: str, window: str | None = None, at: datetime | None = None
) -> dict[str | None, Count]:
    """Return the raw count of each value of a segment attribute in a window (default: headline)."""
    raise NotImplementedError


def backtest(*, document: Mapping[str, object], months: int = 12, now: datetime) -> Backtest:
    """Judge a draft on the last whole months. Raises `rules.terms.DocumentError`."""
    raise NotImplementedError


def preview(*, document: Mapping[str, object]) -> tuple[str, ...]:
    """Return the draft in plain sentences. Raises `rules.terms.DocumentError`."""
    raise NotImplementedError


def drill(slug: str, *, part: str = "judged", window: str | None = None,
          at: datetime | None = None, as_of: datetime | None = None) -> Drill:
    """Return which cases stand behind a number of a window (default: the headline).

    `part` is judged, kept, broken, pending, no_promise or excluded:<category>.
    """
    raise NotImplementedError


def document(slug: str, *, version: int | None = None) -> dict[str, object]:
    """Return the promise document as declared (default: the latest)."""
    raise NotImplementedError


def promises() -> list[Promise]:
    """Return all rows, retired ones too, in their order."""
    raise NotImplementedError
