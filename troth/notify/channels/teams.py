"""Microsoft Teams, by a workflow's webhook, as an Adaptive Card."""

from typing import Final

from troth.notify import calling
from troth.notify.channel import Address, Call, Channel, Letter, Shape, Target

_LONGEST: Final = 10_000
_MARKS: Final = "\\*_[]`#"
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
            {"title": label, "value": calling.unmarked(text, _MARKS)}
            for label, text in words.fields
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
    is_public=True,
    place=4,
    per_second=4,
)
