"""What faded, for a screen: in words, since when, where there is more, and what was done of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.urls import reverse

from troth.incidents import queries as incidents
from troth.incidents.queries.fades import Answered
from troth.metrics import queries, wording
from troth.metrics.drift.pictures import FadeView, HourView, StreamView
from troth.plan import queries as plan
from troth.ui import words

KINDS: Final = wording.KINDS
size = wording.size


@dataclass(frozen=True, slots=True)
class Told:
    """A fade for a screen. `answered` and `goal`: what somebody, or the installation, did of it."""

    fade: FadeView
    title: str
    word: str
    text: str
    since: date
    url: str
    answered: Answered | None = None
    goal: object | None = None


def told(fade: FadeView, *, answered: Answered | None = None, goal: object | None = None) -> Told:
    """Return a fade in words."""
    return Told(
        fade=fade,
        title=wording.title(fade),
        word=wording.word(fade),
        text=wording.text(fade),
        since=fade.onset or fade.opened_on,
        url=url_of(fade.stream) if fade.stream else f"{reverse('desk:fades')}#fade-{fade.pk}",
        answered=answered,
        goal=goal,
    )


def with_answers(fades: Iterable[FadeView]) -> list[Told]:
    """Return fades in words, each with the incident and the goal that were made of it."""
    found = list(fades)
    keys = [one.pk for one in found]
    answers, goals = incidents.fade_answers(keys), plan.goals_for(keys)
    return [told(one, answered=answers.get(one.pk), goal=goals.get(one.pk)) for one in found]


def url_of(stream: StreamView) -> str:
    return reverse("desk:stream", args=[stream.key])


@dataclass(frozen=True, slots=True)
class Hours:
    """Today so far, in words. `until` "": nothing can be said, for `text` is so."""

    until: str
    text: str
    usual: str
    worse: bool
    each: tuple[HourView, ...]


def today(stream: StreamView, now: datetime) -> Hours | None:
    """Return today so far of a stream that is judged by the hour; None for others."""
    found = queries.today(stream=stream.pk, at=now)
    if found is None:
        return None
    one = found.so_far
    if one is None or found.until is None:
        return Hours("", found.why, "", worse=False, each=found.hours)
    text = wording.so_far(one.seen, one.cases, one.expected, stream)
    outside = one.seen > one.high or one.seen < one.low
    return Hours(
        wording.clock_of(found.until, stream), text, f"{_end(one.low, stream)} to "
        f"{_end(one.high, stream)}", worse=outside and one.z > 0, each=found.hours,
    )  # fmt: skip


def _end(value: float, stream: StreamView) -> str:
    if stream.reading == "mean":
        return words.measured(round(value, 2), stream.unit)
    return words.number(round(value))


def reading(value: float | None, stream: StreamView) -> str:
    """Return a reading of a stream as people say it."""
    if stream.reading == "share":
        return words.share(value)
    if value is None:
        return words.NOTHING
    return words.measured(round(value, 2), stream.unit if stream.reading == "mean" else "")
