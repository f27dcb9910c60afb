"""What the parts of a courier pass to each other."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from troth.notify.actions.receipting import Sent
from troth.notify.channel import Channel, Handed
from troth.notify.rules.lanes import Lane
from troth.notify.rules.results import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """A lane as a courier uses it: the channel, and the outlet's settings with its secrets."""

    lane: Lane
    channel: Channel
    at_once: int
    settings: Any = None
    sender: str = ""
    is_ready: bool = True  # False: it needs settings and has none


@dataclass(slots=True, kw_only=True)
class Parcel:
    """A message that is ready to be handed over."""

    id: int
    subscription: int
    priority: int
    tries: int
    first_left_at: datetime | None
    handed: Handed
    failures: int
    is_endpoint: bool

    def sent(self, answer: Answer, *, at: datetime, took_ms: int, is_down: bool) -> Sent:
        """Return what came of handing it over."""
        return Sent(
            id=self.id, subscription=self.subscription, priority=self.priority, tries=self.tries,
            first_left_at=self.first_left_at or at, answer=answer, at=at, took_ms=took_ms,
            is_down=is_down, failures=self.failures, is_endpoint=self.is_endpoint,
        )  # fmt: skip
