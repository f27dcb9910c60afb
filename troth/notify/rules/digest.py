"""Several stories as one: a digest, or what came in a burst. Pure."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

from troth.notify.rules.story import Story, in_language

_TITLES: Final = {"en": "{count} messages: {first}", "de": "{count} Nachrichten: {first}"}


def together(stories: Sequence[Story], language: str) -> Story:
    """Return one story that tells several, the newest first. Its revision is that of them all."""
    said = [in_language(story, language) for story in reversed(stories)]
    title = _TITLES.get(language.partition("-")[0], _TITLES["en"])
    parts = {part.key: part for story in stories for part in story.parts}
    newest = said[0]
    return Story(
        about=newest.about,
        event=newest.event,
        revision=blake2b(
            " ".join(story.revision for story in stories).encode(), digest_size=16
        ).hexdigest(),
        title=title.format(count=len(said), first=newest.title),
        link=newest.link,
        body="\n".join(line_of(story) for story in said),
        severity=max(story.severity for story in stories),
        is_correction=any(story.is_correction for story in stories),
        parts=tuple(parts.values()),
    )


def line_of(story: Story) -> str:
    """Return a story as a line of a list, in Markdown."""
    said = ": ".join(part for part in (story.state, story.what or story.advice) if part)
    return f"- [{_plain(story.title)}]({story.link}){'. ' if said else ''}{_plain(said)}"


def _plain(text: str) -> str:
    """Return a text in one line in which no sign means Markdown."""
    marks = str.maketrans({mark: f"\\{mark}" for mark in "\\[]*_`<>#"})
    return " ".join(text.split()).translate(marks)
