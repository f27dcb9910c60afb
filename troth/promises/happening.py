"""What happened beside a promise: packages above say what they know of, once they are there.

Promises know nothing of incidents and releases; their charts show them all the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from troth.core.windows import Span


@dataclass(frozen=True, slots=True)
class Place:
    """Where a promise stands, and in whose days its chart is drawn."""

    zone: str
    touchpoint: str


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing on a day, in a few words, with a link if there is more."""

    at: date
    text: str
    href: str = ""


Teller = Callable[[Place, Span, datetime | None], Sequence[Happened]]
_tellers: dict[str, Teller] = {}


def offer(package: str, teller: Teller) -> None:
    """Let a package say what happened beside a place in a span, as of an instant (None: now)."""
    _tellers[package] = teller


def beside(place: Place, span: Span, at: datetime | None) -> list[Happened]:
    """Return what everyone who knows says, oldest first."""
    found = [one for teller in _tellers.values() for one in teller(place, span, at)]
    return sorted(found, key=lambda one: one.at)
