"""From questions to SQL and from rows to tallies: the same for every adapter."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from troth.core import windows
from troth.core.windows import Span
from troth.signals.emission import DAY, EPOCH, Dialect, Emitter, floored, instant, micros
from troth.signals.expressions import Expression
from troth.signals.grammar import Node
from troth.signals.store import Question, Tally
from troth.signals.stores import sketches

AT_ONCE = 40  # questions answered in one scan: more make a statement that takes long to plan
_PAD = timedelta(days=2)
Bounds = Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Which part of the store a statement reads. Bounds: column → (after, until), in µs."""

    columns: frozenset[str]
    segments: frozenset[str]
    kinds: tuple[str, ...]
    as_of: datetime | None = None
    bounds: Bounds = field(default_factory=dict)


class Engine(Protocol):
    """What an adapter gives to have questions answered."""

    dialect: Dialect

    def relation(self, need: Need) -> str:
        """Return SQL of a sub-query over the rows that count, with the columns needed."""
        ...

    def rows(self, sql: str) -> list[tuple[Any, ...]]: ...

    def columns(self, sql: str) -> list[Any]:
        """Return the columns of an answer: arrays, masked where something is null, or lists.

        Of an answer without rows, an engine may return no columns either.
        """
        ...

    def batches(self, sql: str) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the rows of an answer that may be too long to hold."""
        ...

    def limits(self) -> Span:
        """Return the earliest and latest instant in any column."""
        ...


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a tally looks: the arguments of `Store.tally` beside the questions."""

    span: Span
    zone: ZoneInfo
    grain: int
    as_of: datetime | None

    def starts_at(self, bucket: int) -> datetime:
        """Return the start of a bucket from what its SQL gives."""
        if self.grain != windows.DAY:
            return instant(bucket)
        return windows.midnight(date(1970, 1, 1) + timedelta(microseconds=bucket), self.zone)


def answer(engine: Engine, questions: Sequence[Question], scope: Scope) -> list[list[Tally]]:
    """Answer questions, those over the same cases in one scan."""
    if scope.grain > windows.DAY:
        raise ValueError("a bucket is a day at most")
    answers: list[list[Tally]] = [[] for _ in questions]
    for places in _alike(questions):
        group = [questions[place] for place in places]
        asked = _sliced if group[0].slice else _plain
        for place, tallies in zip(places, asked(engine, group, scope), strict=True):
            answers[place] = tallies
    return answers


def _alike(questions: Sequence[Question]) -> Iterator[list[int]]:
    """Yield the places of questions that can share a scan: sliced ones go alone."""
    groups: dict[object, list[int]] = defaultdict(list)
    for place, asked in enumerate(questions):
        alone = place if asked.slice else None
        groups[asked.kinds, asked.time, asked.by, asked.not_after, alone].append(place)
    for places in groups.values():
        rest = iter(places)
        while chunk := list(islice(rest, AT_ONCE)):
            yield chunk


def _plain(engine: Engine, group: Sequence[Question], scope: Scope) -> list[list[Tally]]:
    first = group[0]
    sums = ", ".join(
        f"sum(g{n}), sum(t{n}), sum(CASE WHEN v{n} IS NOT NULL THEN t{n} END), "
        f"sum(v{n} * t{n}), sum(v{n} * v{n} * t{n})"
        for n in range(len(group))
    )
    keys = _keys(first)
    measured = _measured(engine, group, scope)
    rows = engine.rows(
        f"SELECT {keys}, {sums} FROM ({measured}) AS m GROUP BY {keys} ORDER BY {_order(first)}"
    )
    answers = [list(_tallies(rows, len(first.by), n, scope)) for n in range(len(group))]
    return [
        sketches.added(engine.batches(_values(engine, asked, scope)), tallies, scope.starts_at)
        if asked.sketch else tallies
        for asked, tallies in zip(group, answers, strict=True)
    ]  # fmt: skip


def _tallies(rows: Iterable[tuple[Any, ...]], width: int, n: int, scope: Scope) -> Iterator[Tally]:
    at = 1 + width + 5 * n
    starts: dict[int, datetime] = {}  # few buckets stand in many rows
    for row in rows:
        good, total, count, added, squared = row[at : at + 5]
        if total:
            start = starts.get(row[0]) or starts.setdefault(row[0], scope.starts_at(row[0]))
            segment = row[1 : 1 + width]
            yield Tally(start, segment, good or 0, total, count or 0, added or 0.0, squared or 0.0)


def _values(engine: Engine, asked: Question, scope: Scope) -> str:
    keys = _keys(asked)
    return (
        f"SELECT {keys}, v0, t0 FROM ({_measured(engine, [asked], scope)}) AS m "
        f"WHERE v0 IS NOT NULL ORDER BY {keys}"
    )


def _sliced(engine: Engine, group: Sequence[Question], scope: Scope) -> list[list[Tally]]:
    [asked] = group
    if asked.slice_good is None or not asked.slice:
        raise ValueError("a question by slices needs slice and slice_good")
    keys = _keys(asked)
    per_slice = (
        f"SELECT {keys}, slice, coalesce(sum(g0), 0) AS good, sum(t0) AS total, "
        "coalesce(sum(CASE WHEN v0 IS NOT NULL THEN t0 END), 0) AS n, sum(v0 * t0) AS sum, "
        "sum(v0 * v0 * t0) AS squares "
        f"FROM ({_measured(engine, group, scope)}) AS m GROUP BY {keys}, slice"
    )
    told = (
        f"SELECT {keys}, good, total, n, sum, squares, sum / nullif(n, 0) AS mean, "
        f"CAST(good AS DOUBLE) / total AS share FROM ({per_slice}) AS s WHERE total > 0"
    )
    good = Emitter(engine.dialect, ()).sql(asked.slice_good.node)
    sql = (
        f"SELECT {keys}, sum(CASE WHEN {good} THEN 1 ELSE 0 END) AS a, count(*) AS b, "
        f"sum(n) AS c, sum(sum) AS d, sum(squares) AS e FROM ({told}) AS t GROUP BY {keys} "
        f"ORDER BY {_order(asked)}"
    )
    return [list(_tallies(engine.rows(sql), len(asked.by), 0, scope))]


