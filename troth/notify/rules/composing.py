"""A story that a person writes by hand: what it says, and what it still lacks. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Final
from urllib.parse import urlsplit

import msgspec

from troth.notify.rules.events import Event, Severity
from troth.notify.rules.story import Part, Story

# What has no screen of its own where the page hears of it, too.
EVENTS: Final = (
    Event.IDEA_SHIPPED,
    Event.CERTIFICATE_RENEWED,
    Event.CERTIFICATE_EXPIRING,
    Event.DIGEST_WEEKLY,
    Event.ALERT_RAISED,
)
TEXTS: Final[Mapping[str, int]] = {
    "title": 200, "state": 200, "what": 1_000, "affects": 500, "advice": 1_000, "body": 20_000,
}  # fmt: skip
_MOST_PARTS: Final = 100


class Written(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What stands in a draft. `texts` is language → name → text; no pages means every page."""

    event: Event = Event.IDEA_SHIPPED
    severity: Severity = Severity.NONE
    texts: dict[str, dict[str, str]] = {}
    link: str = ""
    since: datetime | None = None
    until: datetime | None = None
    next_at: datetime | None = None
    keys: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    is_urgent: bool = False

    def said(self, name: str, language: str) -> str:
        return self.texts.get(language, {}).get(name, "")


@dataclass(frozen=True, slots=True)
class Gap:
    """What is missing before it can be told: the field of the form, and a sentence."""

    field: str
    message: str


def gaps(written: Written, languages: Sequence[str]) -> list[Gap]:
    """Return what a story still lacks; nothing where it can be told."""
    return [*_words(written, languages[0]), *_facts(written)]


def _words(written: Written, first: str) -> Iterator[Gap]:
    if not written.said("title", first):
        yield Gap(f"title-{first}", "is missing: it is all that a short message can carry")
    if not (written.said("what", first) or written.said("body", first)):
        yield Gap(f"what-{first}", "is missing: say what happened")


def _facts(written: Written) -> Iterator[Gap]:
    address = urlsplit(written.link)
    if address.scheme not in ("http", "https") or not address.netloc:
        yield Gap("link", "is missing: where all of it stands, such as https://example.org/news/")
    if written.event is Event.CERTIFICATE_EXPIRING and written.until is None:
        yield Gap("until", "is missing: until when does the certificate hold?")
    if written.since and written.until and written.until < written.since:
        yield Gap("until", "lies before the beginning")
    if len(written.keys) > _MOST_PARTS:
        yield Gap("keys", f"at most {_MOST_PARTS} parts; choose none for everything")


def story_of(
    written: Written, *, about: str, languages: Sequence[str], parts: Sequence[Part],
    is_correction: bool,
) -> Story:  # fmt: skip
    """Return the story as it is told. Its revision is that of the words themselves."""
    first = written.texts.get(languages[0], {})
    others = {
        language: texts
        for language in languages[1:]
        if (texts := {name: text for name, text in written.texts.get(language, {}).items() if text})
    }
    return Story(
        about=about,
        event=written.event,
        revision=revision_of(written, about),
        title=first.get("title", ""),
        link=written.link,
        what=first.get("what", ""),
        affects=first.get("affects", ""),
        since=written.since,
        until=written.until,
        advice=first.get("advice", ""),
        next_at=written.next_at,
        state=first.get("state", ""),
        body=first.get("body", ""),
        severity=written.severity,
        is_urgent=written.is_urgent or written.event is Event.ALERT_RAISED,
        is_correction=is_correction,
        parts=tuple(parts),
        pages=written.pages,
        audiences=written.audiences,
        translations=others,
    )


def revision_of(written: Written, about: str) -> str:
    text = about.encode() + b" " + msgspec.json.encode(written, order="deterministic")
    return blake2b(text, digest_size=8).hexdigest()


def lacking(written: Written, languages: Sequence[str]) -> list[str]:
    """Return the languages in which the headline is not said: their readers get the first one."""
    return [one for one in languages[1:] if not written.said("title", one)]


def changed(was: Written, now: Written) -> list[str]:
    """Return the names of what differs, as the form calls its fields."""
    plain = ("event", "severity", "link", "since", "until", "next_at", "keys", "pages",
             "audiences", "is_urgent")  # fmt: skip
    found = [name for name in plain if getattr(was, name) != getattr(now, name)]
    languages = dict.fromkeys((*was.texts, *now.texts))
    return found + [
        f"{name}-{language}"
        for language in languages
        for name in TEXTS
        if was.said(name, language) != now.said(name, language)
    ]
