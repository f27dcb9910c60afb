"""What an incident will look like in each channel. Packages above offer what they publish.

They know us and we do not know them, so they say at the start of the process how they show an
incident (`offer`); the desk shows every one before anything is sent.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.conf import settings

from troth.incidents.actions import messaging
from troth.incidents.queries.ready import address_of
from troth.incidents.rules.macro import macro_of
from troth.incidents.rules.results import IncidentShown
from troth.notify.channel import Shape
from troth.notify.previewing import language_name
from troth.notify.queries.wordings import in_force
from troth.notify.rules.story import Story
from troth.notify.wording import Wordings, personal, words_of

_SHAPES = {Shape.MAIL: "Mail", Shape.SMS: "SMS", Shape.CARD: "Chat", Shape.POST: "Post"}
_TITLED = frozenset({Shape.MAIL, Shape.CARD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One channel: its `name` and the very text it would send. A page is shown as a page."""

    name: str
    text: str
    is_page: bool = False
    language: str = ""  # of a message; "": as it was written
    carries: bool = True  # whether the text holds the revision


Render = Callable[[IncidentShown], Sequence[Channel]]
_offered: dict[str, Render] = {}


def offer(name: str, render: Render) -> None:
    """Say how a package shows an incident; the same name again takes its place."""
    _offered[name] = render


def of(one: IncidentShown) -> list[Channel]:
    """Return an incident in every channel, support's answer last."""
    found = [channel for render in _offered.values() for channel in render(one)]
    return [*found, *_messages(one), _macro(one)]


def _messages(one: IncidentShown) -> list[Channel]:
    """Return what readers would be written, in every language of the page."""
    story, wordings = messaging.story_of(one), in_force()
    return [
        Channel(
            name=_called(name, language), text=_written(story, shape, language, wordings),
            language=language,
        )
        for shape, name in _SHAPES.items()
        for language in settings.TROTH.languages
    ]  # fmt: skip


def _called(name: str, language: str) -> str:
    """Return a channel's name, with the language where there are several."""
    one = len(settings.TROTH.languages) == 1
    return name if one else f"{name}, {language_name(language)}"


def _written(story: Story, shape: Shape, language: str, wordings: Wordings) -> str:
    base_url = settings.TROTH.base_url
    words = words_of(story, shape=shape, language=language, wordings=wordings)
    shown = personal(
        words, manage_url=f"{base_url}/subscription/…/", end_url=f"{base_url}/subscription/…/end"
    )
    title = f"{shown.title}\n\n" if shape in _TITLED else ""
    fields = "\n".join(f"{label}: {text}" for label, text in shown.fields)
    return f"{title}{shown.text}{fields and chr(10)}{fields}"


def _macro(one: IncidentShown) -> Channel:
    said = macro_of(one, address=address_of(one))
    return Channel(name="Support's answer", text=said.text, carries=False)