def _keys(asked: Question) -> str:
    return ", ".join(["bucket", *(f"segment_{name}" for name in asked.by)])


def _order(asked: Question) -> str:
    return ", ".join(["bucket", *(f"segment_{name} NULLS FIRST" for name in asked.by)])


def _measured(engine: Engine, group: Sequence[Question], scope: Scope) -> str:
    """Return SQL with one row a case: its bucket, and for each question good, total and value."""
    first = group[0]
    emitter = emitter_for(engine, expressions_of(group), scope.zone)
    last = min(filter(None, (scope.span.end, first.not_after)))
    low, high = micros(scope.span.start), micros(last)
    columns = {"weight"}.union(*(e.columns for e in expressions_of(group)))
    segments = set(first.by).union(*(e.segments for e in expressions_of(group)))
    need = Need(
        columns=frozenset(columns), segments=frozenset(segments), kinds=first.kinds,
        as_of=scope.as_of, bounds=bounds_of(first.time.node, low, high),
    )  # fmt: skip
    at = emitter.sql(first.time.node)
    inside = f"placed > {low} AND placed <= {high}"
    shown = ", ".join([*(f"segment_{name}" for name in first.by), *_measures(group, emitter)])
    placed = f"SELECT *, {at} AS placed FROM ({engine.relation(need)}) AS r"
    bucket = f"SELECT *, {_bucket('(placed - 1)', scope)} AS bucket FROM ({placed}) AS p"
    slices = f", {_slice(first.slice, scope)} AS slice" if first.slice else ""
    chosen = _chosen(group, emitter)
    return f"SELECT bucket, {shown}{slices} FROM ({bucket} WHERE {inside}{chosen}) AS b"


def _measures(group: Sequence[Question], emitter: Emitter) -> Iterator[str]:
    alike = len({asked.where for asked in group}) == 1  # then `_chosen` has seen to it
    for n, asked in enumerate(group):
        where = "true" if alike or not asked.where else emitter.sql(asked.where.node)
        good = emitter.sql(asked.good.node) if asked.good else "true"
        value = emitter.sql(asked.value.node) if asked.value else "CAST(NULL AS DOUBLE)"
        if asked.value is None and emitter.dialect.name == "clickhouse":
            value = "CAST(NULL AS Nullable(Float64))"
        yield f"CASE WHEN {where} THEN weight END AS t{n}"
        yield f"CASE WHEN {where} AND {good} THEN weight END AS g{n}"
        yield f"CASE WHEN {where} THEN {value} END AS v{n}"


def _chosen(group: Sequence[Question], emitter: Emitter) -> str:
    wheres = {emitter.sql(asked.where.node) if asked.where else "" for asked in group}
    return "" if "" in wheres else f" AND ({' OR '.join(sorted(wheres))})"


def _bucket(before: str, scope: Scope) -> str:
    if scope.grain != windows.DAY:
        return floored(before, scope.grain * 1_000_000)
    span = Span(scope.span.start - _PAD, scope.span.end)
    emitter = Emitter(Dialect("", "", "", "", ""), windows.offsets(scope.zone, span))
    return floored(emitter.local(before), DAY)


def _slice(length: int, scope: Scope) -> str:
    """Return SQL for the slice of a bucket that holds the instant: counted from its start."""
    start = "bucket" if scope.grain != windows.DAY else f"(bucket - {_shift(scope)})"
    return floored(f"(placed - 1 - {start})", length * 1_000_000)


def _shift(scope: Scope) -> str:
    """Return SQL for local minus UTC time at the start of the local day in `bucket`."""
    shifts: list[tuple[datetime, int]] = []
    for start in windows.buckets(scope.span, scope.zone, windows.DAY):
        local = (start + timedelta(hours=1)).astimezone(scope.zone).date()
        midnight = EPOCH + timedelta(days=(local - EPOCH.date()).days)
        shift = (midnight - start) // timedelta(seconds=1)
        if not shifts or shifts[-1][1] != shift:
            shifts.append((midnight, shift))
    return Emitter(Dialect("", "", "", "", ""), shifts).offset("bucket")


def expressions_of(group: Sequence[Question]) -> list[Expression]:
    asked = [(q.time, q.where, q.good, q.value) for q in group]
    return [expression for four in asked for expression in four if expression is not None]


def emitter_for(engine: Engine, expressions: Sequence[Expression], zone: ZoneInfo) -> Emitter:
    """Return an emitter that knows local time wherever these expressions may look at it."""
    if not any(expression.is_local for expression in expressions):
        return Emitter(engine.dialect, [(EPOCH, 0)])
    limits = engine.limits()
    reach = _PAD + timedelta(microseconds=sum(expression.reach for expression in expressions))
    span = Span(limits.start - reach, limits.end + reach)
    return Emitter(engine.dialect, windows.offsets(zone, span))


def bounds_of(node: Node, low: int, high: int) -> dict[str, tuple[int, int]]:
    """Return what `low < node <= high` says about a single column, if it says anything."""
    if node.op == "column":
        return {str(node.value): (low, high)}
    if node.op in "+-" and node.args and node.args[1].op == "duration":
        shift = int(str(node.args[1].value)) * (1 if node.op == "+" else -1)
        return bounds_of(node.args[0], low - shift, high - shift)
    return {}
