"""Results as bytes, so that a row written with each check costs less than the check."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from troth.probes.rules.results import Outcome
from troth.probes.rules.turning import Result

_RECENT: Final = struct.Struct("<qB")  # instant in ms, outcome
_SHOWN: Final = struct.Struct("<qIB")  # instant in ms, duration in µs, outcome
_OUTCOMES: Final = (Outcome.UP, Outcome.DEGRADED, Outcome.DOWN)
_NUMBERS: Final = {outcome: number for number, outcome in enumerate(_OUTCOMES)}
KEPT: Final = 60  # results that a chart shows
_LONGEST: Final = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Shown:
    """One of the last results: when it was due (ms), how long it took (µs), and what it found."""

    at: int
    took: int
    outcome: Outcome


def recent(results: Sequence[Result]) -> bytes:
    return b"".join(_RECENT.pack(one.at, _NUMBERS[one.outcome]) for one in results)


def read_recent(packed: bytes) -> tuple[Result, ...]:
    return tuple(Result(at, _OUTCOMES[n]) for at, n in _RECENT.iter_unpack(packed))


def added(packed: bytes, *, at: int, took: int, outcome: Outcome) -> bytes:
    """Return the last results with one more, the oldest beyond KEPT dropped."""
    room = (KEPT - 1) * _SHOWN.size
    return packed[-room:] + _SHOWN.pack(at, min(took, _LONGEST), _NUMBERS[outcome])


def read_shown(packed: bytes) -> list[Shown]:
    return [Shown(at, took, _OUTCOMES[n]) for at, took, n in _SHOWN.iter_unpack(packed)]
