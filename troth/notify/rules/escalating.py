"""Who is rung next, and when. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

MOST_STEPS: Final = 10
_LONGEST: Final = 7 * 24 * 60  # minutes


@dataclass(frozen=True, slots=True)
class Step:
    """`after` is counted from the beginning of the alarm; `readers` are subscriptions' uids."""

    after: timedelta
    readers: tuple[str, ...]


def steps_of(written: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    """Return the steps as they are kept: [{"after": minutes, "subscriptions": [uid, …]}, …].

    Raises ValueError naming the step that cannot be used.
    """
    if not 1 <= len(written) <= MOST_STEPS:
        raise ValueError(f"an escalation has 1 to {MOST_STEPS} steps, not {len(written)}")
    steps = tuple(_step(number, one) for number, one in enumerate(written, 1))
    for number in range(1, len(steps)):
        if steps[number].after < steps[number - 1].after:
            raise ValueError(f"step {number + 1} comes before step {number}: order them by time")
    return steps


def _step(number: int, written: Mapping[str, Any]) -> Step:
    after, readers = written.get("after"), written.get("subscriptions")
    if isinstance(after, bool) or not isinstance(after, int) or not 0 <= after <= _LONGEST:
        raise ValueError(f"step {number}: after how many minutes? A whole number up to {_LONGEST}")
    if not isinstance(readers, list) or not readers:
        raise ValueError(f"step {number}: name at least one reader")
    return Step(timedelta(minutes=after), tuple(str(one) for one in readers))


def rings_at(steps: Sequence[Step], *, number: int, raised_at: datetime) -> datetime | None:
    """Return when the step of this number, from 0, rings; None after the last one."""
    return raised_at + steps[number].after if number < len(steps) else None


def concerns(*, keys: Sequence[str], floor: int, parts: Sequence[str], severity: int) -> bool:
    """Return whether an escalation is for an alert about these parts, as severe as this."""
    return severity >= floor and (not keys or not set(keys).isdisjoint(parts))
