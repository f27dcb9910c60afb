"""The weekly audit: each pillar with its points, promises, hairline cracks, trifles and wins."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from troth.desk import fading, wins
from troth.desk.happenings import Happening
from troth.desk.reporting.drafts import Draft
from troth.desk.reporting.periods import Period
from troth.metrics import queries as metrics
from troth.metrics.drift.pictures import Blind, FadeView, Loss, StreamView
from troth.promises import queries as promises
from troth.promises.queries import scores
from troth.promises.rules.results import Standing
from troth.promises.scoring.composing import PillarScore, Score
from troth.promises.scoring.constants import OTHER
from troth.promises.scoring.stored import StoredScore

_LOOKS_BACK = timedelta(weeks=12)  # of the score's days, before the week
_SCOPE = "all"  # the desk sees promises that are not public, too


@dataclass(frozen=True, slots=True)
class _Places:
    """Which pillar a promise, a stream, a touchpoint and an address belong to."""

    promises: Mapping[str, str]
    touchpoints: Mapping[str, str]

    def of_stream(self, stream: StreamView | None) -> str:
        if stream is None:
            return OTHER
        own = self.promises.get(stream.key.removeprefix("promise:"))
        return own or self.touchpoints.get(stream.touchpoint, OTHER)

    def of_address(self, url: str) -> str:
        for slug, pillar in self.promises.items():
            stream = reverse("desk:stream", args=[f"promise:{slug}"])
            if url in (reverse("promises:show", args=[slug]), stream):
                return pillar
        return OTHER


def is_wanted() -> bool:
    """Return whether there is anything to audit: a promise, or a stream that is watched."""
    return bool(promises.promises() or metrics.streams())


def compose(period: Period) -> Sequence[Draft]:
    """Return the audit of a week, as known now."""
    start, end = period.span.start, period.span.end
    score, before = scores.score(at=end, scope=_SCOPE), scores.score(at=start, scope=_SCOPE)
    standings = promises.standing(at=end)
    places = _places(standings, score)
    cracks = [(places.of_stream(one.stream), _crack(one)) for one in _fades(period)]
    won = wins.since(start, until=end, most=100)
    parts = {
        "promises": list(_promises(standings, start, places)),
        "cracks": cracks,
        "trifles": [(places.of_stream(one.stream), _trifle(one))
                    for one in metrics.losses(week=period.last)],
        "blind_spots": [(places.touchpoints.get(one.touchpoint, OTHER), _blind(one))
                        for one in promises.blind_spots(at=end)],
        "wins": [(places.of_address(one.url), _win(one)) for one in won],
    }  # fmt: skip
    figures = {
        "score": _score(score, before),
        "score_days": [
            _scored(one)
            for one in scores.history(
                since=period.first - _LOOKS_BACK, until=period.last, scope=_SCOPE, brief=True
            )
        ],
        "pillars": [_pillar(one, before, parts) for one in _six(score)],
    }
    return [Draft(f"Weekly pillar audit {period.label}", figures)]


def _six(score: Score) -> Iterable[PillarScore]:
    """Return the pillars of the rules, and what is in none where there is any."""
    named = {one.key: one for one in score.pillars}
    for pillar in score.constants.pillars:
        empty = PillarScore(pillar.key, pillar.name, 0.0, None, None, 0, enough=False)
        yield named.pop(pillar.key, empty)
    name = score.constants.pillar(OTHER).name
    yield named.get(OTHER, PillarScore(OTHER, name, 0.0, None, None, 0, enough=False))


def _places(standings: Sequence[Standing], score: Score) -> _Places:
    own = {one.slug: score.constants.pillar_of(one.pillar) for one in standings}
    found = {one.touchpoint: own[one.slug] for one in standings if one.touchpoint}
    return _Places(own, found)


def _fades(period: Period) -> Iterable[FadeView]:
    """Return what rang and was open in the week, as it stood at its end."""
    found = metrics.fades(since=period.span.start, at=period.span.end)
    return [one for one in found if one.rings]


def _score(score: Score, before: Score) -> dict[str, Any]:
    change = None
    if score.value is not None and before.value is not None:
        change = score.value - before.value
    return {
        "value": score.value, "low": score.band.low if score.band else None,
        "high": score.band.high if score.band else None, "grade": score.grade,
        "change": change, "rules": score.constants.version, "day": score.day,
    }  # fmt: skip


def _scored(one: StoredScore) -> dict[str, Any]:
    return {"day": one.day, "value": one.value, "low": one.low, "high": one.high}


def _pillar(
    one: PillarScore, before: Score, parts: Mapping[str, Sequence[tuple[str, dict[str, Any]]]]
) -> dict[str, Any]:
    was = next((each.points for each in before.pillars if each.key == one.key), None)
    points = one.points if one.enough else None
    return {
        "key": one.key, "name": one.name, "points": points, "enough": one.enough,
        "low": one.band.low if one.band and one.enough else None,
        "high": one.band.high if one.band and one.enough else None,
        "change": points - was if points is not None and was is not None else None,
        **{name: [row for place, row in rows if place == one.key] for name, rows in parts.items()},
    }  # fmt: skip


def _promises(
    standings: Sequence[Standing], start: datetime, places: _Places
) -> Iterable[tuple[str, dict[str, Any]]]:
    was = {one.slug: one.verdict.value for one in promises.standing(at=start)}
    for one in standings:
        yield places.promises[one.slug], {
            "slug": one.slug, "name": one.name, "verdict": one.verdict.value, "why": one.why,
            "verdict_before": was.get(one.slug, ""), "good": one.good, "total": one.total,
            "share": one.good / one.total if one.total else None,
            "low": float(one.interval.low) if one.interval else None,
            "high": float(one.interval.high) if one.interval else None,
            "target": float(one.target), "timed": one.timed, "window": _window(one),
        }  # fmt: skip


def _window(one: Standing) -> str:
    return one.windows[0].window if one.windows else ""


def _crack(fade: FadeView) -> dict[str, Any]:
    told = fading.told(fade)
    return {
        "title": told.title, "kind": fade.kind, "text": told.text, "since": told.since,
        "told_on": fade.opened_on, "closed_on": fade.closed_on, "size": fade.size,
        "stream": fade.stream.key if fade.stream else "",
    }  # fmt: skip


def _trifle(loss: Loss) -> dict[str, Any]:
    return {
        "name": loss.stream.name, "stream": loss.stream.key, "cases": loss.cases,
        "volume": loss.volume, "gap": loss.gap, "reading": loss.stream.reading,
        "days": loss.days, "loss": loss.loss, "told": loss.noticed,
    }  # fmt: skip


def _blind(one: Blind) -> dict[str, Any]:
    return {
        "touchpoint": one.title, "step": one.step, "last": one.last, "why": one.why,
        "streams": list(one.streams),
    }  # fmt: skip


def _win(one: Happening) -> dict[str, Any]:
    return {"name": one.name, "text": one.text, "at": one.at}
