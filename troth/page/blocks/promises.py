"""Every public promise in plain words: verdict, number, interval, ninety days."""

from collections.abc import Mapping

from troth.page.block import Block
from troth.page.card import card
from troth.page.edition import Edition


def _show(edition: Edition) -> Mapping[str, object]:
    return {"cards": [card(edition, shown) for shown in edition.picture.promises]}


block = Block(order=30, template="page/blocks/promises.html", show=_show)
