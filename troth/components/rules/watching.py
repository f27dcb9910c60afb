"""What the turns of a watch mean for the component that it watches. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from troth.components.rules.combining import FAR
from troth.components.rules.results import Status

UP, DEGRADED, DOWN = "up", "degraded", "down"  # levels of a watch; any other word is silence


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How a watch was from `at` on (s), until the next one."""

    at: int
    level: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What a watch says of a component in [starts, ends): up says nothing."""

    starts: int
    ends: int
    status: Status
    reason: str = ""


def sayings(levels: Sequence[Level], *, starts: int, ends: int = FAR, down: Status) -> list[Saying]:
    """Return what a watch says of a component that it watches in [starts, ends).

    `levels` stand in the order in which they were told. Before the first one it is silent.
    """
    ordered = sorted(levels, key=lambda one: one.at)
    known = [Level(at=starts, level=""), *ordered]
    found: list[Saying] = []
    for number, one in enumerate(known):
        until = known[number + 1].at if number + 1 < len(known) else FAR
        begin, end = max(one.at, starts), min(until, ends)
        if one.level != UP and begin < end:
            status = {DOWN: down, DEGRADED: Status.DEGRADED}.get(one.level, Status.NO_DATA)
            _add(found, Saying(starts=begin, ends=end, status=status, reason=one.reason))
    return found


def _add(found: list[Saying], one: Saying) -> None:
    """Add a saying; where the one before says the same up to it, that one goes on."""
    last = found[-1] if found else None
    if last is None or last.ends != one.starts or last.status is not one.status:
        found.append(one)
    else:
        found[-1] = Saying(
            starts=last.starts, ends=one.ends, status=last.status, reason=last.reason
        )
