"""The one-line language in which a monitor says what it expects.

    status == 200 and json.state == "ok" and time < 500ms and tls.days_left > 14

A condition is parsed once and evaluated over a mapping of facts. A fact that is missing makes its
comparison neither true nor false, and what is not true in the end does not hold: silence is never
good news. Times are seconds, sizes bytes. Nothing is executed, and patterns take linear time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from troth.probes.rules.comparing import Known, Operator, compare
from troth.probes.rules.facts import Fact, Missing, Path, find, shown_value
from troth.probes.rules.grammar import ConditionError, Piece, pieces

__all__ = ["Condition", "ConditionError", "Held", "parse"]

_DEEPEST: Final = 20
_SIGNS: Final = {"==", "!=", "<", "<=", ">", ">="}
_WORDS: Final = {"in", "contains", "matches"}
_CONSTANTS: Final = {"true": True, "false": False, "null": None}
_RESERVED: Final = {"and", "or", "not", "is", *_WORDS}


@dataclass(frozen=True, slots=True)
class Held:
    """Whether a condition holds, and where it does not, why: “status is 500, not 200”."""

    holds: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Literal:
    value: Fact
    shown: str


@dataclass(frozen=True, slots=True)
class Compared:
    left: Path | Literal
    operator: Operator
    right: Path | Literal


@dataclass(frozen=True, slots=True)
class Told:
    """`path is present` or `path is missing`."""

    path: Path
    present: bool


@dataclass(frozen=True, slots=True)
class Negated:
    inner: "Node"


@dataclass(frozen=True, slots=True)
class Joined:
    """`every`: all parts must hold; else one is enough."""

    parts: tuple["Node", ...]
    every: bool


Node = Compared | Told | Negated | Joined


@dataclass(frozen=True, slots=True)
class Condition:
    """A parsed condition. `roots` are the first words of the facts that it asks for."""

    text: str
    node: Node
    roots: frozenset[str]

    def holds(self, facts: Mapping[str, Fact]) -> Held:
        """Evaluate over facts; nothing that they hold raises an error."""
        known, reason = _evaluated(self.node, facts)
        return Held(known is True, "" if known is True else reason)


def parse(text: str) -> Condition:
    """Return the condition in a text. Raises ConditionError with a position."""
    reader = _Reader(pieces(text))
    node = reader.anything(0)
    reader.must_end()
    return Condition(text.strip(), node, frozenset(reader.roots))


class _Reader:
    def __init__(self, found: list[Piece]) -> None:
        self._pieces = found
        self._at = 0
        self.roots: set[str] = set()

    @property
    def _next(self) -> Piece:
        return self._pieces[self._at]

    def _takes(self, *words: str) -> str:
        """Step over the next piece if it is one of these words or signs, and return it."""
        piece = self._next
        if piece.kind in ("word", "sign") and piece.value in words:
            self._at += 1
            return str(piece.value)
        return ""

    def _must_take(self, sign: str, why: str) -> None:
        if not self._takes(sign):
            raise ConditionError(why, self._next.position)

    def must_end(self) -> None:
        if self._next.kind != "end":
            text = f"“{self._next.shown}” does not belong here; join conditions by and or or"
            raise ConditionError(text, self._next.position)

    def anything(self, depth: int) -> Node:
        if depth > _DEEPEST:
            raise ConditionError("the brackets are nested too deeply", self._next.position)
        parts = [self._all_of(depth)]
        while self._takes("or"):
            parts.append(self._all_of(depth))
        return parts[0] if len(parts) == 1 else Joined(tuple(parts), every=False)

    def _all_of(self, depth: int) -> Node:
        parts = [self._one(depth)]
        while self._takes("and"):
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else Joined(tuple(parts), every=True)

    def _one(self, depth: int) -> Node:
        if self._takes("not"):
            if depth >= _DEEPEST:
                raise ConditionError("the condition is nested too deeply", self._next.position)
            return Negated(self._one(depth + 1))
        if self._takes("("):
            inner = self.anything(depth + 1)
            self._must_take(")", "a closing bracket is missing")
            return inner
        return self._comparison()

    def _comparison(self) -> Node:
        left = self._term()
        if isinstance(left, Path) and self._takes("is"):
            return Told(left, self._presence())
        position = self._next.position
        negative = bool(self._takes("not"))
        operator = self._takes(*_WORDS) if negative else self._takes(*_SIGNS, *_WORDS)
        if not operator:
            raise ConditionError("a comparison is missing, such as == 200", position)
        right = self._term()
        node = Compared(left, _operator(operator, right, position), right)
        return Negated(node) if negative else node

    def _presence(self) -> bool:
        found = self._takes("present", "missing")
        if not found:
            raise ConditionError("write is present or is missing", self._next.position)
        return found == "present"

    def _term(self) -> Path | Literal:
        piece = self._next
        if piece.kind in ("number", "text"):
            self._at += 1
            return Literal(piece.value, piece.shown)
        if self._takes("["):
            return self._list()
        if piece.kind == "word" and piece.value not in _RESERVED:
            return self._named()
        what = f"“{piece.shown}”" if piece.shown else "the end"
        raise ConditionError(f"a fact or a value is missing before {what}", piece.position)

    def _list(self) -> Literal:
        found: list[Literal] = []
        while not self._takes("]"):
            if found:
                self._must_take(",", "a comma or ] is missing in the list")
            term = self._term()
            if isinstance(term, Path):
                raise ConditionError("a list holds values only", self._next.position)
            found.append(term)
        return Literal([one.value for one in found], f"[{', '.join(one.shown for one in found)}]")

    def _named(self) -> Path | Literal:
        piece = self._next
        self._at += 1
        name = str(piece.value)
        if name in _CONSTANTS and self._next.value not in (".", "["):
            return Literal(_CONSTANTS[name], name)
        steps: list[str | int] = [name]
        while True:
            if self._takes("."):
                steps.append(self._step_name())
            elif self._next.value == "[" and self._next.kind == "sign":
                steps.append(self._index())
            else:
                break
        self.roots.add(name)
        return Path(tuple(steps))

    def _step_name(self) -> str:
        piece = self._next
        if piece.kind not in ("word", "number"):
            raise ConditionError("a name is missing after the dot", piece.position)
        self._at += 1
        return piece.shown

    def _index(self) -> str | int:
        self._at += 1
        piece = self._next
        if piece.kind not in ("number", "text") or isinstance(piece.value, float):
            raise ConditionError("write a number or a text in [ ]", piece.position)
        self._at += 1
        self._must_take("]", "a closing ] is missing")
        return piece.value


def _operator(word: str, right: Path | Literal, position: int) -> Operator:
    pattern = right.value if isinstance(right, Literal) else None
    if word == "matches" and not isinstance(pattern, str):
        raise ConditionError('matches needs a pattern in quotes, such as "v[0-9]+"', position)
    try:
        return Operator(word, pattern if isinstance(pattern, str) else "")
    except ValueError as error:
        raise ConditionError(str(error), position) from error


def _evaluated(node: Node, facts: Mapping[str, Fact]) -> tuple[Known, str]:
    """Return true, false or unknown (None), and the reason why it is not true."""
    if isinstance(node, Joined):
        return _joined(node, facts)
    if isinstance(node, Negated):
        known, reason = _evaluated(node.inner, facts)
        return (
            (None, reason)
            if known is None
            else (not known, f"it must not be that {_said(node.inner)}")
        )
    if isinstance(node, Told):
        there = not isinstance(find(facts, node.path), Missing)
        return there is node.present, f"{node.path} is {'present' if there else 'missing'}"
    return _compared(node, facts)


def _joined(node: Joined, facts: Mapping[str, Fact]) -> tuple[Known, str]:
    unknown, reasons = False, []
    for part in node.parts:
        known, reason = _evaluated(part, facts)
        if known is (not node.every):
            return known, reason
        unknown = unknown or known is None
        if known is not True:
            reasons.append(reason)
    if unknown:
        return None, "; ".join(reasons)
    return node.every, "; ".join(reasons)


def _compared(node: Compared, facts: Mapping[str, Fact]) -> tuple[Known, str]:
    left, right = _value(node.left, facts), _value(node.right, facts)
    for value in (left, right):
        if isinstance(value, Missing):
            return None, value.reason
    assert not isinstance(left, Missing)  # noqa: S101 - for the type checker
    assert not isinstance(right, Missing)  # noqa: S101
    known, hint = compare(left, node.operator, right)
    if known is True:
        return True, ""
    return known, hint or f"{_label(node.left, left)} is not {_wanted(node, right)}"


def _value(term: Path | Literal, facts: Mapping[str, Fact]) -> Fact | Missing:
    return find(facts, term) if isinstance(term, Path) else term.value


def _label(term: Path | Literal, value: Fact) -> str:
    if isinstance(term, Literal):
        return term.shown
    return f"{term} is {shown_value(str(term), value)}, which"


_PHRASES: Final = {
    "==": "", "!=": "other than ", "<": "below ", "<=": "at most ", ">": "above ",
    ">=": "at least ", "in": "one of ", "contains": "containing ", "matches": "matching ",
}  # fmt: skip


def _wanted(node: Compared, right: Fact) -> str:
    shown = node.right.shown if isinstance(node.right, Literal) else shown_value("", right)
    return f"{_PHRASES[node.operator.word]}{shown}"


def _said(node: Node) -> str:
    if isinstance(node, Compared):
        left, right = (str(t) if isinstance(t, Path) else t.shown for t in (node.left, node.right))
        return f"{left} {node.operator.word} {right}"
    if isinstance(node, Told):
        return f"{node.path} is {'present' if node.present else 'missing'}"
    if isinstance(node, Negated):
        return f"not {_said(node.inner)}"
    return f" {'and' if node.every else 'or'} ".join(f"({_said(part)})" for part in node.parts)
