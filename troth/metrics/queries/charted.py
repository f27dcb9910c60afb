"""What a drawing of a stream needs: each day with its limits, score, phase and rules."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from math import nan

import numpy as np

from troth.core import clock
from troth.core.windows import Span
from troth.metrics.drift import fades as faded
from troth.metrics.drift.enrolment import thresholds_from
from troth.metrics.drift.foresight import Days, Foresight, foreseen
from troth.metrics.drift.lessons import Lesson, lesson
from troth.metrics.drift.limits import SPECIAL, limits
from troth.metrics.drift.normal import Array
from troth.metrics.drift.onsets import changes
from troth.metrics.drift.pasts import offered
from troth.metrics.drift.pictures import Chart, Event, Phase, Point
from troth.metrics.drift.readings import Distances, distances
from troth.metrics.drift.rules import marks
from troth.metrics.drift.thresholds import shown
from troth.metrics.models import Baseline, Evaluation, Stream
from troth.metrics.queries.faded import fades, view_of
from troth.metrics.queries.paneled import Part, Watched, watched


def chart(
    *, stream: int, span: Span, at: datetime | None = None, events: Sequence[Event] = ()
) -> Chart:
    """Return the stream's chart for the local days in `span`, as of `at` (default now).

    `events` are what happened beside it (releases, incidents, decisions): those of the span are
    drawn, and the decisions on its baselines are added to them. Raises Stream.DoesNotExist.
    """
    until = at or clock.now()
    row = (
        Stream.objects.select_related("series__sweep").prefetch_related("baselines").get(pk=stream)
    )
    zone = row.series.sweep.tz
    first, last = span.start.astimezone(zone).date(), span.end.astimezone(zone).date()
    found = watched([row], now=until)
    points, limit = points_of(found) if found else ({}, None)
    drawn = tuple(point for day, point in sorted(points.items()) if first <= day <= last)
    drawn_of = {part.phase for part in found.parts if part.row.baseline} if found else set()
    decided = [
        _phase(phase, found)
        for phase in row.baselines.all()
        if phase.decided_at <= until or phase in drawn_of
    ]
    return Chart(
        stream=view_of(row),
        points=drawn,
        shifts=_shifts(drawn),
        phases=tuple(decided),
        limit=limit,
        fades=tuple(fades(at=until, since=span.start, stream=stream)),
        events=tuple(
            event for event in [*events, *_decisions(decided)] if first <= event.day <= last
        ),
        offered=_offered(found) if found and found.parts else None,
        lesson=_lesson(found) if found and found.parts and row.holidays else None,
        next=_next(row, found, points) if found and found.parts else (),
        limits=thresholds_from(row.thresholds),
    )


def _next(row: Stream, found: Watched, points: Mapping[date, Point]) -> tuple[Foresight, ...]:
    """Return what is foreseen of a stream that is watched, from its whole days; of time nothing."""
    whole = found.panel.first + timedelta(days=int(found.parts[-1].row.complete))
    days = [day for day in sorted(points) if day < whole]
    if row.evidence != 1 or row.ended_at is not None or not days:
        return ()
    column = [points.get(days[0] + timedelta(days=n)) for n in range((whole - days[0]).days)]
    values = [one.value if one is not None and one.value is not None else nan for one in column]
    cases = [float(one.n) if one is not None else 0.0 for one in column]
    return foreseen(Days(row.reading, days[0], np.array(values), np.array(cases)))


def _offered(found: Watched) -> tuple[date, int] | None:
    """Return a past that is longer than what is usual now is made of, to be decided on."""
    part, last = found.parts[-1], len(found.parts) - 1
    if part.row.baseline is None:
        return None
    start = part.row.start + (part.phase.number > 1)  # a decision holds from a later day on
    return offered(found.panel, last, start=start, until=part.row.complete, usual=part.row.baseline)


def _lesson(found: Watched) -> Lesson | None:
    """Return what the usual that stands now would learn of holidays, to be decided on."""
    part, last = found.parts[-1], len(found.parts) - 1
    if part.row.baseline is None:
        return None
    start = part.row.start + (part.phase.number > 1)
    return lesson(found.panel, last, start=start, usual=part.row.baseline)


def _shifts(points: Sequence[Point]) -> tuple[date, ...]:
    """Return on which days the level changed; the running day is not over and says nothing."""
    whole = [point for point in points if point.z is not None or point.expected is None]
    values = np.array([np.nan if one.value is None else one.value for one in whole], dtype=float)
    return tuple(whole[index].day for index in changes(values))


def _phase(phase: Baseline, found: Watched | None) -> Phase:
    made = (
        next((part.row.baseline for part in found.parts if part.phase == phase), None)
        if found
        else None
    )
    return Phase(
        number=phase.number,
        starts_on=phase.starts_on,
        frozen_at=phase.frozen_at,
        center=made.center if made else None,
        dispersion=made.dispersion if made else None,
        days=made.days if made else 0,
        reason=phase.reason,
        author=phase.author,
        decided_at=phase.decided_at,
    )


def _decisions(phases: Sequence[Phase]) -> list[Event]:
    return [
        Event(phase.starts_on, "decision", f"New baseline: {phase.reason}")
        for phase in phases
        if phase.number > 1
    ]


def points_of(found: Watched) -> tuple[dict[date, Point], float | None]:
    """Return the points of each day, of the phase that the day belongs to, and the fade's limit."""
    panel, rows = found.panel, [part.row for part in found.parts]
    days = np.arange(panel.shape[1])
    complete = days < np.array([row.complete for row in rows])[:, None]
    alive = (days >= np.array([row.start for row in rows])[:, None]) & (
        days < np.array([row.end for row in rows])[:, None]
    )
    made = np.array(
        [(row.baseline.last - panel.first).days if row.baseline else len(days) for row in rows]
    )
    baselines = [row.baseline for row in rows]
    seen = distances(panel, baselines, judged=alive & complete & (days > made[:, None]))
    chosen = limits(streams=_how_many(), days=allowed_days())
    charted = faded.fades(seen, chosen, alive=alive)
    points: dict[date, Point] = {}
    for index, part in enumerate(found.parts):
        whole = _drawn(found, part, index, seen)
        scores = charted.memory.score[index]
        for day in np.flatnonzero(alive[index]):
            point = whole[day]
            ewma = round(float(scores[day]), 4) if seen.judged[index, day] else None
            points[point.day] = Point(
                point.day, point.value, point.n, point.expected, point.low, point.high, point.z,
                ewma, point.rules,
            )  # fmt: skip
    limit = float(charted.limit[-1]) if found.parts and found.parts[-1].row.baseline else None
    return points, limit


