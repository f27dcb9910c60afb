"""How often what may be asked. Pure."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class Limit:
    most: int
    within: timedelta


_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
# From one network address: with a solved riddle, and without one (no JavaScript).
SOLVED: Final = (Limit(30, _HOUR), Limit(100, _DAY))
UNSOLVED: Final = (Limit(5, _HOUR), Limit(15, _DAY))
# To one address to write to: these are messages that nobody has agreed to yet.
ASKED: Final = (Limit(1, _HOUR), Limit(4, _DAY))
# Test messages to one endpoint.
TRIED: Final = (Limit(3, _HOUR), Limit(10, _DAY))
# Whoever is tried with links that are not ours.
STRANGE: Final = (Limit(60, _HOUR),)
# A solved riddle opens one door.
ONCE: Final = (Limit(1, _DAY),)
FORGOTTEN_AFTER: Final = _DAY
