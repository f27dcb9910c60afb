"""Questions that differ only in one segment's value are one question, split by that segment. Pure.

A thousand promises "for department x" would each have its condition evaluated for every row. Asked
together, by department, the engine evaluates none of them: it groups.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import lru_cache

from troth.signals.expressions import Expression
from troth.signals.grammar import Node
from troth.signals.store import Question, Tally

Equals = tuple[tuple[str, str], ...]  # (attribute, value) pairs that a condition demands
_ABREAST = 50  # alternatives in one node: deeper trees would be slow to write


@dataclass(frozen=True, slots=True)
class Family:
    """One question for many: `members` are (place in the list, values of its attributes)."""

    asked: Question
    members: tuple[tuple[int, tuple[str | None, ...]], ...]

    def shared_out(self, found: Sequence[Tally]) -> dict[int, list[Tally]]:
        """Return place → tallies of that member, in the order in which they were found."""
        if len(self.members) == 1:
            return {self.members[0][0]: list(found)}
        of: dict[tuple[str | None, ...], list[Tally]] = defaultdict(list)
        for tally in found:
            t = tally
            plain = Tally(t.bucket, (), t.good, t.total, t.n, t.sum, t.squares, t.sketch)
            of[tally.segment].append(plain)
        return {place: of[values] for place, values in self.members}


def families(questions: Sequence[Question]) -> list[Family]:
    """Return the fewest questions that answer all of these."""
    kin: dict[object, list[tuple[int, Equals]]] = defaultdict(list)
    for place, question in enumerate(questions):
        equals, rest = demanded(question.where) if not question.by else ((), question.where)
        names = tuple(name for name, _ in equals)
        kin[replace(question, where=rest), names].append((place, equals))
    found: list[Family] = []
    for members in kin.values():
        if len(members) == 1 or not members[0][1]:
            found += [Family(questions[place], ((place, ()),)) for place, _ in members]
        else:
            found.append(_joined(questions[members[0][0]], members))
    return found


def _joined(one: Question, members: Sequence[tuple[int, Equals]]) -> Family:
    names = tuple(name for name, _ in members[0][1])
    wanted = [_one_of(name, {dict(equals)[name] for _, equals in members}) for name in names]
    _, rest = demanded(one.where)
    where = _all(wanted + ([rest.node] if rest is not None else []))
    values = tuple((place, tuple(value for _, value in equals)) for place, equals in members)
    return Family(replace(one, by=names, where=where), values)


def among(question: Question, name: str, values: AbstractSet[str | None]) -> Question:
    """Return the same question of the cases alone whose attribute is one of these values.

    None is the value of cases that do not have it. The values never are part of a text, so that
    they may hold anything.
    """
    before = [question.where.node] if question.where is not None else []
    return replace(question, where=_all([*before, _one_of(name, values)]))


def _one_of(name: str, values: AbstractSet[str | None]) -> Node:
    """Return the node of: the attribute is one of these values, so that no other is grouped."""
    column = Node("segment", "text", value=name)
    nodes = [
        Node("=", "condition", (column, Node("text", "text", value=value)))
        for value in sorted(value for value in values if value is not None)
    ]
    if None in values:
        nodes.append(Node("isnull", "condition", (column,)))
    while len(nodes) > 1:
        parts = [nodes[start : start + _ABREAST] for start in range(0, len(nodes), _ABREAST)]
        nodes = [Node("any", "condition", tuple(part)) for part in parts]
    return nodes[0]


@lru_cache(maxsize=4096)
def demanded(where: Expression | None) -> tuple[Equals, Expression | None]:
    """Return which segments' values a condition demands, by name, and what else it says."""
    equals: dict[str, str] = {}
    rest: list[Node] = []
    for part in _conjuncts(where.node) if where is not None else ():
        pair = _pair(part)
        if pair is not None and pair[0] not in equals:
            equals[pair[0]] = pair[1]
        else:
            rest.append(part)
    return tuple(sorted(equals.items())), _all(rest) if rest else None


def _conjuncts(node: Node) -> Iterator[Node]:
    if node.op != "and":
        yield node
        return
    for arg in node.args:
        yield from _conjuncts(arg)


def _pair(node: Node) -> tuple[str, str] | None:
    if node.op == "=" and [arg.op for arg in node.args] == ["segment", "text"]:
        return str(node.args[0].value), str(node.args[1].value)
    return None


def _all(nodes: Sequence[Node]) -> Expression:
    """Return the condition that all of these hold. Its text only tells it from others."""
    joined = nodes[0]
    for node in nodes[1:]:
        joined = Node("and", "condition", (joined, node))
    return Expression(text=repr(joined), role="condition", node=joined)
