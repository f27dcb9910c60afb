"""Incidents, as far as a report has to do with one. The package above that knows them offers them.

Reports and incidents stand on one floor and do not know each other.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    uid: str
    name: str
    desk: str  # its address on the desk
    link: str  # its address on the page; "": nobody outside sees it


Find = Callable[[Sequence[str] | None], Sequence[Trouble]]
_found: list[Find] = []


def offer(find: Find) -> None:
    """Say how incidents are found: by their uids, or (None) those that go on, drafts as well."""
    _found[:] = [find]


def going_on() -> list[Trouble]:
    return [one for find in _found for one in find(None)]


def named(uid: str) -> Trouble | None:
    """Return one incident; None where there is none of this uid."""
    return next((one for find in _found for one in find([uid])), None) if uid else None
