"""Shapes that the API's operations share: an instant asked for, a page of a list, a part of one."""

from typing import Generic, TypeVar

from ninja import Schema

from troth.core.moments import Cursor, Instant, Limit

T = TypeVar("T")


class Moment(Schema):
    """`at` is the instant asked for, `as_of` what had been recorded by then: now, without them."""

    at: Instant | None = None
    as_of: Instant | None = None


class Pages(Schema):
    cursor: Cursor | None = None
    limit: Limit = 50


class Listed(Schema, Generic[T]):
    """A part of a list. `next` is the cursor of the following part, null at the end."""

    items: list[T]
    next: str | None
    total: int
