"""What a block of the front page is: one file in blocks/, registered by being there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from troth.page.edition import Edition


@dataclass(frozen=True, slots=True)
class Block:
    """`show` gives the template what it needs, or None where the block has nothing to say."""

    order: int
    template: str
    show: Callable[[Edition], Mapping[str, object] | None]
