"""Expressions: one small language for metrics, promises, exclusions and filters.

    resolved_at <= due_at and segment.plan = 'pro'

A text is parsed and checked once; each engine gets it emitted in its own dialect (`emission.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from troth.signals.grammar import (
    COLUMNS,
    SLICE_COLUMNS,
    Checker,
    ExpressionError,
    Node,
)

__all__ = ["Expression", "ExpressionError", "Role", "parse"]

Role = Literal["condition", "number", "time", "text", "slice"]
LONGEST = 50_000  # a promise joins its exclusions into one expression
LARGEST = 20_000


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression; two are equal when their canonical texts and roles are."""

    text: str
    role: Role
    node: Node = field(compare=False, repr=False)

    @property
    def columns(self) -> frozenset[str]:
        """The names of the columns that it reads."""
        return frozenset(str(n.value) for n in _walk(self.node) if n.op == "column")

    @property
    def segments(self) -> frozenset[str]:
        """The names of the segment's attributes that it reads."""
        return frozenset(str(n.value) for n in _walk(self.node) if n.op == "segment")

    @property
    def is_local(self) -> bool:
        """Whether it depends on the time zone."""
        return any(n.op in {"day", "hour", "weekday"} for n in _walk(self.node))

    @property
    def reach(self) -> int:
        """How far, in microseconds, its durations may move an instant."""
        return sum(int(str(n.value)) for n in _walk(self.node) if n.op == "duration")


@lru_cache(maxsize=4096)
def parse(text: str, *, role: Role) -> Expression:
    """Return the checked expression in `text`, of the type that `role` names.

    A "slice" is a condition over the good, total, n, sum, mean and share of one slice of time.
    Raises ExpressionError, in words for the person who wrote the text.
    """
    tree = _tree(text)
    columns = SLICE_COLUMNS if role == "slice" else COLUMNS
    try:
        node = Checker(columns, segments=role != "slice").typed(
            tree, "condition" if role == "slice" else role
        )
        if node.size > LARGEST:
            raise ExpressionError("the expression is too complicated; split it")
        return Expression(text=tree.sql("duckdb", comments=False), role=role, node=node)
    except RecursionError:
        raise ExpressionError("the expression is nested too deeply") from None


def _tree(text: str) -> exp.Expr:
    if not text.strip():
        raise ExpressionError("the expression is empty")
    if len(text) > LONGEST:
        raise ExpressionError(f"the expression is longer than {LONGEST} characters")
    try:
        return sqlglot.parse_one(text, read="duckdb")
    except RecursionError:
        raise ExpressionError("the expression is nested too deeply") from None
    except SqlglotError as error:
        raise _explained(text, error) from None


def _explained(text: str, error: SqlglotError) -> ExpressionError:
    found = (getattr(error, "errors", None) or [{}])[0]
    said = found.get("highlight") or ""
    column = found.get("col")
    position = max(0, int(column) - len(said)) if isinstance(column, int) else None
    near = f" near “{said}”" if said else ""
    return ExpressionError(f"“{text.strip()}” cannot be read{near}", position)


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for arg in node.args:
        yield from _walk(arg)
