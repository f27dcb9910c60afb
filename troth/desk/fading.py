"""What faded, in words that somebody who has never seen a control chart can use."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.urls import reverse

from troth.metrics.drift.pictures import FadeView, StreamView
from troth.ui import words

KINDS: Final = {
    "stack": "many a little worse",
    "fade": "fading",
    "spike": "one unusual day",
    "predictability": "less predictable",
    "gap": "short of the promise",
    "threshold": "past a limit",
    "no_data": "silent",
}


@dataclass(frozen=True, slots=True)
class Told:
    """A fade for a screen: what it is of, what it is, since when, and where there is more."""

    fade: FadeView
    title: str
    word: str
    text: str
    since: date
    url: str


def told(fade: FadeView) -> Told:
    """Return a fade in words."""
    stream = fade.stream
    title = stream.name if stream else "Several touchpoints together"
    if fade.segment:
        title += f" ({', '.join(f'{name} {value}' for name, value in fade.segment.items())})"
    return Told(
        fade=fade,
        title=title,
        word=KINDS.get(fade.kind, fade.kind),
        text=_text(fade),
        since=fade.onset or fade.opened_on,
        url=url_of(stream) if stream else f"{reverse('desk:fades')}#fade-{fade.pk}",
    )


def url_of(stream: StreamView) -> str:
    return reverse("desk:stream", args=[stream.key])


def _text(fade: FadeView) -> str:
    if fade.kind == "no_data":
        return "says nothing any more"
    if fade.kind == "stack":
        return f"{_parts(fade)}"
    if fade.kind == "predictability":
        times = float(fade.evidence.get("times_wider", 1))
        return f"days scatter {words.number(times, 1)} times as much as they did"
    against = {"gap": "than promised", "threshold": "than the limit"}.get(fade.kind, "than usual")
    way = "worse" if fade.size >= 0 else "better"
    return f"{size(fade.size, fade.stream)} {way} {against}"


def _parts(fade: FadeView) -> str:
    names = [f"{part['name']} ({words.share(part['part'], 0)})" for part in fade.contributors[:4]]
    more = len(fade.contributors) - len(names)
    return ", ".join(names) + (f" and {more} more" if more > 0 else "")


def size(value: float, stream: StreamView | None) -> str:
    """Return a size in the stream's own unit: shares are told in percentage points."""
    if stream is None or stream.reading == "share":
        return f"{words.number(abs(value), 1)} pp"
    return words.measured(round(abs(value), 2), stream.unit)


def reading(value: float | None, stream: StreamView) -> str:
    """Return a reading of a stream as people say it."""
    if stream.reading == "share":
        return words.share(value)
    if value is None:
        return words.NOTHING
    return words.measured(round(value, 2), stream.unit if stream.reading == "mean" else "")
