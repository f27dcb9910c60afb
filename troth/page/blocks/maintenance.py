"""Planned work: what goes on now and what is to come."""

from collections.abc import Mapping

from troth.page.block import Block
from troth.page.edition import Edition
from troth.page.status.problems import problem


def _show(edition: Edition) -> Mapping[str, object] | None:
    now = edition.picture.situation
    if not (now.running or now.upcoming):
        return None
    return {
        "running": [problem(edition, one, updates=1) for one in now.running],
        "upcoming": [problem(edition, one, updates=1) for one in now.upcoming],
        "zone": now.zone,
    }


block = Block(order=18, template="page/blocks/maintenance.html", show=_show)
