"""Expressions as SQL: what each node means, built for sqlglot to write in an engine's dialect.

Every engine shows the same relation: instants and dates as whole microseconds since 1970 (dates
as local midnights), numbers as doubles, texts as they are. So little is left in which engines
could differ, and where they do (rounding, letters' case, infinities) the meaning is spelled out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlglot import exp

from troth.signals.grammar import Node

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
DAY = 86_400_000_000
HOUR = 3_600_000_000
LARGEST = "1.7e308"
NUMERAL = r"^[+-]?[0-9]{1,15}([.][0-9]{1,15})?$"

_SIGNS = ("+", "-", "*", "/")

Offsets = Sequence[tuple[datetime, int]]


@dataclass(frozen=True, slots=True)
class Dialect:
    """What an engine calls the few things that are not called the same everywhere."""

    name: str
    lower: str
    upper: str
    matches: str
    double: str


DUCKDB = Dialect("duckdb", lower="lower", upper="upper", matches="regexp_matches",
                 double="DOUBLE")  # fmt: skip
CLICKHOUSE = Dialect("clickhouse", lower="lowerUTF8", upper="upperUTF8", matches="match",
                     double="Nullable(Float64)")  # fmt: skip


def micros(at: datetime) -> int:
    """Return the microseconds from 1970 to an aware instant, exactly."""
    return (at - EPOCH) // MICROSECOND


def instant(microseconds: int) -> datetime:
    """Return the aware instant that lies so many microseconds after 1970."""
    return EPOCH + timedelta(microseconds=microseconds)


class Emitter:
    """Writes nodes for one engine; `offsets` say how local time differs from UTC."""

    def __init__(self, dialect: Dialect, offsets: Offsets) -> None:
        self.dialect = dialect
        self.offsets = offsets

    def sql(self, node: Node) -> str:
        return self.build(node).sql(dialect=self.dialect.name)

    def build(self, node: Node) -> exp.Expr:
        return exp.paren(_BUILDERS[node.op](self, node), copy=False)

    def both(self, node: Node) -> list[exp.Expr]:
        return [self.build(arg) for arg in node.args]

    def unguarded(self, node: Node) -> str:
        """Return SQL for arithmetic whose parts may pass through infinity: the whole is checked."""
        if node.op not in _SIGNS or not node.args:
            return self.sql(node)
        left, right = (self.unguarded(arg) for arg in node.args)
        return f"({left} {node.op} {f'nullif({right}, 0e0)' if node.op == '/' else right})"

    def parsed(self, template: str, **parts: exp.Expr | str) -> exp.Expr:
        """Return the tree of a template in the engine's dialect with `:name` parts put in."""
        tree: exp.Expr = exp.maybe_parse(template, dialect=self.dialect.name)
        return exp.replace_placeholders(tree, **parts)

    def local(self, at: str) -> str:
        """Return SQL for the local time, in microseconds, of the microseconds in SQL `at`."""
        return f"({at} + {self.offset(at)})"

    def offset(self, at: str) -> str:
        first, *rest = self.offsets
        if not rest:
            return str(first[1] * 1_000_000)
        shifts = [first[1], *(shift for _, shift in rest)]
        whens = " ".join(
            f"WHEN {at} < {micros(change)} THEN {shift * 1_000_000}"
            for (change, _), shift in zip(rest, shifts, strict=False)
        )
        return f"CASE {whens} ELSE {shifts[-1] * 1_000_000} END"


def floored(at: str, step: int) -> str:
    """Return SQL that rounds the whole number in SQL `at` down to a multiple of `step`."""
    return f"({at} - (({at} % {step}) + {step}) % {step})"


def _column(_emitter: Emitter, node: Node) -> exp.Expr:
    column = exp.column(str(node.value))
    return exp.cast(column, "double") if node.type == "number" else column


def _segment(_emitter: Emitter, node: Node) -> exp.Expr:
    return exp.column(f"segment_{node.value}")


def _numeral(emitter: Emitter, node: Node) -> exp.Expr:
    """Write a number as it stands, or read one from a text: `number(segment.size)`."""
    if node.args:
        return _read_number(emitter, node)
    number = float(str(node.value))
    digits = repr(abs(number))
    literal = exp.Literal.number(digits if "e" in digits else f"{digits}e0")
    return exp.Neg(this=literal) if number < 0 else literal


def _text(_emitter: Emitter, node: Node) -> exp.Expr:
    return exp.Literal.string(str(node.value))


def _instant(_emitter: Emitter, node: Node) -> exp.Expr:
    at = node.value
    return exp.Literal.number(micros(at)) if isinstance(at, datetime) else exp.null()


def _date(_emitter: Emitter, node: Node) -> exp.Expr:
    day = node.value
    days = (day - EPOCH.date()).days if isinstance(day, date) else 0
    return exp.Literal.number(days * DAY)


def _duration(_emitter: Emitter, node: Node) -> exp.Expr:
    return exp.Literal.number(int(str(node.value)))


