"""From the text of a condition to its parts: words, numbers with units, texts, signs."""

import re
from dataclasses import dataclass
from typing import Final

LONGEST: Final = 1_000  # characters of a condition

_UNITS: Final = {
    "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0,
    "b": 1, "kb": 1_000, "mb": 1_000_000, "gb": 1_000_000_000,
    "kib": 1_024, "mib": 1_048_576, "": 1,
}  # fmt: skip
_PIECES = re.compile(
    r"""(?P<space>\s+)
      | (?P<number>-?\d+(?:\.\d+)?)(?P<unit>[A-Za-z]*)
      | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<word>[A-Za-z_][A-Za-z0-9_-]*)
      | (?P<sign>==|!=|<=|>=|<|>|\(|\)|\[|\]|,|\.)
    """,
    re.VERBOSE,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SPECIAL: Final = {"n": "\n", "t": "\t", "r": "\r"}


class ConditionError(ValueError):
    """What cannot be understood, in plain words, and at which character (from 0)."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(f"{message} (at character {position + 1})")
        self.message = message
        self.position = position


@dataclass(frozen=True, slots=True)
class Piece:
    """`kind` is number, text, word, sign or end. A number with a unit is in seconds or bytes."""

    kind: str
    value: str | float | int
    position: int
    shown: str = ""


def pieces(text: str) -> list[Piece]:
    """Return the pieces of a condition, the last one being its end. Raises ConditionError."""
    if len(text) > LONGEST:
        raise ConditionError(f"a condition has {LONGEST:,} characters at most", LONGEST)
    found: list[Piece] = []
    at = 0
    while at < len(text):
        match = _PIECES.match(text, at)
        if match is None:
            raise ConditionError(_complaint(text[at]), at)
        if match.lastgroup != "space":
            found.append(_piece(match))
        at = match.end()
    return [*found, Piece("end", "", len(text))]


def _complaint(character: str) -> str:
    if character in "\"'":
        return "this text has no closing quotation mark"
    if character == "=":
        return "write == to compare"
    return f"“{character}” has no meaning here"


def _piece(match: re.Match[str]) -> Piece:
    at, shown = match.start(), match.group()
    if match["number"] is not None:
        return Piece("number", _number(match), at, shown)
    if match["text"] is not None:
        return Piece("text", _ESCAPED.sub(_unescaped, match["text"][1:-1]), at, shown)
    kind = "word" if match["word"] is not None else "sign"
    return Piece(kind, shown, at, shown)


def _number(match: re.Match[str]) -> float | int:
    scale = _UNITS.get(match["unit"].lower())
    if scale is None:
        known = "ms, s, m, h, d, kb, mb"
        raise ConditionError(
            f"“{match['unit']}” is no unit; there are {known}", match.start("unit")
        )
    if match["unit"] == "" and "." not in match["number"]:
        return int(match["number"])
    found = float(match["number"]) * scale
    return int(found) if isinstance(scale, int) and found.is_integer() else found


def _unescaped(match: re.Match[str]) -> str:
    return _SPECIAL.get(match[1], match[1])
