"""From parsed parts to an answer: what is fine is accepted whole, what is not is told by line."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import DatabaseError

from troth.core import meters
from troth.core.refusals import Refusal
from troth.signals import actions
from troth.signals.doors import mending
from troth.signals.doors.parsed import Parsed
from troth.signals.doors.refused import Refused
from troth.signals.envelope import Lines, Signal

_LOG = logging.getLogger(__name__)
MOST_TOLD = 1_000


@dataclass(slots=True)
class Taken:
    """`refused` holds the first 1,000 refused lines, `refused_count` counts them all."""

    accepted: int = 0
    refused: list[Refused] = field(default_factory=list)
    refused_count: int = 0

    def told(self) -> dict[str, Any]:
        return {
            "accepted": self.accepted,
            "refused": [one.told() for one in self.refused],
            "refused_count": self.refused_count,
        }

    def note(self, refused: Sequence[Refused]) -> None:
        self.refused_count += len(refused)
        self.refused.extend(refused[: max(0, MOST_TOLD - len(self.refused))])


def take(*, parsed: Iterator[Parsed], door: str, origin: str, now: datetime) -> Taken:
    """Accept all that is fine, in one transaction, and keep what is refused to be mended.

    Raises Refusal: 503 with nothing taken where the spool is full or the state database is busy,
    507 where the disk is full.
    """
    taken = Taken()
    try:
        receipt = actions.accept(batches=_batches(parsed, taken), door=door, now=now)
    except (actions.SpoolFull, actions.StoreBusy, actions.DiskFull) as error:
        meters.SIGNALS.labels("turned_away").inc()
        raise refusal_of(error) from error
    taken.accepted = receipt.accepted
    meters.SIGNALS.labels("accepted").inc(taken.accepted)
    meters.SIGNALS.labels("refused").inc(taken.refused_count)
    _keep(taken, door, origin, now)
    return taken


def refusal_of(error: Exception) -> Refusal:
    """Return how the caller is told that nothing could be taken."""
    if isinstance(error, actions.DiskFull):
        return Refusal(507, "the disk is full; nothing was taken")
    if isinstance(error, actions.SpoolFull):
        return Refusal(503, "the inbox is full; nothing was taken, send it again later")
    return Refusal(503, "the database is busy; nothing was taken, send it again")


def _batches(parsed: Iterator[Parsed], taken: Taken) -> Iterator[Sequence[Signal] | Lines]:
    for part in parsed:
        taken.note(part.refused)
        batch = part.signals if part.text is None else Lines(part.text, len(part.signals))
        del part  # so many small things: the next request uses their memory while it is warm
        if batch:
            yield batch


def _keep(taken: Taken, door: str, origin: str, now: datetime) -> None:
    if not taken.refused:
        return
    try:
        mending.keep(refused=taken.refused, door=door, origin=origin, now=now)
    except DatabaseError:
        # The signals are accepted and the caller has every refusal in the answer: an error here
        # would make it send again what is already taken.
        _LOG.exception("refused lines could not be kept")
