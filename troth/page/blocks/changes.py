"""What changed lately: the newest flips, changes of targets and corrections."""

from collections.abc import Mapping

from troth.page.block import Block
from troth.page.edition import Edition
from troth.page.story import told

_NEWEST = 5


def _show(edition: Edition) -> Mapping[str, object] | None:
    events = edition.picture.events
    if not events:
        return None
    return {"events": told(edition, events[:_NEWEST]), "more": len(events) > _NEWEST}


block = Block(order=50, template="page/blocks/changes.html", show=_show)
