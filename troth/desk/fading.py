"""What faded, for a screen: in words, since when, where there is more, and what was done of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse

from troth.incidents import queries as incidents
from troth.incidents.queries.fades import Answered
from troth.metrics import wording
from troth.metrics.drift.pictures import FadeView, StreamView
from troth.metrics.queries.glances import losses_of
from troth.plan import queries as plan

KINDS: Final = wording.KINDS
_ORDER: Final = {kind: place for place, kind in enumerate(KINDS)}
size = wording.size
reading = wording.reading


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
        url=_url(fade),
        answered=answered,
        goal=goal,
    )


def with_answers(fades: Iterable[FadeView]) -> list[Told]:
    """Return fades in words, each with the incident and the goal that were made of it."""
    found = list(fades)
    keys = [one.pk for one in found]
    answers, goals = incidents.fade_answers(keys), plan.goals_for(keys)
    return [told(one, answered=answers.get(one.pk), goal=goals.get(one.pk)) for one in found]


def _url(fade: FadeView) -> str:
    """Return where a fade is drawn: of a segment its own page."""
    if fade.stream is None:
        return f"{reverse('desk:fades')}#fade-{fade.pk}"
    if len(fade.segment) != 1:
        return url_of(fade.stream)
    ((name, value),) = fade.segment.items()
    return f"{url_of(fade.stream)}?{urlencode({'by': name, 'is': value or ''})}"


def by_weight(fades: Iterable[FadeView]) -> list[FadeView]:
    """Return fades with what weighs most first: stacks, then by kind and by what is lost there."""
    found = list(fades)
    lost = losses_of([one.stream.pk for one in found if one.stream])
    return sorted(found, key=lambda one: (
        _ORDER.get(one.kind, len(_ORDER)), -lost.get(one.stream.pk, 0.0) if one.stream else 0.0,
        -one.opened_at.timestamp(),
    ))  # fmt: skip


def url_of(stream: StreamView) -> str:
    return reverse("desk:stream", args=[stream.key])
