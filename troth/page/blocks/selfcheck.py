"""Is it me? A check in the reader's browser that tells our fault from theirs."""

from collections.abc import Mapping

from troth.page.block import Block
from troth.page.edition import Edition
from troth.page.situation import is_healthy


def _show(edition: Edition) -> Mapping[str, object] | None:
    now = edition.picture.situation
    if not (now.components or now.recent):
        return None
    ill = bool(now.problems) or any(not is_healthy(one.status) for one in now.components)
    return {"ill": ill, "product": edition.picture.site.product}


block = Block(order=17, template="page/blocks/selfcheck.html", show=_show)
