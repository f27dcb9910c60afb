"""Milliseconds since 1970, in which checks are counted, and instants, in which they are told."""

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)
_US: Final = timedelta(microseconds=1)


def ms(at: datetime) -> int:
    return (at - _EPOCH) // _MS


def instant(milliseconds: int) -> datetime:
    return _EPOCH + milliseconds * _MS


def from_micros(micros: int) -> datetime:
    return _EPOCH + micros * _US


def micros(at: datetime) -> int:
    return (at - _EPOCH) // _US
