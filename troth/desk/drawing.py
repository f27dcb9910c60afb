"""Control charts for the desk: days against what is usual, and many small slips added up."""

from collections.abc import Callable
from datetime import date, timedelta

from django.utils.safestring import SafeString

from troth.metrics import wording
from troth.metrics.drift.pictures import Chart, Point, StreamView
from troth.metrics.drift.thresholds import line_on
from troth.ui import charts


def _nowhere(_day: date) -> str:
    return ""


def control(
    chart: Chart, *, cases: Callable[[date], str] = _nowhere, is_part: bool = False
) -> SafeString:
    """Return the days with what is usual of each (the band), the promise, and what happened.

    `cases` tells where those of a day are; `is_part`: the line is of one segment, and so are its
    facts.
    """
    stream = chart.stream
    target, said = _promised(chart)
    return charts.line(
        [
            charts.Point(
                one.day,
                one.value,
                one.low,
                one.high,
                is_marked=bool(one.rules),
                href=cases(one.day) if one.n else "",
                n=one.n,
            )
            for one in _whole(chart)
        ],
        label=stream.name,
        target=target,
        events=_events(chart, is_part=is_part),
        unit=unit_of(stream),
        shaded="shaded: where a usual day lies",
        dashed=f"dashed: {said[0].lower()}{said[1:]}" if said else "",
        band="Usual band",
        steps=said,
        ahead=_ahead(chart),
        boxed="boxes: where the next day and the next seven days will lie, nine times in ten",
    )


def _ahead(chart: Chart) -> list[charts.Ahead]:
    """Return what is foreseen; of a count its days alone: seven together are on another scale."""
    shown = [one for one in chart.next if one.days == 1 or chart.stream.reading != "count"]
    return [
        charts.Ahead(one.starts_on, one.ends_on + timedelta(days=1), one.low, one.high)
        for one in shown
    ]


def _promised(chart: Chart) -> tuple[list[charts.Step], str]:
    """Return what is drawn beside the days, and what it is: the promise, else a limit of a day."""
    if chart.stream.target is not None and chart.points:
        return [charts.Step(chart.points[0].day, chart.stream.target)], "What was promised"
    if not chart.limits:
        return [], ""
    lines = [(one.day, line_on(chart.limits[0], one.expected)) for one in chart.points]
    steps = [charts.Step(day, value) for day, value in lines if value is not None]
    return steps, "A limit, beyond which a day is told"


def scores(chart: Chart) -> SafeString | str:
    """Return how far many small slips have added up, against the limit of a fade; "" before."""
    known = [one for one in chart.points if one.ewma is not None]
    if not known or chart.limit is None:
        return ""
    return charts.line(
        [charts.Point(one.day, one.ewma) for one in known],
        label=f"{chart.stream.name}: small slips added up",
        target=[charts.Step(known[0].day, chart.limit)],
        unit="sigmas",
        dashed="dashed: beyond it, it is told",
        steps="Beyond this it is told",
    )


def _whole(chart: Chart) -> list[Point]:
    """Return the points up to the last day with a case: a day that goes on has no limits yet."""
    known = [place for place, one in enumerate(chart.points) if one.value is not None]
    return list(chart.points[: known[-1] + 1]) if known else []


def unit_of(stream: StreamView) -> str:
    """Return the unit of a stream's values as charts say it."""
    if stream.reading == "share":
        return "share"
    return {"s": "seconds"}.get(stream.unit, stream.unit)


def _events(chart: Chart, *, is_part: bool) -> list[charts.Event]:
    happened = [charts.Event(one.day, one.title, one.link) for one in chart.events]
    happened += [charts.Event(day, "the level changed, seen from today") for day in chart.shifts]
    shown = {one.day for one in chart.points}
    for fade in (one for one in chart.fades if is_part or not one.segment):
        if fade.onset in shown:
            happened.append(charts.Event(fade.onset, f"began: {wording.word(fade)}"))
        if fade.opened_on in shown:
            happened.append(charts.Event(fade.opened_on, f"told: {wording.word(fade)}"))
    return sorted(happened, key=lambda one: one.at)
