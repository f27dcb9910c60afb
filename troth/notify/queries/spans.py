"""Parts of the log, from one id to another."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

_MOST: Final = 8  # parts that one page looks at


@dataclass(frozen=True, slots=True, order=True)
class Span:
    first: int
    last: int

    def below(self, place: int) -> "Span":
        """Return what of it stands below a place; it may be empty."""
        return Span(self.first, min(self.last, place - 1))


EVERYTHING: Final = Span(0, 2**63 - 1)


def joined(spans: Sequence[Span], *, most: int = _MOST) -> list[Span]:
    """Return the newest first, no two that touch, and so many at most: the nearest are joined."""
    found = _touching(sorted(spans))
    gaps = sorted(range(1, len(found)), key=lambda n: found[n - 1].last - found[n].first)
    cuts = [0, *sorted(gaps[: most - 1]), len(found)]
    pairs = pairwise(cuts)
    return [Span(found[a].first, found[b - 1].last) for a, b in pairs if a < b][::-1]


def _touching(spans: Sequence[Span]) -> list[Span]:
    found: list[Span] = []
    for span in spans:
        if found and span.first <= found[-1].last + 1:
            found[-1] = Span(found[-1].first, max(found[-1].last, span.last))
        else:
            found.append(span)
    return found
