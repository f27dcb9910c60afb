"""Lists in pages: an opaque cursor names the last thing shown, so nothing is read twice."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
Place = tuple[str | int | float | None, ...]


class CursorError(ValueError):
    """The cursor was not made by this installation, or was cut on its way."""

    def __init__(self) -> None:
        super().__init__("this cursor is not one of ours; start again without it")


@dataclass(frozen=True, slots=True)
class Paged(Generic[T]):
    """A part of a list: its things, the cursor of the next part, and how many there are in all."""

    items: Sequence[T]
    next: str | None
    total: int


def written(place: Place) -> str:
    """Return a cursor for a place in a list: URL-safe, opaque to whoever passes it back."""
    text = json.dumps(place, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(cursor: str, *, length: int) -> Place:
    """Return the place that a cursor of `length` values names. Raises CursorError."""
    try:
        text = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
        place = json.loads(text)
    except (ValueError, binascii.Error) as error:
        raise CursorError from error
    if not isinstance(place, list) or len(place) != length:
        raise CursorError
    if not all(value is None or isinstance(value, str | int | float) for value in place):
        raise CursorError
    return tuple(place)


def part(
    things: Sequence[T], *, name: Callable[[T], str], cursor: str | None, limit: int
) -> Paged[T]:
    """Return the part of a list held in memory that follows the thing a cursor names.

    `name` is unique in the list. A thing that has left the list since its cursor was given ends
    the list there, with CursorError, rather than repeating what was read.
    """
    start = 0
    if cursor:
        (last,) = read(cursor, length=1)
        places = [index for index, thing in enumerate(things) if name(thing) == last]
        if not places:
            raise CursorError
        start = places[0] + 1
    shown = things[start : start + limit]
    more = start + limit < len(things)
    return Paged(shown, written((name(shown[-1]),)) if more and shown else None, len(things))
