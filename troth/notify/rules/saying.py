"""What a template may say of a story: plain texts by name, nothing for what is unknown. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, Final
from zoneinfo import ZoneInfo

from troth.core import prose
from troth.notify.rules import labels
from troth.notify.rules.events import TO_ONE
from troth.notify.rules.story import Story, in_language

# Each reader's own links: put in by whoever sends, for words are made once for all readers.
MANAGE_URL: Final = "https://manage.troth.invalid/"
END_URL: Final = "https://end.troth.invalid/"
REVISION_LENGTH: Final = 8
_LONGEST: Final = 50_000  # characters of one text

# Name → what it is, for who writes templates. Every one may be empty but the first six.
NAMES: Final[Mapping[str, str]] = {
    "title": "the story's headline",
    "label": "what kind of story it is, such as Problem or Solved",
    "event": "the same for programs, such as incident.opened",
    "link": "the address of the story on the page",
    "revision": "the first characters of the story's revision",
    "organisation": "who speaks",
    "state": "how it stands, such as “We are investigating”",
    "severity": "how bad it is, in a word",
    "what": "what is wrong, or what happens",
    "affects": "who is affected",
    "since": "when it began, or will begin, with date and zone",
    "since_label": "what to call that: Since or, of planned work, From",
    "until": "when it ended or will end, with date and zone",
    "advice": "what a reader can do",
    "next_at": "when we speak again, with date and zone",
    "next_hour": "the same, the hour alone",
    "body": "the update itself; in HTML its own paragraphs",
    "parts": "what it is about: a list of parts, each with name and state",
    "facts": "more: a list of facts, each with label and text",
    "is_correction": "whether it corrects what was said before",
    "is_urgent": "whether it cannot wait",
    "revision_spoken": "the revision, letter by letter",
    "manage_url": "the reader's own page, to change or end the subscription",
    "end_url": "the address that ends the subscription",
}
Saying = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How the house speaks: its name and the zone of its clocks."""

    organisation: str
    zone: ZoneInfo


def said(story: Story, language: str, manner: Manner) -> Saying:
    """Return what a template of plain text may say, by the names above."""
    story = in_language(story, language)
    body = prose.plain(story.body)
    found: Saying = {
        "title": story.title,
        "label": labels.of_event(story.event, language),
        "event": story.event.value,
        "link": story.link,
        "revision": story.revision[:REVISION_LENGTH],
        "revision_spoken": " ".join(story.revision[:4]),
        "organisation": manner.organisation,
        "state": story.state,
        "severity": labels.of_severity(story.severity, language),
        "what": story.what,
        "affects": story.affects,
        "advice": story.advice,
        "body": "" if body == story.what else body,
        "parts": [{"name": part.name, "state": part.state} for part in story.parts if part.name],
        "facts": [{"label": label, "text": text} for label, text in story.facts],
        "is_correction": story.is_correction,
        "is_urgent": story.is_urgent,
        "manage_url": "" if story.event in TO_ONE else MANAGE_URL,
        "end_url": "" if story.event in TO_ONE else END_URL,
        "since_label": _since_label(story, language),
        **_times(story, language, manner.zone),
    }
    return {name: _kept(value) or None for name, value in found.items()}


def _kept(value: Any) -> Any:  # noqa: ANN401 - a text, a list of them, yes or no
    """Return a value that a template can hold; the page has the rest of it."""
    return f"{value[:_LONGEST]}…" if isinstance(value, str) and len(value) > _LONGEST else value


def _times(story: Story, language: str, zone: ZoneInfo) -> Saying:
    at = {"since": story.since, "until": story.until, "next_at": story.next_at}
    found = {name: labels.moment(one, zone, language) if one else "" for name, one in at.items()}
    return {**found, "next_hour": labels.hour(story.next_at, zone) if story.next_at else ""}


def _since_label(story: Story, language: str) -> str:
    is_planned = story.event.value.startswith("maintenance.")
    return labels.of_field("from" if is_planned else "since", language)


def escaped(saying: Saying, story: Story, language: str) -> Saying:
    """Return the same for HTML: every text escaped, the body as its own paragraphs."""
    found: Saying = {name: _safe(value) for name, value in saying.items()}
    if saying["body"]:
        found["body"] = prose.html(in_language(story, language).body)
    return found


def _safe(value: object) -> object:
    if isinstance(value, str):
        return escape(value)
    if isinstance(value, list):
        return [{name: escape(text) for name, text in one.items()} for one in value]
    return value


def fields(saying: Saying, language: str) -> tuple[tuple[str, str], ...]:
    """Return the short facts of a story by label, as cards show them."""
    names = ("state", "severity", "affects", "since", "until", "next_at")
    called = {name: labels.of_field(name, language) for name in names}
    called["since"] = saying["since_label"]
    found = [(called[name], saying[name]) for name in names if saying[name]]
    facts = [(one["label"], one["text"]) for one in saying["facts"] or ()]
    parts = ", ".join(_part(one) for one in saying["parts"] or ())
    if parts:
        found.append((labels.of_field("parts", language), parts))
    return (*found, *facts)


def _part(one: Mapping[str, str]) -> str:
    return f"{one['name']} ({one['state']})" if one["state"] else one["name"]
