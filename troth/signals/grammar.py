"""The grammar of expressions: which nodes of a parsed text are allowed, and of what type each is.

sqlglot parses; what stands here turns its tree into `Node`s of our own, of which every one means
the same on every engine. Whatever is not listed is refused in plain words.
"""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlglot import exp

COLUMNS: Mapping[str, str] = {
    "source": "text", "key": "text", "kind": "text", "touchpoint": "text", "subject": "text",
    "unit": "text", "outcome": "text", "evidence": "text", "version": "number",
    "value": "number", "expected": "number", "weight": "number", "happened_at": "time",
    "due_at": "time", "resolved_at": "time", "recorded_at": "time",
}  # fmt: skip
SLICE_COLUMNS: Mapping[str, str] = dict.fromkeys(
    ("good", "total", "n", "sum", "mean", "share"), "number"
)
_SECONDS = {"SECOND": 1, "MINUTE": 60, "HOUR": 3600, "DAY": 86_400, "WEEK": 604_800}
_COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
}  # fmt: skip
_ARITHMETIC: dict[type[exp.Expr], str] = {
    exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/",
}  # fmt: skip
# name: (types of the arguments, type of the result)
FUNCTIONS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "abs": (("number",), "number"), "lower": (("text",), "text"), "upper": (("text",), "text"),
    "round": (("number", "number"), "number"), "seconds": (("time", "time"), "number"),
    "day": (("time",), "date"), "hour": (("time",), "number"), "weekday": (("time",), "number"),
    "number": (("text",), "number"),
}  # fmt: skip
_MOST_DIGITS = 9


