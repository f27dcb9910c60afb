"""Where to hear of changes, and where to check what is said here."""

from collections.abc import Mapping

from troth.page.block import Block
from troth.page.edition import Edition


def _show(edition: Edition) -> Mapping[str, object]:
    return {"feeds": [(name, edition.path(page)) for name, page in _FEEDS]}


_FEEDS = (("RSS", "rss.xml"), ("Atom", "atom.xml"), ("JSON Feed", "feed.json"))

block = Block(order=90, template="page/blocks/follow.html", show=_show)
