"""The real store, told signals; outcomes are asked of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from troth.core.windows import Span
from troth.signals import actions
from troth.signals.envelope import Signal

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
YEAR = Span(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


@pytest.fixture
def tell(db: None) -> Callable[..., None]:
    """Return what takes signals and seals them."""

    def take(signals: list[Signal], at: datetime = YEAR.end) -> None:
        actions.accept(batches=[signals], door="test", now=at)
        actions.seal(now=at)

    return take


@pytest.fixture
def signal() -> Callable[..., Signal]:
    """Return a maker of signals: kind, who, days after the first of January 2026."""
    numbers = iter(range(10**9))

    def make(kind: str, who: str | None = None, days: float = 0.5, **fields: object) -> Signal:
        given = {"source": "test", "key": f"k{next(numbers)}", "subject": who} | fields
        return Signal(kind=kind, happened_at=YEAR.start + timedelta(days=days), **given)

    return make
