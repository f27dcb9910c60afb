"""A story as it is kept. What was written to one person is sealed: nothing shows it at rest."""

from base64 import b64decode, b64encode
from typing import Any, Final

import msgspec

from troth.notify import sealing
from troth.notify.rules.events import Event
from troth.notify.rules.story import Story

_SEALED: Final = frozenset({Event.REPORT_ANSWERED, Event.SUBSCRIPTION_FAILING})
_TEXTS: Final = ("link", "what", "affects", "advice", "body", "facts", "translations", "data")


def content_of(story: Story) -> dict[str, Any]:
    """Return a story as its telling keeps it."""
    return closed(msgspec.to_builtins(story))


def closed(content: dict[str, Any]) -> dict[str, Any]:
    """Return a telling's content with what was written to one person sealed; others as it is."""
    private = {name: content[name] for name in _TEXTS if content.get(name)}
    if content["event"] not in _SEALED or not private:
        return content
    sealed = b64encode(sealing.seal_values(private, label=_label(content))).decode()
    return {"sealed": sealed, **{k: v for k, v in content.items() if k not in private}}


def story_of(content: dict[str, Any]) -> Story:
    """Return the story of a telling. Raises ValueError where it was sealed with another key."""
    if "sealed" not in content:
        return msgspec.convert(content, Story)
    whole = {name: value for name, value in content.items() if name != "sealed"}
    opened = sealing.opened_values(b64decode(content["sealed"]), label=_label(content))
    return msgspec.convert({**whole, **opened}, Story)


def _label(content: dict[str, Any]) -> str:
    return f"telling {content['about']} {content['revision']}"
