"""One comparison of two values: true, false, or unknown where they cannot be compared."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from troth.probes.rules.facts import Fact

Known = bool | None  # None: cannot be told

_ORDERED: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_LONGEST_PATTERN: Final = 500
_PATTERN_MEMORY: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Operator:
    """The word of a comparison; `matches` carries its pattern. Raises ValueError for a bad one."""

    word: str
    pattern: str = ""

    def __post_init__(self) -> None:
        if self.word == "matches":
            _compiled(self.pattern)


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> Any:  # noqa: ANN401 - re2 has no types
    """Return a pattern for an engine that takes linear time whatever the pattern and the text."""
    import re2  # few conditions need it

    if len(pattern) > _LONGEST_PATTERN:
        raise ValueError(f"a pattern has {_LONGEST_PATTERN} characters at most")
    options = re2.Options()
    options.max_mem = _PATTERN_MEMORY
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        said = error.args[0] if error.args else "it cannot be read"
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        raise ValueError(f"the pattern is not understood: {text}") from error


def compare(left: Fact, how: Operator, right: Fact) -> tuple[Known, str]:
    """Return what is known, and a reason where the values cannot be compared."""
    if how.word in ("==", "!="):
        return _equal(left, right) is (how.word == "=="), ""
    if how.word in _ORDERED:
        return _ordered(left, how.word, right)
    if how.word == "matches":
        return _matches(left, how.pattern)
    inner, outer = (left, right) if how.word == "in" else (right, left)
    return _inside(inner, outer)


def _equal(left: Fact, right: Fact) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    left, right = _alike(left, right)
    return bool(left == right)


def _ordered(left: Fact, word: str, right: Fact) -> tuple[Known, str]:
    left, right = _alike(left, right)
    both_numbers = _is_number(left) and _is_number(right)
    if both_numbers or (isinstance(left, str) and isinstance(right, str)):
        return _ORDERED[word](left, right), ""
    return None, f"{_kind(left)} and {_kind(right)} have no order"


def _matches(left: Fact, pattern: str) -> tuple[Known, str]:
    if not isinstance(left, str):
        return None, f"matches needs a text, not {_kind(left)}"
    whole = left.encode("utf-8", "replace").decode()  # half a surrogate is no text to the engine
    return _compiled(pattern).search(whole) is not None, ""


def _inside(inner: Fact, outer: Fact) -> tuple[Known, str]:
    if isinstance(outer, str) and not isinstance(inner, str):
        return None, f"a text cannot contain {_kind(inner)}"
    if isinstance(outer, str | Mapping):
        return str(inner) in outer, ""
    if isinstance(outer, Sequence):
        return any(_equal(inner, each) for each in outer), ""
    return None, f"{_kind(outer)} cannot contain anything"


def _alike(left: Fact, right: Fact) -> tuple[Fact, Fact]:
    """Read a text as a number where the other side is one: headers are always texts."""
    if isinstance(left, str) and _is_number(right):
        return _numeric(left), right
    if isinstance(right, str) and _is_number(left):
        return left, _numeric(right)
    return left, right


def _numeric(text: str) -> float | str:
    try:
        return float(text) if len(text) < 40 else text  # noqa: PLR2004 - no number is longer
    except ValueError:
        return text


def _is_number(value: Fact) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _kind(value: Fact) -> str:
    if value is None:
        return "null"
    for kind, name in ((bool, "true or false"), (int | float, "a number"), (str, "a text"),
                       (Mapping, "an object")):  # fmt: skip
        if isinstance(value, kind):
            return name
    return "a list"
