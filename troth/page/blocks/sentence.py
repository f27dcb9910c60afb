"""What is true now, in one sentence, and when that was checked."""

from collections.abc import Mapping

from troth.page.block import Block
from troth.page.edition import Edition
from troth.page.spokenly import spoken
from troth.page.status.saying import joined


def _show(edition: Edition) -> Mapping[str, object]:
    promises = [spoken(edition, shown) for shown in edition.picture.promises]
    now = edition.picture.situation
    due = min((one.next_due_at for one in now.problems if one.next_due_at), default=None)
    return {"said": joined(promises, now), "cases": edition.picture.cases, "due": due}


block = Block(order=10, template="page/blocks/sentence.html", show=_show)