class ExpressionError(ValueError):
    """What is wrong with an expression in plain words, and where (characters from 0) if known."""

    def __init__(self, message: str, position: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


# How often the SQL of these repeats the SQL of its arguments: what nests deeply grows quickly.
_REPEATS = {"round": 3, "day": 12, "hour": 24, "weekday": 36, "number": 2, "any": 1,
            **dict.fromkeys("+-*/", 2)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Node:
    """One step of a checked expression: `op` on `args`, or the literal or name in `value`."""

    op: str
    type: str  # condition, number, text, time, date, duration or null
    args: tuple["Node", ...] = ()
    value: str | float | int | datetime | date | None = None

    @property
    def size(self) -> int:
        """About how many parts its SQL has."""
        return 1 + _REPEATS.get(self.op, 1) * sum(arg.size for arg in self.args)


class Checker:
    """Turns sqlglot's tree into Nodes over these columns; `segments`: may attributes be read."""

    def __init__(self, columns: Mapping[str, str], *, segments: bool) -> None:
        self.columns = columns
        self.segments = segments

    def node(self, tree: exp.Expr) -> Node:
        handler = _HANDLERS.get(type(tree))
        if handler is None:
            raise ExpressionError(
                f"“{tree.sql('duckdb')}” is not something that can be written here"
            )
        return handler(self, tree)

    def typed(self, tree: exp.Expr, wanted: str) -> Node:
        """Return the node of `tree`, which must be of type `wanted` or null."""
        node = self.node(tree)
        if node.type not in {wanted, "null"}:
            raise ExpressionError(
                f"“{tree.sql('duckdb')}” is a {node.type}, but a {wanted} is needed here"
                + (_HINTS.get((node.type, wanted), "")), _position(tree)
            )  # fmt: skip
        return node

    def alike(self, trees: list[exp.Expr]) -> list[Node]:
        """Return the nodes of `trees`, which must all be of one type, or null."""
        nodes = [self.node(tree) for tree in trees]
        wanted = next((node.type for node in nodes if node.type != "null"), "null")
        for tree in trees:
            self.typed(tree, wanted)
        return nodes


_HINTS = {("text", "number"): "; write number(…) to read a text as a number"}


def _position(tree: exp.Expr) -> int | None:
    for part in tree.walk():
        if "start" in part.meta:
            return int(part.meta["start"])
    return None


def _paren(checker: Checker, tree: exp.Expr) -> Node:
    return checker.node(tree.this)


def _column(checker: Checker, tree: exp.Expr) -> Node:
    name, table = tree.name.lower(), tree.text("table").lower()
    if table == "segment" and checker.segments and not tree.args.get("db"):
        return Node("segment", "text", value=_attribute(name, tree))
    if not table and name in checker.columns:
        return Node("column", checker.columns[name], value=name)
    said = f"{table}.{name}" if table else name
    near = difflib.get_close_matches(name, checker.columns, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    if not near and checker.segments:
        hint = f"; an attribute of the segment is written segment.{name}"
    raise ExpressionError(f"there is no “{said}”{hint}", _position(tree))


def _attribute(name: str, tree: exp.Expr) -> str:
    if not (name.isascii() and name.replace("_", "a").isalnum() and name[0].isalpha()):
        raise ExpressionError(f"“{name}” cannot be an attribute of a segment", _position(tree))
    return name


def _literal(_checker: Checker, tree: exp.Expr) -> Node:
    if tree.args["is_string"]:
        return _text(tree.this)
    number = float(tree.this)
    if number - number != 0:
        raise ExpressionError(f"“{tree.this}” is too large")
    return Node("number", "number", value=number)


def _text(text: str) -> Node:
    if any(letter < " " or letter == "\x7f" for letter in text):
        raise ExpressionError("a text may not hold control characters")
    return Node("text", "text", value=text)


def _boolean(_checker: Checker, tree: exp.Expr) -> Node:
    return Node("true" if tree.this else "false", "condition")


def _null(_checker: Checker, _tree: exp.Expr) -> Node:
    return Node("null", "null")


def _logic(checker: Checker, tree: exp.Expr) -> Node:
    op = "and" if isinstance(tree, exp.And) else "or"
    sides = (checker.typed(tree.this, "condition"), checker.typed(tree.expression, "condition"))
    return Node(op, "condition", sides)


def _not(checker: Checker, tree: exp.Expr) -> Node:
    return Node("not", "condition", (checker.typed(tree.this, "condition"),))


def _comparison(checker: Checker, tree: exp.Expr) -> Node:
    left, right = checker.alike([tree.this, tree.expression])
    return _compared(_COMPARISONS[type(tree)], left, right)


def _compared(op: str, left: Node, right: Node) -> Node:
    if "condition" in {left.type, right.type}:
        raise ExpressionError("conditions cannot be compared; join them by and, or, not")
    return Node(op, "condition", (left, right))


def _between(checker: Checker, tree: exp.Expr) -> Node:
    it, low, high = checker.alike([tree.this, tree.args["low"], tree.args["high"]])
    both = (_compared(">=", it, low), _compared("<=", it, high))
    return _negated(tree, Node("and", "condition", both))


def _in(checker: Checker, tree: exp.Expr) -> Node:
    if not tree.expressions:
        raise ExpressionError("“in” needs a list of values in parentheses")
    it, *values = checker.alike([tree.this, *tree.expressions])
    choices = tuple(_compared("=", it, value) for value in values)
    return _negated(tree, Node("any", "condition", choices))


def _is(checker: Checker, tree: exp.Expr) -> Node:
    if not isinstance(tree.expression, exp.Null):
        raise ExpressionError("“is” can only be followed by null or not null", _position(tree))
    return _negated(tree, Node("isnull", "condition", (checker.node(tree.this),)))


def _like(checker: Checker, tree: exp.Expr) -> Node:
    pattern = tree.expression
    if not (isinstance(pattern, exp.Literal) and pattern.is_string) or "\\" in pattern.this:
        raise ExpressionError("“like” takes a text in quotes, without a backslash", _position(tree))
    found = Node("like", "condition", (checker.typed(tree.this, "text"), _text(pattern.this)))
    return _negated(tree, found)


def _negated(tree: exp.Expr, node: Node) -> Node:
    return Node("not", "condition", (node,)) if tree.args.get("negate") else node


def _arithmetic(checker: Checker, tree: exp.Expr) -> Node:
    op = _ARITHMETIC[type(tree)]
    left, right = checker.node(tree.this), checker.node(tree.expression)
    if op in "+-" and (left.type, right.type) == ("time", "duration"):
        return Node(op, "time", (left, right))
    if left.type == right.type == "time":
        raise ExpressionError("write seconds(a, b) for the time from a to b", _position(tree))
    numbers = (checker.typed(tree.this, "number"), checker.typed(tree.expression, "number"))
    return Node(op, "number", numbers)


def _negative(checker: Checker, tree: exp.Expr) -> Node:
    if isinstance(tree.this, exp.Literal) and not tree.this.is_string:
        return Node("number", "number", value=-float(tree.this.this))
    return Node("-", "number", (Node("number", "number", value=0.0),
                                checker.typed(tree.this, "number")))  # fmt: skip


def _case(checker: Checker, tree: exp.Expr) -> Node:
    if tree.this is not None:
        raise ExpressionError("write “case when condition then value … end”")
    branches = tree.args["ifs"]
    conditions = [checker.typed(branch.this, "condition") for branch in branches]
    values = checker.alike([branch.args["true"] for branch in branches] + _default(tree))
    if not _default(tree):
        values.append(Node("null", "null"))
    kind = next((value.type for value in values if value.type != "null"), "null")
    return Node("case", kind, (*conditions, *values))


def _default(tree: exp.Expr) -> list[exp.Expr]:
    default = tree.args.get("default")
    return [default] if default is not None else []


def _coalesce(checker: Checker, tree: exp.Expr) -> Node:
    nodes = checker.alike([tree.this, *tree.expressions])
    kind = next((node.type for node in nodes if node.type != "null"), "null")
    return Node("coalesce", kind, tuple(nodes))


def _interval(_checker: Checker, tree: exp.Expr) -> Node:
    unit = tree.text("unit").upper().rstrip("S")
    try:
        count = float(tree.this.this)
    except (AttributeError, ValueError):
        count = -1
    if unit not in _SECONDS or not 0 <= count * _SECONDS.get(unit, 0) <= 10**_MOST_DIGITS * 9:
        raise ExpressionError(
            "write a duration as interval '5 days'; seconds, minutes, hours, days and weeks exist"
        )
    return Node("duration", "duration", value=round(count * _SECONDS[unit] * 1_000_000))


def _cast(_checker: Checker, tree: exp.Expr) -> Node:
    literal, kind = tree.this, tree.args["to"].sql("duckdb").upper()
    if isinstance(literal, exp.Literal) and literal.is_string and kind in _READERS:
        return _READERS[kind](literal.this)
    raise ExpressionError(
        "types cannot be changed here; write number(…) to read a text as a number"
    )


def _instant(text: str) -> Node:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ExpressionError(f"“{text}” is no instant") from None
    if instant.tzinfo is None:
        raise ExpressionError(f"“{text}” needs its zone: end it in Z or for example +02:00")
    return Node("instant", "time", value=instant.astimezone(UTC))


def _date(text: str) -> Node:
    try:
        return Node("date", "date", value=date.fromisoformat(text))
    except ValueError:
        raise ExpressionError(f"“{text}” is no date; write date '2026-01-31'") from None


_READERS: dict[str, Callable[[str], Node]] = {
    "TIMESTAMP": _instant, "TIMESTAMPTZ": _instant, "DATE": _date,
}  # fmt: skip


def _function(checker: Checker, tree: exp.Expr) -> Node:
    name = tree.name.lower() if isinstance(tree, exp.Anonymous) else tree.key
    if name not in FUNCTIONS:
        near = difflib.get_close_matches(name, FUNCTIONS, n=1)
        hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(FUNCTIONS)}"
        raise ExpressionError(f"there is no function “{name}”{hint}")
    given = tree.expressions if isinstance(tree, exp.Anonymous) else _arguments(tree)
    wanted, result = FUNCTIONS[name]
    if name == "round" and len(given) == 1:
        given = [*given, exp.Literal.number(0)]
    if len(given) != len(wanted):
        raise ExpressionError(f"{name}() takes {len(wanted)} values, not {len(given)}")
    args = tuple(checker.typed(arg, kind) for arg, kind in zip(given, wanted, strict=True))
    if name == "round" and (args[1].op != "number" or args[1].value not in range(_MOST_DIGITS)):
        raise ExpressionError("round() takes a whole number of digits from 0 to 8")
    return Node(name, result, args)


def _arguments(tree: exp.Expr) -> list[exp.Expr]:
    second = tree.args.get("decimals")
    return [tree.this, second] if second is not None else [tree.this]


_HANDLERS: dict[type[exp.Expr], Callable[[Checker, exp.Expr], Node]] = {
    exp.Paren: _paren, exp.Column: _column, exp.Literal: _literal, exp.Boolean: _boolean,
    exp.Null: _null, exp.And: _logic, exp.Or: _logic, exp.Not: _not, exp.Between: _between,
    exp.In: _in, exp.Is: _is, exp.Like: _like, exp.Neg: _negative, exp.Case: _case,
    exp.Coalesce: _coalesce, exp.Interval: _interval, exp.Cast: _cast, exp.Anonymous: _function,
    exp.Abs: _function, exp.Lower: _function, exp.Upper: _function, exp.Round: _function,
    exp.Day: _function, exp.Hour: _function,
    **dict.fromkeys(_COMPARISONS, _comparison), **dict.fromkeys(_ARITHMETIC, _arithmetic),
}  # fmt: skip