def _drawn(found: Watched, part: Part, index: int, seen: Distances) -> list[Point]:
    panel = found.panel
    values, volume = panel.values()[index], panel.volume()[index]  # NaN where there is no case
    usual = shown(panel, seen.expected)[index]
    reach = (
        SPECIAL * seen.sigma[index] * (panel.hours[index] if part.stream.reading == "count" else 1)
    )
    low, high = usual - reach, usual + reach
    if part.stream.reading == "share":
        low = np.where(volume > 0, low, np.nan)  # of no case a day may bring anything
    if part.stream.reading != "mean":
        low = np.maximum(low, 0)
    if part.stream.reading == "share":
        high = np.minimum(high, 1)
    complete = np.arange(len(values)) < part.row.complete
    z = np.where(complete & ~np.isnan(values), seen.z[index], np.nan)
    rules = marks(z)
    return [
        Point(
            day=panel.first + timedelta(days=day),
            value=_number(values, day),
            n=int(volume[day]), expected=_number(usual, day), low=_number(low, day),
            high=_number(high, day), z=_number(z, day), rules=rules[day],
        )
        for day in range(len(values))
    ]  # fmt: skip


def _number(column: Array, day: int) -> float | None:
    value = float(column[day])
    return None if np.isnan(value) else value


def _how_many() -> int:
    return max(1, Stream.objects.filter(ended_at=None).count())


def allowed_days() -> float:
    """Return how many days may pass between two false alarms over everything, in the mean."""
    row = Evaluation.objects.filter(pk=1).first()
    return row.budget_days if row else Evaluation().budget_days
