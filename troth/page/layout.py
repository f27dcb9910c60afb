"""The front page from top to bottom: the blocks that are there, in their order."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from troth.core import registry
from troth.page import blocks
from troth.page.block import Block
from troth.page.edition import Edition


@dataclass(frozen=True, slots=True)
class Placed:
    """A block with its values, ready to be included by the front page."""

    key: str
    template: str
    values: Mapping[str, object]


def placed(edition: Edition) -> list[Placed]:
    """Return the blocks that have something to say, in order."""
    shown = ((key, block.template, block.show(edition)) for key, block in known().items())
    return [Placed(key, template, values) for key, template, values in shown if values is not None]


@cache
def known() -> dict[str, Block]:
    """Return key → block in the order of the page."""
    found = registry.load(blocks, Block)
    return dict(sorted(found.items(), key=lambda item: (item[1].order, item[0])))
