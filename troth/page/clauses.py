"""What a promise about the time of a component counts, read from its conditions. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from troth.promises.rules.terms import Counting
from troth.signals.expressions import parse
from troth.signals.grammar import Node

KINDS = ("component.time",)
UP, LEFT_OUT, DOWN = "up", "left out", "down"
_STEP = {"=": (0, 0), ">=": (0, None), ">": (1, None), "<=": (None, 0), "<": (None, -1)}


@dataclass(frozen=True, slots=True)
class Clauses:
    """`hours` are the local hours [first, last), `weekdays` 1 = Monday, both ends included.

    `planned` is what time in maintenance announced in time counts as; "up" is as the common
    formula has it.
    """

    component: str
    hours: tuple[int, int] = (0, 24)
    weekdays: tuple[int, int] = (1, 7)
    planned: str = UP

    @property
    def is_always(self) -> bool:
        """Whether it counts round the clock."""
        return self.hours == (0, 24) and self.weekdays == (1, 7)


def read(counting: Counting) -> Clauses | None:
    """Return what is counted, or None where a condition says more than these words can."""
    if counting.kinds != KINDS or counting.evaluator != "event":
        return None
    found: Clauses | None = Clauses("")
    for node in _parts(counting.where):
        found = _narrowed(found, node) if found else None
    for node in _parts(counting.good):
        found = _kept(found, node) if found else None
    return found if found and found.component else None


def _parts(text: str) -> Iterator[Node]:
    return _conjuncts(parse(text, role="condition").node) if text else iter(())


def _conjuncts(node: Node) -> Iterator[Node]:
    if node.op == "and":
        for arg in node.args:
            yield from _conjuncts(arg)
    else:
        yield node


def _narrowed(found: Clauses, node: Node) -> Clauses | None:
    if node.op == "isnull":
        return replace(found, planned=LEFT_OUT) if _is_planned(node) else None
    name, value = _compared(node)
    if (node.op, name, value) == ("<>", "outcome", "none"):
        return found
    if (node.op, name) == ("=", "touchpoint"):
        return None if found.component else replace(found, component=str(value))
    return _timed(found, node.op, name, value)


def _timed(found: Clauses, op: str, name: str, value: object) -> Clauses | None:
    if op not in _STEP or not isinstance(value, float) or not value.is_integer():
        return None
    low, high = (None if step is None else int(value) + step for step in _STEP[op])
    if name == "hour":
        first, end = found.hours
        return replace(found, hours=_cut((first, end - 1), low, high, 1))
    if name == "weekday":
        return replace(found, weekdays=_cut(found.weekdays, low, high, 0))
    return None


def _cut(held: tuple[int, int], low: int | None, high: int | None, more: int) -> tuple[int, int]:
    first = held[0] if low is None else max(held[0], low)
    last = held[1] if high is None else min(held[1], high)
    return first, last + more


def _kept(found: Clauses, node: Node) -> Clauses | None:
    if node.op == "isnull":
        return replace(found, planned=DOWN) if _is_planned(node) else None
    is_up = (node.op, *_compared(node)) == ("=", "outcome", "up")
    return found if is_up else None


def _is_planned(node: Node) -> bool:
    it = node.args[0]
    return it.op == "segment" and it.value == "planned"


def _compared(node: Node) -> tuple[str, object]:
    """Return the name and the value of `name = value`; nothing of anything else."""
    if len(node.args) != 2:  # noqa: PLR2004 - two sides
        return "", None
    left, right = node.args
    if left.op == "column" and right.op == "text":
        return str(left.value), right.value
    if left.op in ("hour", "weekday") and left.args[0].value == "happened_at":
        return left.op, float(right.value) if right.op == "number" else None  # type: ignore[arg-type]
    return "", None
