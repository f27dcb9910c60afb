"""Mattermost, by an incoming webhook; Rocket.Chat understands the same."""

import re
from typing import Final

from troth.notify import calling
from troth.notify.channel import Address, Call, Channel, Letter, Shape, Target
from troth.people.rules import addresses

_LONGEST: Final = 12_000
_RINGING: Final = re.compile(r"@(?=(?:all|channel|here)\b)", re.IGNORECASE)
_MARKS: Final = "\\`*_{}[]<>#|~"


def hand(letter: Letter, target: Target) -> Call:
    words, story = letter.words, letter.story
    card = {
        "fallback": f"{words.title} {story.link}",
        "color": calling.colour(story),
        "title": _RINGING.sub("@\u200b", words.title),
        "title_link": story.link,
        "text": _plain(words.text),
        "fields": [
            {"title": label, "value": _plain(text), "short": True} for label, text in words.fields
        ],
    }
    return Call(url=target.address, json={"text": "", "attachments": [card]})


def _plain(text: str) -> str:
    """Return a text whose signs mean nothing, and in which “@all” rings for nobody."""
    return calling.unmarked(_RINGING.sub("@\u200b", text), _MARKS)


mattermost = Channel(
    label="Mattermost",
    help="A message in a channel of Mattermost or Rocket.Chat, by an incoming webhook.",
    shape=Shape.CARD,
    hand=hand,
    address=Address(
        label="Webhook of the channel",
        check=addresses.link,
        is_secret=True,
        hint="https://chat.example.com/hooks/…",
    ),
    limit=_LONGEST,
    is_public=True,
    place=6,
)
