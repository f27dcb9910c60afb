"""A story becomes words: by the shipped templates, or by our own in their place.

An own template that fails is never used and never stops a message: the shipped one speaks instead,
and the words' remark says so.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from importlib.resources import files
from typing import Final

from django.conf import settings

from troth.notify import mailframe, sandbox
from troth.notify.channel import Shape, Words
from troth.notify.rules import counting, labels, saying
from troth.notify.rules.fitting import Fits, fitted, shortened
from troth.notify.rules.quiet import zone_of
from troth.notify.rules.saying import Manner, Saying
from troth.notify.rules.story import Story
from troth.notify.sandbox import WordingError

# Which parts each shape has. A hook's words are the story itself.
PARTS: Final[Mapping[Shape, tuple[str, ...]]] = {
    Shape.MAIL: ("title", "text", "html"),
    Shape.SMS: ("text",),
    Shape.POST: ("text",),
    Shape.CARD: ("title", "text"),
    Shape.NOTE: ("title", "text"),
    Shape.SPOKEN: ("text",),
    Shape.HOOK: (),
}
_LONGEST_TITLE: Final = 150
_SHORT_TITLES: Final = (60, 30, 12)
_ONE_LINE: Final = frozenset({Shape.SMS, Shape.SPOKEN})
_SPACE: Final = re.compile(r"\s+")
_BLANKS: Final = re.compile(r"\n{3,}")

# Where a template of our own stands: shape, part, event ("": every), language.
Place = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Wordings:
    """Templates of our own in force. `version` is another one whenever they change."""

    texts: Mapping[Place, str] = field(default_factory=dict)
    version: int = 0


SHIPPED: Final = Wordings()


def words_of(  # noqa: PLR0913 - all named
    story: Story,
    *,
    shape: Shape,
    language: str,
    limit: int = 0,
    counts: Callable[[str], int] = len,
    wordings: Wordings = SHIPPED,
    zone: str = "",
) -> Words:
    """Return a story in one shape and language, the same for every reader of one zone.

    Times are those of `zone`; "" is the house's own.
    `limit` is the most that `text` may measure by `counts`; 0: no limit. Each reader's own links
    stand in it as saying.MANAGE_URL and END_URL: whoever sends puts the real ones in.
    """
    said = saying.said(story, language, manner(zone))
    if shape is Shape.HOOK:
        return Words(title=said["title"], text=story.what or said["body"] or "")
    speaker = _Speaker(story, shape, language, wordings)
    title = shortened(_line(speaker.say("title", said)), _LONGEST_TITLE)
    text = speaker.say_fitting(_tries(said, shape, limit, counts))
    html = speaker.say("html", saying.escaped(said, story, language))
    return Words(
        title=title or said["title"],
        text=text,
        html=mailframe.framed(html, title=title, language=labels.spoken(language)) if html else "",
        fields=saying.fields(said, language) if shape is Shape.CARD else (),
        remark="; ".join(speaker.remarks),
    )


def manner(zone: str = "") -> Manner:
    """Return how the house speaks to readers in a zone."""
    house = settings.TROTH
    return Manner(organisation=house.organisation, zone=zone_of(zone or house.time_zone))


def personal(words: Words, *, manage_url: str, end_url: str) -> Words:
    """Return words with a reader's own links in place."""
    put = partial(_put, manage_url=manage_url, end_url=end_url)
    return replace(words, text=put(words.text), html=put(words.html))


def _put(text: str, *, manage_url: str, end_url: str) -> str:
    return text.replace(saying.MANAGE_URL, manage_url).replace(saying.END_URL, end_url)


@cache
def shipped(shape: Shape, part: str, language: str) -> str:
    """Return the shipped template; empty where the shape has no such part."""
    if part not in PARTS[shape]:
        return ""
    name = f"{shape.value}.{part}.{labels.spoken(language)}.liquid"
    return files("troth.notify").joinpath("wordings", name).read_text(encoding="utf-8")


class _Speaker:
    """Says each part by our own template, or by the shipped one where ours fails."""

    def __init__(self, story: Story, shape: Shape, language: str, wordings: Wordings) -> None:
        self.story, self.shape, self.language = story, shape, language
        self.wordings = wordings
        self.remarks: list[str] = []

    def say(self, part: str, said: Saying) -> str:
        own = self._own(part)
        if own:
            try:
                return sandbox.rendered(own, said)
            except WordingError as error:
                self._remark(part, error)
        template = shipped(self.shape, part, self.language)
        return sandbox.rendered(template, said) if template else ""

    def say_fitting(self, tries: Sequence[tuple[Saying, Fits]]) -> str:
        """Return the text with as much as fits, by the first of `tries` that holds it at all."""
        for said, fits in tries:
            for template in (self._own("text"), shipped(self.shape, "text", self.language)):
                text = self._fitted(template, said, fits) if template else None
                if text is not None:
                    return text
        least = [self._least(tries[0][0], most) for most in _SHORT_TITLES]
        return next((one for one in least if any(fits(one) for _, fits in tries)), least[-1])

    def _least(self, said: Saying, most: int) -> str:
        title = shortened(said["title"], most)
        return laid_out(f"{title} {said['link']} #{said['revision']}", self.shape)

    def _fitted(self, template: str, said: Saying, fits: Fits) -> str | None:
        try:
            text = fitted(partial(self._rendered, template), said, fits)
        except WordingError as error:
            self._remark("text", error)
            return None
        if text is None:
            self._remark("text", WordingError("it does not fit, however much is left out"))
        return text

    def _own(self, part: str) -> str:
        language = labels.spoken(self.language)
        places = ((self.shape.value, part, event, language) for event in (self.story.event, ""))
        return next((text for place in places if (text := self.wordings.texts.get(place))), "")

    def _rendered(self, template: str, said: Saying) -> str:
        return laid_out(sandbox.rendered(template, said), self.shape)

    def _remark(self, part: str, error: WordingError) -> None:
        remark = f"our own {part} was not used: {error}"
        if self._own(part) and remark not in self.remarks:
            self.remarks.append(remark)


def laid_out(text: str, shape: Shape) -> str:
    """Return what a template gave, without the gaps that its tags leave."""
    if shape in _ONE_LINE:
        line = _line(text)
        return counting.simple(line) if shape is Shape.SMS else line
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return _BLANKS.sub("\n\n", lines).strip()


def _line(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _tries(
    said: Saying, shape: Shape, limit: int, counts: Callable[[str], int]
) -> list[tuple[Saying, Fits]]:
    """Return what a text is made of and must pass, the best first.

    An SMS goes as one where the essential can: before it becomes two, letters lose what only
    another alphabet has, and the state gives way to what happened ("Problem"). Only then, with a
    link that leaves no room for a headline, it goes as two or three.
    """
    if shape is not Shape.SMS:
        return [(said, lambda text: not limit or counts(text) <= limit)]
    brief = {**said, "state": None}
    plain = _plain(said)
    return [
        *((one, partial(_whole, one["title"])) for one in (said, plain)),
        *((one, partial(_in_parts, 1)) for one in (said, plain, brief, _plain(brief))),
        *((said, partial(_in_parts, parts)) for parts in (2, 3)),
    ]


def _plain(said: Saying) -> Saying:
    """Return a story whose Latin letters have no marks that an SMS cannot say."""
    return {
        name: counting.without_marks(text) if isinstance(text, str) and name != "link" else text
        for name, text in said.items()
    }


def _whole(title: str, text: str) -> bool:
    return counting.simple(title) in text and _in_parts(1, text)


def _in_parts(parts: int, text: str) -> bool:
    return counting.sms_parts(text) <= parts
