"""What is different between two texts, line by line. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True, slots=True)
class Line:
    """A line that both texts have, or that one of them has: `is_new` of the second."""

    text: str
    is_kept: bool
    is_new: bool

    @property
    def mark(self) -> str:
        return " " if self.is_kept else "+" if self.is_new else "-"


def lines(was: str, now: str) -> list[Line]:
    """Return every line of both texts in order: kept, gone, new."""
    return list(_lines(was.strip().splitlines(), now.strip().splitlines()))


def _lines(was: list[str], now: list[str]) -> Iterator[Line]:
    for kind, a, b, c, d in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from (Line(text, is_kept=True, is_new=False) for text in was[a:b])
            continue
        yield from (Line(text, is_kept=False, is_new=False) for text in was[a:b])
        yield from (Line(text, is_kept=False, is_new=True) for text in now[c:d])
