"""How far a carrier may go."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from troth.notify.rules.results import Answer

Reads = Callable[[int, Mapping[str, str], str], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`private` lets it reach private networks; `timeout` is seconds for one message.

    `is_idempotent`: the other side drops repeats, so that an answer that did not come is no
    uncertainty: it is tried again. `reads` is the channel's own reading of an HTTP answer.
    """

    private: bool
    timeout: float = 10.0
    at_once: int = 4
    is_idempotent: bool = False
    reads: Reads | None = None


class DownError(Exception):
    """The outlet as a whole cannot be reached: no message is to blame, and none has left."""


def unloadable(error: ImportError) -> str:
    """Return what to say of a library that cannot be loaded here."""
    return f"a library that this channel needs cannot be loaded here: {error}"[:300]
