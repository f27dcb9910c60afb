"""The store's port: what may be asked of signals, whichever engine keeps them.

Adapters live in `signals/stores/`; one contract test runs against all of them. A *case* is
(source, key). All its versions are kept; the one that counts at an instant is the newest of those
recorded by then, unless another case has superseded it (docs/decisions/010-cases.md).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
from numpy.typing import NDArray

from troth.core.windows import Span
from troth.signals.expressions import Expression

FLAGS = ("resolved-before-happened", "future")  # bit 0, bit 1 of the stored flags


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One measure over current cases.

    Only cases of `kinds` (none: all) for which `where` is true and `time` is neither null nor
    later than `not_after` are counted. `total` is the sum of their weights and `good` that of those
    for which `good` is true (null is not true). `value` gives n, sum and squares, each weighted,
    over the cases where it is not null; `sketch` adds a KLL sketch of them.

    With `slice` (seconds) a bucket counts slices instead: cases fall into slices of that length,
    counted from the bucket's start, and `slice_good`, a condition over good, total, n, sum, mean
    and share of one slice, says which are good. `total` is then the number of slices with a case.
    """

    kinds: tuple[str, ...]
    time: Expression
    where: Expression | None = None
    good: Expression | None = None
    value: Expression | None = None
    by: tuple[str, ...] = ()
    slice: int | None = None
    slice_good: Expression | None = None
    sketch: bool = False
    not_after: datetime | None = None


class Tally(msgspec.Struct, frozen=True, gc=False):  # ten times quicker to make than a dataclass
    """The answer for one bucket (its start, UTC) and one segment (one value per `by`)."""

    bucket: datetime
    segment: tuple[str | None, ...]
    good: int
    total: int
    n: int
    sum: float
    squares: float
    sketch: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One version of a case as stored; instants are aware, in UTC. `subject` is a keyed hash."""

    source: str
    key: str
    version: int
    kind: str
    happened_at: datetime
    due_at: datetime | None
    resolved_at: datetime | None
    touchpoint: str | None
    subject: str | None
    segment: dict[str, str]
    value: float | None
    unit: str | None
    outcome: str | None
    expected: float | None
    weight: int
    evidence: str | None
    supersedes: str | None
    recorded_at: datetime
    replaced_at: datetime | None  # since when it no longer counts; None: it counts
    seq: int
    flags: tuple[str, ...]  # names of FLAGS


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which cases `cases()` lists: the filters of a question, and the flags it must have."""

    kinds: tuple[str, ...] = ()
    where: Expression | None = None
    time: Expression | None = None  # with `span`: the instant that must lie in it
    span: Span | None = None
    flagged: str | None = None
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Of which rows `heard()` tells the newest: of `kinds` (none: all), with a true `where`.

    Every version is one, whether it counts still or not: a revision says that somebody speaks, too.
    Only those recorded later than `after` are looked for. `where` does not ask for subjects.
    """

    kinds: tuple[str, ...] = ()
    where: Expression | None = None
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    after: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """Which cases `excerpt()` reads, as in a question, and which expressions of each."""

    kinds: tuple[str, ...]
    time: Expression
    span: Span
    fields: tuple[Expression, ...]
    where: Expression | None = None
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    as_of: datetime | None = None


MISSING = np.iinfo(np.int64).min  # an instant that a case does not have


@dataclass(frozen=True, slots=True)
class Columns:
    """What was read, one entry a case, in order of the instant that places it.

    `at` is that instant in µs since 1970. `fields`, one array for each that was asked: numbers are
    float64 with NaN for none, instants µs with MISSING, conditions bool (null is not true), texts
    objects with None.
    """

    at: NDArray[np.int64]
    weight: NDArray[np.int64]
    fields: tuple[NDArray[Any], ...]


@dataclass(frozen=True, slots=True)
class CasePage:
    """Some cases, the cursor that `after` takes for the next ones, and how many there are."""

    cases: list[Row]
    next: str | None
    total: int


@dataclass(frozen=True, slots=True)
class Extent:
    """The first and last instants of the rows of some kinds."""

    happened: Span
    recorded: Span
    rows: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Signals to add, in order: NDJSON lines, and for each line its seq and recorded_at (µs).

    `attributes`: the names of all attributes that their segments have.
    """

    lines: bytes
    attributes: tuple[str, ...]
    seq: NDArray[np.int64]
    recorded_at: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Touched:
    """A UTC day on which a row of this kind was placed, or a row that it replaced, by a column."""

    kind: str
    column: str  # happened_at, due_at or resolved_at
    day: date


@dataclass(frozen=True, slots=True)
class Added:
    """What adding a batch came to.

    The rows count from `publish()` on, which must be called inside the transaction that takes the
    batch from the inbox. If that transaction is lost, `discard()` cleans up.
    """

    rows: int
    repeated: int
    files: int
    touched: list[Touched]
    publish: Callable[[], None]
    discard: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Statistics:
    rows: int
    files: int
    bytes: int
    replaced: int


class Store(Protocol):
    """What an engine must do. All instants are aware; all lists are in a fixed order."""

    def add(self, batch: Batch, *, now: datetime) -> Added:
        """Drop repeats, mark what is replaced and make the rows durable, not yet counting."""
        ...

    def tally(
        self, questions: Sequence[Question], *, span: Span, zone: ZoneInfo, grain: int,
        as_of: datetime | None = None,
    ) -> list[list[Tally]]:  # fmt: skip
        """Answer each question for the cases whose `time` lies in `span`, by bucket and segment.

        `grain` is the bucket's length in seconds; 86,400 means local days of `zone`, anything
        shorter is aligned to UTC (core.windows). `as_of` answers as of an earlier instant.
        """
        ...

    def excerpt(self, asked: Excerpt) -> Columns:
        """Read some expressions of each case whose `time` lies in the span: for what no sum tells.

        A subject is a text here, the keyed hash: it tells two people apart and names nobody.
        """
        ...

    def cases(
        self, chosen: Filter, *, order: str = "-happened_at", after: str | None = None,
        limit: int = 50,
    ) -> CasePage:  # fmt: skip
        """List cases, each in the version that counts. `order`: a column, "-" for descending."""
        ...

    def history(self, *, source: str, key: str) -> list[Row]:
        """Return every version of a case, in the order in which they were recorded."""
        ...

    def extent(self, kinds: Sequence[str] = ()) -> Extent | None:
        """Return a span that holds all rows of these kinds: maybe more, with their neighbours."""
        ...

    def heard(self, asked: Sequence[Heard]) -> list[datetime | None]:
        """Return for each when the newest of its rows was recorded, exactly."""
        ...

    def sources(self) -> list[str]: ...

    def kinds(self) -> list[str]: ...

    def segments(self, kinds: Sequence[str] = ()) -> list[str]:
        """Return the names of the attributes that rows of these kinds have had."""
        ...

    def tidy(self, *, now: datetime) -> int:
        """Do the part of compaction that cannot wait; return the number of files rewritten."""
        ...

    def compact(self, *, now: datetime) -> int:
        """Make what is stored smaller and quicker to read; return the number of files rewritten."""
        ...

    def retain(self, *, kind: str, before: datetime, now: datetime) -> int:
        """Remove the rows of `kind` all of whose instants (happened, due, resolved) lie before one.

        Returns how many. So nothing open or still to fall due is removed, and a bucket that begins
        at `before` or later is whole, whichever instant places the cases.
        """
        ...

    def forget(self, *, subject_hash: str, now: datetime) -> None:
        """Hide the hash from every answer at once; the next compaction takes it from the files."""
        ...

    def statistics(self) -> Statistics: ...
