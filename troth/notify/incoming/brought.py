"""What a line of a file says, whoever wrote the file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from troth.notify.rules.wishes import Wish

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """One subscriber. `consents` are proofs as they stood elsewhere; without one they are asked.

    `parts` are keys or names, as the file has them. `has_ended`: they left, and are not brought.
    """

    channel: str
    address: str
    wish: Wish
    parts: tuple[str, ...] = ()
    consents: tuple[Mapping[str, Any], ...] = ()
    has_ended: bool = False
    is_paused: bool = False
    owner: str = ""  # a mail address: told when a program or a room is not reached


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a file, or why it cannot be read."""

    number: int
    brought: Brought | None = None
    problem: str = ""
