"""A lane: what is sent beside each other at one pace. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lane:
    """A channel through one outlet, or through none. A rate of 0 is no limit."""

    channel: str
    outlet: int | None
    per_second: float = 0.0
