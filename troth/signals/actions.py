"""What may be done to signals: take them in, seal them into the store, keep the store in shape."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from troth.signals.envelope import Signal


class SpoolFull(Exception):  # noqa: N818 - a state of the spool, not a mistake
    """The inbox holds as much as it may: answer 503 and ask to try again later."""


class DiskFull(Exception):  # noqa: N818
    """There is no room on the disk: answer 507."""


class StoreBusy(Exception):  # noqa: N818
    """The state database did not answer in time: answer 503."""


@dataclass(frozen=True, slots=True)
class Receipt:
    accepted: int
    batches: int


@dataclass(frozen=True, slots=True)
class Sealed:
    rows: int
    repeated: int
    files: int


def accept(*, batches: Iterable[Sequence[Signal]], door: str, now: datetime) -> Receipt:
    """Take checked signals in; on return they are on disk, all of them or none.

    Each batch holds at most 16 million signals that passed `envelope.refusals`. Raises SpoolFull,
    DiskFull or StoreBusy with nothing taken.
    """
    raise NotImplementedError


def seal(*, now: datetime, limit_rows: int = 1_000_000) -> Sealed:
    """Move the oldest signals from the inbox into the store, about `limit_rows` at most."""
    raise NotImplementedError


def compact(*, now: datetime) -> int:
    """Merge small files into hourly and daily ones and fold in what was replaced or erased."""
    raise NotImplementedError


def retain(*, now: datetime) -> int:
    """Remove the cases that are older than their kind's retention; return how many rows."""
    raise NotImplementedError


def forget(*, subject: str, now: datetime) -> None:
    """Forget a person: the hash of `subject` is hidden at once and leaves the files later."""
    raise NotImplementedError
