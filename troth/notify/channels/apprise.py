"""The other hundred services, by an address of Apprise. For our own people: it is set up by hand.

See rules/schemes for what may be used, and carriers/guarded for how it is held to that.
"""

from typing import Final

from troth.notify.channel import Address, Channel, Letter, Notice, Shape, Target
from troth.notify.rules import schemes

_LIMIT: Final = 3_000


def hand(letter: Letter, target: Target) -> Notice:
    return Notice(url=target.address, title=letter.words.title, text=letter.words.text)


apprise = Channel(
    label="Apprise",
    help="More than 150 other services, each by its address as Apprise writes it.",
    shape=Shape.NOTE,
    hand=hand,
    address=Address(
        label="Address",
        check=schemes.checked,
        is_secret=True,
        hint="gotify://host/token",
    ),
    limit=_LIMIT,
    at_once=4,
)
