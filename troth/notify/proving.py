"""Whether a template of our own may be used, and how a story looks by it before it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.conf import settings

from troth.core import clock
from troth.core.fields import nearest
from troth.notify import sandbox, wording
from troth.notify.channel import Channel, Shape, Words
from troth.notify.rules import counting, labels, samples, saying
from troth.notify.rules.events import Event
from troth.notify.rules.story import Story
from troth.notify.sandbox import WordingError
from troth.notify.wording import PARTS, Place, Wordings

# Without these a message cannot be followed up: what each text must say.
_MUST_SAY: Final[Mapping[Shape, tuple[str, ...]]] = {
    Shape.MAIL: ("title", "link", "revision", "manage_url"),
    Shape.SMS: ("title", "link", "revision"),
    Shape.POST: ("title", "link", "revision"),
    Shape.CARD: ("revision",),
    Shape.NOTE: ("link", "revision"),
    Shape.SPOKEN: ("title", "revision_spoken"),
}


def prove(place: Place, text: str) -> None:
    """Raise WordingError, with line and reason, where a template must not be used."""
    shape, part, event, language = _known(place)
    for name, line in sandbox.names(text).items():
        if name not in saying.NAMES:
            known = nearest(name, saying.NAMES)
            raise WordingError(f"a story has no “{name}”{known}", line)
    for one in [event] if event else list(Event):
        _prove_with(text, (shape, part, language), one)


def _known(place: Place) -> tuple[Shape, str, Event | None, str]:
    shape, part, event, language = place
    if shape not in list(Shape) or part not in PARTS[Shape(shape)]:
        raise WordingError(f"there is no {part} of {shape}")
    if event and event not in list(Event):
        raise WordingError(f"there is no event “{event}”")
    if language not in labels.LANGUAGES:
        raise WordingError(f"“{language}” is none of {', '.join(labels.LANGUAGES)}")
    return Shape(shape), part, Event(event) if event else None, language


def _prove_with(text: str, place: tuple[Shape, str, str], event: Event) -> None:
    shape, part, language = place
    at, base_url = clock.now(), settings.TROTH.base_url
    for story in (
        samples.sample(event, base_url=base_url, at=at),
        samples.bare(event, base_url=base_url, at=at),
    ):
        said = saying.said(story, language, wording.manner())
        said = saying.escaped(said, story, language) if part == "html" else said
        told = sandbox.rendered(text, said)
        _must_say(told, said, (shape, part))
        if shape is Shape.SMS and story.what == "":
            _must_fit(wording.laid_out(told, shape))


def _must_say(told: str, said: saying.Saying, place: tuple[Shape, str]) -> None:
    shape, part = place
    needed = ("title",) if part == "title" else _MUST_SAY[shape]
    for name in needed:
        if said[name] is not None and str(said[name]) not in told:
            raise WordingError(f"it must always say {{{{ {name} }}}}")


def _must_fit(text: str) -> None:
    if counting.sms_parts(text) > 1:
        counted = counting.septets(text) or len(text)
        raise WordingError(
            f"it takes {counted} of {counting.GSM_LIMIT} characters with the least of a story"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """How a story looks: `measured` of `limit`, as the network counts; a limit of 0 is none."""

    words: Words
    measured: int
    limit: int
    remark: str
    parts: int = 1  # as how many messages an SMS goes


def preview(story: Story, *, channel: Channel, language: str, wordings: Wordings) -> Preview:
    """Return what a reader of a channel would get."""
    shape = channel.shape
    words = wording.words_of(
        story,
        shape=shape,
        language=language,
        limit=channel.limit,
        counts=channel.counts,
        wordings=wordings,
    )
    base_url = settings.TROTH.base_url
    manage = f"{base_url}/subscription/…/"
    shown = wording.personal(words, manage_url=manage, end_url=f"{manage}end")
    measured, limit = _measured(shown.text, channel)
    parts = counting.sms_parts(shown.text) if shape is Shape.SMS else 1
    return Preview(words=shown, measured=measured, limit=limit, remark=words.remark, parts=parts)


def _measured(text: str, channel: Channel) -> tuple[int, int]:
    if channel.shape is not Shape.SMS:
        return channel.counts(text), channel.limit
    counted = counting.septets(text)
    if counted is None:
        return len(text.encode("utf-16-le")) // 2, counting.UCS2_LIMIT
    return counted, counting.GSM_LIMIT
