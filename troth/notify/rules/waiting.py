"""Why a message has not left yet, in words that somebody who asks would understand. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from troth.notify.rules.quiet import quiet_until, zone_of
from troth.notify.rules.retrying import DIGEST

_UNDER_WAY: Final = {"claimed": "a courier has it", "leaving": "it leaves this moment"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What is known of a message that waits. `outlet` says what is wrong with its outlet."""

    state: str
    priority: int
    due_at: datetime
    tries: int
    pace: str
    zone: str
    quiet: tuple[int | None, int | None]
    outlet: str = ""
    is_behind: bool = False  # another one to the same reader goes first
    is_running: bool = True  # a courier is at work


def reason(one: Waiting, *, at: datetime) -> str:
    """Return why a message waits; nothing where it waits no more."""
    if one.state != "queued":
        return _UNDER_WAY.get(one.state, "")
    if one.due_at > at:
        return f"{_until(one, at)} {_wall(one)}"
    return _due(one)


def _until(one: Waiting, at: datetime) -> str:
    if one.tries:
        return "it is tried again"
    if one.priority == DIGEST and one.pace != "at once":
        return f"it goes with the {one.pace} digest,"
    begin, end = one.quiet
    if quiet_until(at, zone=one.zone, begin=begin, end=end):
        return "quiet hours of the reader, until"
    return "it is due"


def _wall(one: Waiting) -> str:
    wall = one.due_at.astimezone(zone_of(one.zone))
    return f"{wall:%a %d %b, %H:%M} in {one.zone}"


def _due(one: Waiting) -> str:
    if one.outlet:
        return one.outlet
    if not one.is_running:
        return "no courier is at work"
    if one.is_behind:
        return "another message to the same reader goes first"
    return "a courier takes it next"
