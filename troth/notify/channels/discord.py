"""Discord, by a webhook of a channel."""

from collections.abc import Mapping, Sequence
from typing import Final

from troth.notify import calling
from troth.notify.carriers.http import read
from troth.notify.channel import Address, Call, Channel, Letter, Shape, Target
from troth.notify.rules.fitting import shortened
from troth.notify.rules.results import Answer, Fate

_MOST_FIELDS: Final = 25
_LONGEST_CARD: Final = 6_000
_LONGEST_TITLE, _LONGEST_TEXT, _LONGEST_NAME, _LONGEST_VALUE = 256, 3_500, 256, 500
_MARKS: Final = "\\`*_~|>#[]()"


def hand(letter: Letter, target: Target) -> Call:
    words, story = letter.words, letter.story
    card: dict[str, object] = {
        "title": shortened(words.title, _LONGEST_TITLE),
        "url": story.link,
        "description": calling.unmarked(words.text, _MARKS),
        "color": int(calling.colour(story)[1:], 16),
    }
    card["fields"] = _fields(words.fields, room=_LONGEST_CARD - _length(card))
    url = f"{target.address}{'&' if '?' in target.address else '?'}wait=true"
    return Call(url=url, json={"embeds": [card], "allowed_mentions": {"parse": []}})


def _fields(found: Sequence[tuple[str, str]], *, room: int) -> list[dict[str, object]]:
    """Return as many fields as a card holds: all of its texts together have a limit."""
    fields: list[dict[str, object]] = []
    for label, text in found[:_MOST_FIELDS]:
        name = shortened(label, _LONGEST_NAME)
        value = calling.unmarked(shortened(text, _LONGEST_VALUE), _MARKS)
        room -= len(name) + len(value)
        if room < 0:
            break
        fields.append({"name": name, "value": value, "inline": True})
    return fields


def _length(card: Mapping[str, object]) -> int:
    return len(str(card["title"])) + len(str(card["description"]))


def reads(status: int, headers: Mapping[str, str], body: str) -> Answer:
    """Return what Discord means: a webhook that was deleted is unknown, a message has an id."""
    if status == 404:  # noqa: PLR2004
        return Answer(fate=Fate.GONE, said=f"404 {body[:200]}")
    answer = read(status, headers, body)
    if answer.fate is Fate.ACCEPTED:
        receipt = str(calling.answered(body).get("id", ""))
        return Answer(fate=Fate.ACCEPTED, said=f"{status} message {receipt}", receipt=receipt)
    return answer


discord = Channel(
    label="Discord",
    help="A message in a channel of Discord, by a webhook of that channel.",
    shape=Shape.CARD,
    hand=hand,
    address=Address(
        label="Webhook of the channel",
        check=calling.link_of("discord.com", ".discord.com", "discordapp.com", path="/api/"),
        is_secret=True,
        hint="https://discord.com/api/webhooks/…",
    ),
    limit=_LONGEST_TEXT // 2,  # each sign may need another before it
    is_public=True,
    place=5,
    per_second=20,
    reads=reads,
)
