"""What may be reported, how a report ends, and when many make an alarm. Pure."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final

LONGEST: Final = 4_000  # characters of what somebody writes, and of an answer
SOON: Final = timedelta(hours=1)
LATELY: Final = timedelta(days=1)


class Kind(StrEnum):
    PROBLEM = "problem"
    QUESTION = "question"
    COMMENT = "comment"


class State(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class End(StrEnum):
    """Why a report is closed."""

    DONE = "done"  # an answer that is owed stays owed
    ELSEWHERE = "elsewhere"  # answered by telephone or the like
    NOTHING = "nothing"  # there is nothing to answer: the promise does not apply
    SPAM = "spam"


WITHOUT_ANSWER: Final = frozenset({End.NOTHING, End.SPAM})
SIGNALS: Final[Mapping[Kind, str]] = {
    Kind.PROBLEM: "problem.report",
    Kind.QUESTION: "question.asked",
    Kind.COMMENT: "comment.made",
}


def surging(seen: Iterable[tuple[str, str]], *, least: int) -> frozenset[str]:
    """Return the components that at least `least` different places report; "" is the whole.

    `seen` are (component, place); a place that reports twice counts once. A `least` of 0 is never.
    """
    places: dict[str, set[str]] = {}
    for component, place in seen:
        places.setdefault(component, set()).add(place)
    return frozenset(name for name, some in places.items() if least and len(some) >= least)
