"""How far our word can be relied on: one number, what it rests on, and why it moved."""

from collections.abc import Mapping

from troth.page.block import Block
from troth.page.edition import Edition
from troth.page.trusted import trusted


def _show(edition: Edition) -> Mapping[str, object] | None:
    found = trusted(edition)
    return None if found is None else {"trusted": found}


block = Block(order=22, template="page/blocks/score.html", show=_show)
