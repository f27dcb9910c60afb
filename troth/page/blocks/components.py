"""What we run: each component with its days; groups are folded while all of them works."""

from collections.abc import Mapping

from troth.page.block import Block
from troth.page.edition import Edition
from troth.page.status.bars import legend
from troth.page.status.rows import services


def _show(edition: Edition) -> Mapping[str, object] | None:
    found = services(edition)
    return None if found is None else {"services": found, "legend": legend()}


block = Block(order=40, template="page/blocks/components.html", show=_show)
