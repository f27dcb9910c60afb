"""A violation: a time in which a promise was broken, and what was done to make it right. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from troth.promises.rules.terms import Problem

LONGEST = 2000  # characters of a note
WITHDRAWN = "withdrawn"  # how a violation ended: the promise is made no longer
DROPPED = "dropped"  # or no longer over this window


class RemedyState(StrEnum):
    """How far a remedy is. Where nobody recorded anything, the promise itself says which it is."""

    OWED = "owed"
    UNDER_WAY = "under_way"
    DONE = "done"
    NOT_OWED = "not_owed"
    NONE_PROMISED = "none_promised"


@dataclass(frozen=True, slots=True)
class RemedyRow:
    """One thing that was recorded about a remedy. The newest one counts, all of them stay."""

    number: int  # 1, 2, 3 … of this violation
    state: RemedyState
    note: str  # public
    internal_note: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Violation:
    """One window of one promise from the flip to broken until the verdict was another one.

    `ended_as` is the verdict that followed, or `withdrawn` or `dropped`; "" while it is broken.
    What became of the remedy stays, however it ended.
    """

    id: int  # of the flip to broken
    slug: str
    name: str
    visibility: str  # public | audience | internal
    window: str
    headline: bool  # the promise's first window
    began_at: datetime
    ended_at: datetime | None
    ended_as: str
    restated: bool  # it came to light when a closed day was counted anew
    remedy: str  # what the promise named when it broke; "" = nothing
    remedies: tuple[RemedyRow, ...] = ()  # oldest first

    @property
    def state(self) -> RemedyState:
        return self.remedies[-1].state if self.remedies else unanswered(self.remedy)

    @property
    def seen(self) -> int:
        """The number of the newest remedy, 0 for none: what a form was made from."""
        return self.remedies[-1].number if self.remedies else 0

    @property
    def note(self) -> str:
        """What is said publicly about the present state."""
        return self.remedies[-1].note if self.remedies else ""

    @property
    def lasted(self) -> timedelta | None:
        """Return how long the promise was broken; None while it is."""
        return self.ended_at - self.began_at if self.ended_at else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which violations: an empty text or None asks for all. They began in (since, until]."""

    slug: str = ""
    state: str = ""
    visibility: str = ""
    since: datetime | None = None
    until: datetime | None = None


def unanswered(remedy: str) -> RemedyState:
    """Return the state of a violation that nobody answered, from the remedy that was promised."""
    return RemedyState.OWED if remedy.strip() else RemedyState.NONE_PROMISED


def recordable(remedy: str) -> tuple[RemedyState, ...]:
    """Return the states that may be recorded: nobody can say later that nothing was promised."""
    first = unanswered(remedy)
    if first is RemedyState.OWED:
        return (first, RemedyState.UNDER_WAY, RemedyState.DONE, RemedyState.NOT_OWED)
    return (first, RemedyState.OWED, RemedyState.UNDER_WAY, RemedyState.DONE)


def problems(remedy: str, state: str, note: str, internal_note: str) -> Iterator[Problem]:
    """Yield what keeps a remedy from being recorded."""
    states = recordable(remedy)
    if state not in states:
        yield Problem("state", f"must be one of {', '.join(states)}")
    if state == RemedyState.NOT_OWED and not note:
        yield Problem("note", "is missing: say publicly why nothing is owed")
    for field, text in (("note", note), ("internal_note", internal_note)):
        if len(text) > LONGEST:
            yield Problem(field, f"has more than {LONGEST} characters")
        if "\x00" in text:
            yield Problem(field, "holds a character that no text may have (NUL)")
