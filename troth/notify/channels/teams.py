"""Microsoft Teams, by a workflow's webhook, as an Adaptive Card."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from troth.notify import calling
from troth.notify.carriers.http import read
from troth.notify.channel import Address, Call, Channel, Letter, Shape, Target
from troth.notify.rules import counting
from troth.notify.rules.fitting import shortened
from troth.notify.rules.results import Answer, Fate

# Bytes: the whole request has at most 28 KB, and each sign may need another before it.
_LONGEST: Final = 7_000
_LONGEST_FACT, _MOST_FACTS = 300, 12
_MARKS: Final = "\\*_[]`#"
_TOLD: Final = re.compile(r"returned HTTP error (\d{3})")
_BUTTON: Final = {"de": "Mehr lesen"}


def hand(letter: Letter, target: Target) -> Call:
    words = letter.words
    body: list[object] = [
        {"type": "TextBlock", "text": calling.unmarked(words.title, _MARKS), "size": "Large",
         "weight": "Bolder", "wrap": True},
        {"type": "TextBlock", "text": _paragraphs(words.text), "wrap": True},
    ]  # fmt: skip
    if words.fields:
        facts = [
            {"title": label, "value": calling.unmarked(shortened(text, _LONGEST_FACT), _MARKS)}
            for label, text in words.fields[:_MOST_FACTS]
        ]
        body.insert(1, {"type": "FactSet", "facts": facts})
    title = _BUTTON.get(letter.language, "Read more")
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "actions": [{"type": "Action.OpenUrl", "title": title, "url": letter.story.link}],
        "msteams": {"width": "Full"},
    }
    kind = "application/vnd.microsoft.card.adaptive"
    attachment = {"contentType": kind, "contentUrl": None, "content": card}
    return Call(url=target.address, json={"type": "message", "attachments": [attachment]})


def _paragraphs(text: str) -> str:
    """Return a text whose lines stay lines: a card joins those that no empty one parts."""
    return calling.unmarked(text, _MARKS).replace("\n", "\n\n")


def reads(status: int, headers: Mapping[str, str], body: str) -> Answer:
    """Return what Teams means: a connector says 200 and the truth in its words, a workflow 202."""
    found = _TOLD.search(body)
    if found and status < HTTPStatus.MULTIPLE_CHOICES:
        return read(int(found[1]), headers, body)
    if status == HTTPStatus.NOT_FOUND and "WorkflowNotFound" in body:
        return Answer(fate=Fate.GONE, said=f"{status} the workflow was deleted")
    return read(status, headers, body)


teams = Channel(
    label="Microsoft Teams",
    help="A card in a channel of Teams, by the webhook of a workflow.",
    shape=Shape.CARD,
    hand=hand,
    address=Address(
        label="Webhook of the workflow",
        check=calling.link_of(".logic.azure.com", ".api.powerplatform.com", ".webhook.office.com"),
        is_secret=True,
        hint="https://….logic.azure.com/workflows/…",
    ),
    limit=_LONGEST,
    counts=counting.octets,
    reads=reads,
    is_public=True,
    place=4,
    per_second=4,
)
