"""What is wrong now: each open incident, its newest update first, and when we speak next."""

from collections.abc import Mapping

from troth.page.block import Block
from troth.page.edition import Edition
from troth.page.status.problems import problem

_NEWEST = 3  # updates; the incident's own page has them all


def _show(edition: Edition) -> Mapping[str, object] | None:
    some = edition.picture.situation.problems
    if not some:
        return None
    return {"problems": [problem(edition, one, updates=_NEWEST) for one in some]}


block = Block(order=15, template="page/blocks/incidents.html", show=_show)
