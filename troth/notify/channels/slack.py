"""Slack, by an incoming webhook."""

from collections.abc import Mapping
from typing import Final

from troth.notify.calling import link_of
from troth.notify.carriers.http import read
from troth.notify.channel import Address, Call, Channel, Letter, Shape, Target
from troth.notify.rules.fitting import shortened
from troth.notify.rules.results import Answer, Fate

_MOST_FIELDS: Final = 10
_LONGEST_TITLE, _LONGEST_TEXT, _LONGEST_FIELD, _LONGEST_LABEL = 150, 2_900, 1_850, 100
_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_GONE: Final = ("no_service", "no_active_hooks", "no_team", "team_disabled", "channel_not_found",
                "channel_is_archived", "user_not_found", "invalid_token")  # fmt: skip


def hand(letter: Letter, target: Target) -> Call:
    words, link = letter.words, letter.story.link
    blocks: list[object] = [
        {"type": "header", "text": _plain(shortened(words.title, _LONGEST_TITLE))},
        {"type": "section", "text": _marked(_escaped(words.text, _LONGEST_TEXT))},
    ]
    if words.fields:
        shown = words.fields[:_MOST_FIELDS]
        fields = [_marked(_field(label, text)) for label, text in shown]
        blocks.append({"type": "section", "fields": fields})
    button = {"type": "button", "text": _plain(_BUTTON[letter.language == "de"]), "url": link}
    blocks.append({"type": "actions", "elements": [button]})
    text = f"{words.title} {link}".translate(_ESCAPES)
    return Call(url=target.address, json={"text": text, "blocks": blocks, "unfurl_links": False})


_BUTTON: Final = ("Read more", "Mehr lesen")


def _plain(text: str) -> dict[str, object]:
    return {"type": "plain_text", "text": text, "emoji": False}


def _marked(text: str) -> dict[str, object]:
    """Return a text in which “@here” rings for nobody and “#general” is no link."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _field(label: str, text: str) -> str:
    return f"*{_escaped(label, _LONGEST_LABEL)}*\n{_escaped(text, _LONGEST_FIELD)}"


def _escaped(text: str, most: int) -> str:
    """Return a text whose signs mean nothing, with at most so many characters once escaped."""
    kept = shortened(text, most)
    while len(kept.translate(_ESCAPES)) > most:
        kept = shortened(kept, len(kept) - max(1, (len(kept.translate(_ESCAPES)) - most) // 5))
    return kept.translate(_ESCAPES)


def reads(status: int, headers: Mapping[str, str], body: str) -> Answer:
    """Return what Slack means: it names a webhook that is there no more in its body."""
    if status in (403, 404, 410) and any(word in body for word in _GONE):
        return Answer(fate=Fate.GONE, said=f"{status} {body[:200]}")
    return read(status, headers, body)


slack = Channel(
    label="Slack",
    help="A message in a channel of Slack, by an incoming webhook of that channel.",
    shape=Shape.CARD,
    hand=hand,
    address=Address(
        label="Webhook of the channel",
        check=link_of("hooks.slack.com", "hooks.slack-gov.com"),
        is_secret=True,
        hint="https://hooks.slack.com/services/…",
    ),
    limit=_LONGEST_TEXT,
    is_public=True,
    place=3,
    per_second=20,
    reads=reads,
)