def _constant(_emitter: Emitter, node: Node) -> exp.Expr:
    return exp.null() if node.op == "null" else exp.Boolean(this=node.op == "true")


_OPERATORS: dict[str, type[exp.Binary]] = {
    "=": exp.EQ, "<>": exp.NEQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE,
    "and": exp.And, "or": exp.Or,
}  # fmt: skip


def _operator(emitter: Emitter, node: Node) -> exp.Expr:
    left, right = emitter.both(node)
    return _OPERATORS[node.op](this=left, expression=right)


def _any(emitter: Emitter, node: Node) -> exp.Expr:
    return exp.or_(*emitter.both(node), copy=False)


def _not(emitter: Emitter, node: Node) -> exp.Expr:
    return exp.Not(this=emitter.build(node.args[0]))


def _isnull(emitter: Emitter, node: Node) -> exp.Expr:
    return exp.Is(this=emitter.build(node.args[0]), expression=exp.null())


def _like(emitter: Emitter, node: Node) -> exp.Expr:
    text, pattern = emitter.both(node)
    return exp.Like(this=text, expression=pattern)


def _arithmetic(emitter: Emitter, node: Node) -> exp.Expr:
    """Numbers that are too large for a double, and any number divided by 0, are null."""
    result = emitter.unguarded(node)
    if node.type == "time":
        return emitter.parsed(result)
    return emitter.parsed(f"CASE WHEN abs({result}) <= {LARGEST} THEN {result} END")


def _case(emitter: Emitter, node: Node) -> exp.Expr:
    half = len(node.args) // 2
    parts = emitter.both(node)
    case = exp.Case()
    for condition, value in zip(parts[:half], parts[half:-1], strict=True):
        case = case.when(condition, value, copy=False)
    return case.else_(parts[-1], copy=False)


def _coalesce(emitter: Emitter, node: Node) -> exp.Expr:
    first, *others = emitter.both(node)
    return exp.Coalesce(this=first, expressions=others)


def _abs(emitter: Emitter, node: Node) -> exp.Expr:
    return exp.Abs(this=emitter.build(node.args[0]))


def _lower(emitter: Emitter, node: Node) -> exp.Expr:
    return exp.Anonymous(this=emitter.dialect.lower, expressions=emitter.both(node))


def _upper(emitter: Emitter, node: Node) -> exp.Expr:
    return exp.Anonymous(this=emitter.dialect.upper, expressions=emitter.both(node))


def _round(emitter: Emitter, node: Node) -> exp.Expr:
    it, power = emitter.sql(node.args[0]), f"1e{int(float(str(node.args[1].value)))}"
    size = f"floor(abs({it}) * {power} + 0.5e0) / {power}"
    return emitter.parsed(f"CASE WHEN {it} < 0e0 THEN -({size}) ELSE {size} END")


def _seconds(emitter: Emitter, node: Node) -> exp.Expr:
    first, second = emitter.sql(node.args[0]), emitter.sql(node.args[1])
    return emitter.parsed(f"CAST({second} - {first} AS {emitter.dialect.double}) / 1e6")


def _day(emitter: Emitter, node: Node) -> exp.Expr:
    return emitter.parsed(floored(emitter.local(emitter.sql(node.args[0])), DAY))


def _hour(emitter: Emitter, node: Node) -> exp.Expr:
    local = emitter.local(emitter.sql(node.args[0]))
    of_day = f"({floored(local, HOUR)} - {floored(local, DAY)})"
    return emitter.parsed(f"CAST({of_day} AS {emitter.dialect.double}) / {HOUR}e0")


def _weekday(emitter: Emitter, node: Node) -> exp.Expr:
    """1 is Monday; 1970 began on a Thursday."""
    day = f"({floored(emitter.local(emitter.sql(node.args[0])), DAY)} + {3 * DAY})"
    return emitter.parsed(
        f"CAST({day} - {floored(day, 7 * DAY)} AS {emitter.dialect.double}) / {DAY}e0 + 1e0"
    )


def _read_number(emitter: Emitter, node: Node) -> exp.Expr:
    text = emitter.sql(node.args[0])
    matches = f"{emitter.dialect.matches}({text}, '{NUMERAL}')"
    return emitter.parsed(f"CASE WHEN {matches} THEN CAST({text} AS {emitter.dialect.double}) END")


_BUILDERS: dict[str, Callable[[Emitter, Node], exp.Expr]] = {
    "column": _column, "segment": _segment, "number": _numeral, "text": _text, "date": _date,
    "instant": _instant, "duration": _duration, "any": _any, "not": _not, "isnull": _isnull,
    "like": _like, "case": _case, "coalesce": _coalesce, "abs": _abs, "lower": _lower,
    "upper": _upper, "round": _round, "seconds": _seconds, "day": _day, "hour": _hour,
    "weekday": _weekday,
    **dict.fromkeys(("true", "false", "null"), _constant),
    **dict.fromkeys(_OPERATORS, _operator),
    **dict.fromkeys(_SIGNS, _arithmetic),
}  # fmt: skip
