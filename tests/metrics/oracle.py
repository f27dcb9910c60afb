"""A store of a few rows in memory, written to be read: the port's meaning in plain Python.

It is an adapter of `signals.store.Store` for what metrics needs, and the oracle against which the
tallies are compared: no SQL, no columns, no buckets by arithmetic; every case is asked one by one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from operator import eq, ge, gt, le, lt, ne
from zoneinfo import ZoneInfo

from datasketches import kll_doubles_sketch

from troth.core.windows import DAY, TICK, Span, bucket_start
from troth.signals.envelope import Signal
from troth.signals.expressions import Expression
from troth.signals.grammar import Node
from troth.signals.store import Question, Tally

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COMPARED = {"=": eq, "<>": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
_COMPUTED: dict[str, Callable] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b if b else None,
}


def value_of(node: Node, case: Signal, zone: ZoneInfo) -> object:  # noqa: PLR0911 - one a kind
    """Return what an expression says of a case; None is null."""
    if node.op in {"text", "number", "instant", "date"} and not node.args:
        return node.value
    if node.op == "duration":
        return timedelta(microseconds=node.value)
    if node.op in {"true", "false", "null"}:
        return {"true": True, "false": False, "null": None}[node.op]
    if node.op == "column":
        return getattr(case, node.value)
    if node.op == "segment":
        found = case.segment.get(node.value)
        return None if found is None else str(found)
    args = [value_of(arg, case, zone) for arg in node.args]
    return _applied(node, args, zone)


def _applied(node: Node, args: list, zone: ZoneInfo) -> object:  # noqa: C901, PLR0911, PLR0912 - one line an operator
    if node.op == "and":
        return False if False in args else (None if None in args else True)
    if node.op in {"or", "any"}:
        return True if True in args else (None if None in args else False)
    if node.op == "isnull":
        return args[0] is None
    if node.op == "coalesce":
        return next((arg for arg in args if arg is not None), None)
    if node.op == "case":
        half = (len(args) - 1) // 2
        chosen = [
            then for when, then in zip(args[:half], args[half:], strict=False) if when is True
        ]
        return chosen[0] if chosen else args[-1]
    if None in args:
        return None
    if node.op == "not":
        return not args[0]
    if node.op in _COMPARED:
        return _COMPARED[node.op](*args)
    if node.op in _COMPUTED:
        return _COMPUTED[node.op](*args)
    if node.op == "seconds":
        return (args[1] - args[0]) / timedelta(seconds=1)
    if node.op == "abs":
        return abs(args[0])
    if node.op == "hour":
        return args[0].astimezone(zone).hour
    raise NotImplementedError(node.op)


@dataclass
class Version:
    signal: Signal
    recorded_at: datetime
    seq: int


@dataclass
class Memory:
    """Versions of cases in the order in which they were recorded."""

    versions: list[Version] = field(default_factory=list)
    touched: list[tuple[str, str, object]] = field(default_factory=list)
    scans: int = 0

    def record(self, signal: Signal, at: datetime) -> None:
        """Keep a signal, and note the days that it and what it replaces stand on."""
        before = self.current()
        self.versions.append(Version(signal, at, len(self.versions)))
        after = self.current()
        for case in {id(c): c for c in [*before, *after]}.values():
            if (case in before) != (case in after):
                self._touch(case)
        self._touch(signal)

    def _touch(self, signal: Signal) -> None:
        for column in ("happened_at", "due_at", "resolved_at"):
            instant = getattr(signal, column)
            if instant is not None:
                self.touched.append((signal.kind, column, instant.astimezone(UTC).date()))

    def current(self, as_of: datetime | None = None) -> list[Signal]:
        """Return the cases that count: the newest version of each that none supersedes."""
        newest: dict[tuple[str, str], Version] = {}
        superseding: dict[tuple[str, str], list[Version]] = defaultdict(list)
        for version in self.versions:
            if as_of is not None and version.recorded_at > as_of:
                continue
            signal = version.signal
            case = (signal.source, signal.key)
            known = newest.get(case)
            if known is None or signal.version >= known.signal.version:
                newest[case] = version
        for case, version in newest.items():
            if version.signal.supersedes is not None:
                superseding[(case[0], version.signal.supersedes)].append(version)
        return [
            version.signal
            for case, version in newest.items()
            if not any(_stands_over(other, version) for other in superseding[case])
        ]

    def tally(
        self,
        questions: Sequence[Question],
        *,
        span: Span,
        zone: ZoneInfo,
        grain: int,
        as_of: datetime | None = None,
    ) -> list[list[Tally]]:
        self.scans += 1
        cases = self.current(as_of)
        return [answer(question, cases, span, zone, grain) for question in questions]


def _stands_over(other: Version, version: Version) -> bool:
    if other is version:
        return False
    mutual = version.signal.supersedes == other.signal.key
    return not mutual or other.seq > version.seq


def answer(
    question: Question, cases: Iterable[Signal], span: Span, zone: ZoneInfo, grain: int
) -> list[Tally]:
    """Count one question over cases, one by one."""
    groups: dict[tuple, list[Signal]] = defaultdict(list)
    for case in cases:
        at = _of(question.time, case, zone)
        if question.kinds and case.kind not in question.kinds:
            continue
        if at is None or at not in span:
            continue
        if question.where is not None and _of(question.where, case, zone) is not True:
            continue
        segment = tuple(_text(case.segment.get(name)) for name in question.by)
        groups[(bucket_start(at, zone, grain), segment)].append(case)
    return [
        _summed(question, bucket, segment, groups[(bucket, segment)], zone)
        for bucket, segment in sorted(groups, key=repr)
    ]


def _summed(
    question: Question, bucket: datetime, segment: tuple, cases: list[Signal], zone: ZoneInfo
) -> Tally:
    if question.slice is not None:
        return _sliced(question, bucket, segment, cases, zone)
    good = sum(
        case.weight
        for case in cases
        if question.good is None or _of(question.good, case, zone) is True
    )
    pairs = [(_of(question.value, case, zone), case.weight) for case in cases if question.value]
    pairs = [(value, weight) for value, weight in pairs if value is not None]
    sketch = None
    if question.sketch:
        made = kll_doubles_sketch(200)
        for value, weight in pairs:
            for _ in range(weight):
                made.update(value)
        sketch = made.serialize()
    return Tally(
        bucket,
        segment,
        good,
        sum(case.weight for case in cases),
        sum(weight for _, weight in pairs),
        float(sum(value * weight for value, weight in pairs)),
        float(sum(value * value * weight for value, weight in pairs)),
        sketch,
    )


def _sliced(
    question: Question, bucket: datetime, segment: tuple, cases: list[Signal], zone: ZoneInfo
) -> Tally:
    slices: dict[int, list[Signal]] = defaultdict(list)
    for case in cases:
        at = _of(question.time, case, zone)
        slices[(at - TICK - bucket) // timedelta(seconds=question.slice)].append(case)
    whole = Question(
        kinds=question.kinds, time=question.time, good=question.good, value=question.value
    )
    good, n, added, squares = 0, 0, 0.0, 0.0
    for inside in slices.values():
        part = _summed(whole, bucket, (), inside, zone)
        figures = {
            "good": part.good, "total": part.total, "n": part.n, "sum": part.sum,
            "mean": part.sum / part.n if part.n else None, "share": part.good / part.total,
        }  # fmt: skip
        good += _figure(question.slice_good.node, figures) is True
        n, added, squares = n + part.n, added + part.sum, squares + part.squares
    return Tally(bucket, segment, good, len(slices), n, added, squares)


def _figure(node: Node, figures: dict) -> object:
    if node.op == "column":
        return figures[node.value]
    if node.op == "number":
        return node.value
    return _applied(node, [_figure(arg, figures) for arg in node.args], ZoneInfo("UTC"))


def _of(expression: Expression, case: Signal, zone: ZoneInfo) -> object:
    return value_of(expression.node, case, zone)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


__all__ = ["DAY", "EPOCH", "Memory", "answer", "value_of"]
