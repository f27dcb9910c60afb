"""How many of our promises we keep, right below what is true now."""

from collections.abc import Mapping

from troth.page.block import Block
from troth.page.edition import Edition
from troth.page.reputed import reputed


def _show(edition: Edition) -> Mapping[str, object] | None:
    found = reputed(edition)
    return None if found is None else {"reputed": found}


block = Block(order=20, template="page/blocks/reputation.html", show=_show)
