"""One structured story, from which every channel makes its own words. Pure."""

from datetime import datetime
from typing import Any

import msgspec

from troth.notify.rules.events import Event, Severity

_TEXTS = ("title", "what", "affects", "advice", "state", "body")


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a story is about and that can be subscribed to: a component, a promise."""

    key: str  # such as "component:cmp_…" or "promise:checkout"
    name: str  # "": some of those who are told may not know of it; it is matched, not named
    inside: str = ""  # the key of its group, for whoever follows that
    state: str = ""  # as the page says it, such as "Major outage"


class Story(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What, for whom, since when, what to do, what next, where, and which revision.

    `about` is the thing told of: tellings of one thing follow each other. `revision` is the hash
    that the page carries for the same words. Texts are plain, `body` is Markdown; instants are
    aware. An empty `pages` or `audiences` means all.
    """

    about: str  # such as "incident:inc_…"
    event: Event
    revision: str
    title: str
    link: str
    what: str = ""  # what is wrong, or what happens, exactly
    affects: str = ""  # who is affected, in words
    since: datetime | None = None
    until: datetime | None = None
    advice: str = ""  # what to do: the workaround
    next_at: datetime | None = None  # when we speak again
    state: str = ""  # such as "We are investigating"
    body: str = ""  # the update itself
    severity: Severity = Severity.NONE
    is_urgent: bool = False  # passes quiet hours and digests
    is_correction: bool = False  # goes to all who got an earlier revision
    parts: tuple[Part, ...] = ()
    is_of_all_parts: bool = False  # also for who chose some parts: it is about none of them
    pages: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()  # more (label, text), in their order
    # Language → texts above by name; our own words (parts' states, facts' labels) by the word.
    translations: dict[str, dict[str, str]] = {}
    data: dict[
        str, object
    ] = {}  # for programs: the body of webhooks, as the packages above give it
    # What webhooks say at the top besides, for receivers of Statuspage's: "incident" and the like.
    statuspage: dict[str, object] = {}


def keys_of(story: Story) -> tuple[str, ...]:
    """Return every key by which a reader may follow a story: the thing itself, and its parts."""
    keys = (key for part in story.parts for key in (part.key, part.inside) if key)
    return tuple(dict.fromkeys((story.about, *keys)))


def in_language(story: Story, language: str) -> Story:
    """Return the story with the texts that were said in this language; the rest as written."""
    said = story.translations.get(language.partition("-")[0], {})
    if not said:
        return story
    known: dict[str, Any] = {name: text for name, text in said.items() if name in _TEXTS and text}
    known["parts"] = tuple(
        msgspec.structs.replace(part, state=said.get(part.state, part.state))
        for part in story.parts
    )
    known["facts"] = tuple((said.get(label, label), text) for label, text in story.facts)
    return msgspec.structs.replace(story, **known)


def encoded(story: Story) -> bytes:
    return msgspec.json.encode(story)


def decoded(text: bytes | str) -> Story:
    return msgspec.json.decode(text, type=Story)
