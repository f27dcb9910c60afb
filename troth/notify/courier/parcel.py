"""What the parts of a courier pass to each other."""

from dataclasses import dataclass
from typing import Any

from troth.notify.actions.receipting import Errand
from troth.notify.channel import Channel, Handed
from troth.notify.rules.lanes import Lane


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """A lane as a courier uses it: the channel, and the outlet's settings with its secrets."""

    lane: Lane
    channel: Channel
    at_once: int
    settings: Any = None
    sender: str = ""
    is_ready: bool = True  # False: it needs settings and has none
    is_failing: bool = False  # the desk says so


@dataclass(slots=True, kw_only=True)
class Parcel(Errand):
    """A message that is ready to be handed over."""

    handed: Handed
