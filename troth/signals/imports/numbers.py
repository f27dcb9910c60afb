"""Numbers as files write them: one notation, the declared one, or a question."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from troth.signals.imports.problems import Undeclared, ValueRefused, shown

_PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?", re.ASCII)
HAS_COMMA = re.compile(r"[+-]?[\d.]*\d,\d[\d.,]*")


@dataclass(frozen=True, slots=True)
class NumberTerms:
    """`decimal` is "." or ","; empty means not declared: then only 1234.5 is a number."""

    decimal: str = ""
    thousands: str = ""

    @property
    def is_declared(self) -> bool:
        return bool(self.decimal or self.thousands)


def reader(terms: NumberTerms) -> Callable[[object], float]:
    """Return a function from a cell to a finite number. It raises ValueRefused."""
    pattern = _pattern(terms) if terms.is_declared else _PLAIN

    def read(value: object) -> float:
        if isinstance(value, bool):
            raise ValueRefused(f"{shown(value)} is no number")
        if isinstance(value, int | float):
            return _finite(float(value), value)
        text = str(value).strip()
        if text.isdecimal() and text.isascii():
            return _finite(float(text), value)
        if not pattern.fullmatch(text):
            raise _refusal(text, terms)
        return _finite(float(_bare(text, terms)), value)

    return read


def whole(read: Callable[[object], float]) -> Callable[[object], int]:
    """Return a reader of whole numbers made from a reader of numbers."""

    def read_whole(value: object) -> int:
        if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,16}", value.strip()):
            return int(value)
        number = read(value)
        if not number.is_integer():
            raise ValueRefused(f"{shown(value)} is not a whole number")
        return int(number)

    return read_whole


def _pattern(terms: NumberTerms) -> re.Pattern[str]:
    mark = re.escape(terms.decimal or ".")
    group = re.escape(terms.thousands)
    if terms.thousands == " ":
        group = "[ \u00a0\u202f]"
    whole_part = rf"(?:\d+|\d{{1,3}}(?:{group}\d{{3}})+)" if group else r"\d+"
    return re.compile(rf"[+-]?{whole_part}(?:{mark}\d+)?(?:[eE][+-]?\d{{1,3}})?", re.ASCII)


def _bare(text: str, terms: NumberTerms) -> str:
    if terms.thousands == " ":
        text = re.sub(r"\s", "", text)
    elif terms.thousands:
        text = text.replace(terms.thousands, "")
    return text.replace(terms.decimal, ".") if terms.decimal else text


def _finite(number: float, value: object) -> float:
    if not math.isfinite(number):
        raise ValueRefused(f"{shown(value)} is not a finite number")
    return number


def _refusal(text: str, terms: NumberTerms) -> ValueRefused:
    if terms.is_declared:
        how = f"decimal “{terms.decimal or '.'}”"
        how += f" and thousands “{terms.thousands}”" if terms.thousands else ""
        return ValueRefused(f"{shown(text)} is not written with {how}, as declared")
    if HAS_COMMA.fullmatch(text):
        return Undeclared(
            f"{shown(text)} can be read in two ways; declare `decimal` and `thousands`"
        )
    return ValueRefused(f"{shown(text)} is no number")
