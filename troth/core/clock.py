"""The one place that reads the clock, so that a test can stand still at any instant."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_frozen: ContextVar[datetime | None] = ContextVar("frozen", default=None)


def now() -> datetime:
    """Return the present instant: aware, in UTC."""
    return _frozen.get() or datetime.now(tz=UTC)  # noqa: TID251 - this is the one place


@contextmanager
def frozen(at: datetime) -> Iterator[datetime]:
    """Make `now()` stand still at the aware instant `at` inside the block."""
    if at.tzinfo is None:
        raise ValueError("frozen() takes an aware datetime")
    token = _frozen.set(at.astimezone(UTC))
    try:
        yield at
    finally:
        _frozen.reset(token)
