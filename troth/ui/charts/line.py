"""A value over time with its interval, the target in force, and what happened meanwhile."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from troth.ui import words
from troth.ui.charts.ahead import Ahead, boxes
from troth.ui.charts.line_table import line_table
from troth.ui.charts.paths import short
from troth.ui.charts.scale import Scale, scale

_FEW = 45
_SEVERAL = 3  # events in one place that are told as from one to another
_LISTED = 12  # more events than these are folded
_APART = 45.0  # of 1000: nearer to each other two numbers would touch


@dataclass(frozen=True, slots=True)
class Point:
    """The value at a day or an aware instant, and its interval. None is a gap.

    A marked one has a dot of its own, however many points there are. `href` is where its cases are,
    `n` how many it stands on.
    """

    at: date
    value: float | None
    low: float | None = None
    high: float | None = None
    is_marked: bool = False
    href: str = ""
    n: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """The target in force from `since` on."""

    since: date
    value: float


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, said in a few words, with a link if there is more."""

    at: date
    text: str
    href: str = ""


def line(  # noqa: PLR0913 - the parts of a chart, all named
    points: Sequence[Point],
    *,
    label: str,
    target: Sequence[Step] = (),
    events: Sequence[Event] = (),
    unit: str = "share",
    dashed: str = "",
    shaded: str = "",
    zone: ZoneInfo | None = None,
    band: str = "",
    steps: str = "",
    ahead: Sequence[Ahead] = (),
    boxed: str = "",
) -> SafeString:
    """Return a figure: the line with its band, target steps, numbered events, and the table.

    `points` are oldest first. `unit` is "share" (values 0..1 shown as per cent), "seconds", or
    any word set behind plain numbers. `dashed` and `shaded` say what the steps and the band are
    where they are no target and no interval; `steps` does so in the chart's sentence, `band` in its
    table. What is foreseen (`ahead`, in words `boxed`) is drawn behind the points, what else is
    outside their time is left out. With a `zone` they are instants of a day.
    """
    known, say = [point for point in points if point.value is not None], _saying(unit)
    if not known:
        return format_html('<p class="quiet">{}</p>', _("Nothing to draw yet."))
    seen = [event for event in events if points[0].at <= event.at <= points[-1].at]
    on, when = _scale(points, target, unit, ahead), _when(zone)
    dashed, shaded = dashed or _("dashed: target"), shaded or _("shaded: 90 % interval")
    return format_html(
        '<figure class="chart"><svg role="img" aria-label="{}">{}{}</svg>'
        "<figcaption>{}{}</figcaption>{}</figure>",
        _summary(known, label, say, when) + _told(target, steps, say, of_day=zone is not None),
        _grid(on, _ticking(unit)) + _dates(points, on, _when(zone, short=True)),
        _drawing(points, target, seen, on, boxes(ahead, on)),
        _events(seen, when),
        _legend((target, dashed), (any(p.low is not None for p in known), shaded), (ahead, boxed)),
        line_table(points, say, label, (band or _("Interval"), when if zone else None)),
    )


def _scale(
    points: Sequence[Point], target: Sequence[Step], unit: str, ahead: Sequence[Ahead]
) -> Scale:
    values = [v for p in points for v in (p.value, p.low, p.high) if v is not None]
    values += [step.value for step in target] + [v for one in ahead for v in (one.low, one.high)]
    times = [p.at for p in points] + [one.until for one in ahead]
    return scale(
        times, values, top=1.0 if unit == "share" else None,
        is_duration=unit == "seconds" and max(values, default=0.0) >= 1,
    )  # fmt: skip


def _saying(unit: str) -> Callable[[float | None], str]:
    if unit == "share":
        return words.share
    if unit == "seconds":
        return words.duration
    return lambda value: f"{words.number(value, 1)} {unit}".strip()


def _ticking(unit: str) -> Callable[[float], str]:
    """Return how the values at the grid lines are written: they are round, so no spare digits."""
    if unit == "share":
        return lambda value: words.target(round(value, 6))
    if unit == "seconds":
        return words.duration
    return lambda value: words.number(round(value, 6), 0 if value == int(value) else 1)


def _drawing(
    points: Sequence[Point], target: Sequence[Step], events: Sequence[Event], on: Scale, ahead: str
) -> SafeString:
    paths = [
        ("band", _band(points, on)),
        ("ahead", ahead),
        ("target", _steps(target, points, on)),
        ("event", "".join(f"M{short(on.x(event.at))} 0V1000" for event in events)),
        ("value", _curve(points, on)),
        ("dots", _dots(points, on)),
        ("marked", _each([p for p in points if p.is_marked and p.value is not None], on)),
    ]
    drawn = "".join(f'<path class="{name}" d="{d}"/>' for name, d in paths if d)
    marks = "".join(
        f'<text class="mark" x="{short(place / 10)}%" y="4%" text-anchor="middle">{text}</text>'
        for place, text in _marks(events, on)
    )
    return mark_safe(  # noqa: S308 - made of numbers alone
        '<svg y="6%" width="100%" height="82%" viewBox="0 0 1000 1000" '
        f'preserveAspectRatio="none" overflow="visible">{drawn}</svg>{marks}'
    )


def _marks(events: Sequence[Event], on: Scale) -> Iterator[tuple[float, str]]:
    """Yield where the numbers of events stand; those that would touch share a place: “4-9”."""
    group: list[tuple[int, float]] = []
    for number, event in enumerate(events, 1):
        place = on.x(event.at)
        if group and place - group[0][1] > _APART:
            yield _mark(group)
            group = []
        group.append((number, place))
    if group:
        yield _mark(group)


def _mark(group: Sequence[tuple[int, float]]) -> tuple[float, str]:
    numbers = [number for number, _place in group]
    middle = (group[0][1] + group[-1][1]) / 2
    few = ", ".join(map(str, numbers))
    return middle, few if len(numbers) < _SEVERAL else f"{numbers[0]}-{numbers[-1]}"


def _runs(points: Sequence[Point], *, banded: bool = False) -> Iterator[list[Point]]:
    def whole(point: Point) -> bool:
        return (point.low if banded else point.value) is not None

    return (list(run) for known, run in groupby(points, whole) if known)


def _curve(points: Sequence[Point], on: Scale) -> str:
    return "".join(
        "M" + "L".join(f"{short(on.x(p.at))} {short(on.y(p.value or 0))}" for p in run)
        for run in _runs(points)
    )


def _dots(points: Sequence[Point], on: Scale) -> str:
    """Return a dot for each point where they are few, else only where one stands alone."""
    alone = [p for run in _runs(points) if len(run) == 1 or len(points) <= _FEW for p in run]
    return _each(alone, on)


def _each(points: Sequence[Point], on: Scale) -> str:
    return "".join(f"M{short(on.x(p.at))} {short(on.y(p.value or 0))}h0" for p in points)


def _band(points: Sequence[Point], on: Scale) -> str:
    text = ""
    for run in _runs(points, banded=True):
        upper = [f"{short(on.x(p.at))} {short(on.y(p.high or 0))}" for p in run]
        lower = [f"{short(on.x(p.at))} {short(on.y(p.low or 0))}" for p in reversed(run)]
        text += "M" + "L".join(upper + lower) + "Z"
    return text


def _steps(target: Sequence[Step], points: Sequence[Point], on: Scale) -> str:
    begin, end = points[0].at, points[-1].at
    text = ""
    for index, step in enumerate(target):
        until = target[index + 1].since if index + 1 < len(target) else end
        left, right = max(step.since, begin), min(until, end)
        if left <= right and step.since <= end:
            pen = "L" if text else "M"
            text += f"{pen}{short(on.x(left))} {short(on.y(step.value))}H{short(on.x(right))}"
    return text


def _grid(on: Scale, say: Callable[[float], str]) -> SafeString:
    return format_html_join(
        "",
        '<line class="grid" x2="100%" y1="{0}%" y2="{0}%"/>'
        '<text class="tick" x="-8" y="{0}%" dy="4">{1}</text>',
        ((short(6 + on.y(tick) * 0.082), say(tick)) for tick in on.ticks),
    )


def _when(zone: ZoneInfo | None, *, short: bool = False) -> Callable[[date], str]:
    """Return how the time of a point is written: its day, or what the zone's clocks showed."""

    def by_clock(at: date) -> str:
        if not isinstance(at, datetime):
            return words.day(at)
        return f"{at.astimezone(zone):%H:%M}" if short else words.instant(at, zone or UTC)

    return by_clock if zone else lambda at: words.day(at, short=short)


def _dates(points: Sequence[Point], on: Scale, when: Callable[[date], str]) -> SafeString:
    last = len(points) - 1
    picks = sorted({round(last * part / 4) for part in range(5)})
    anchors = {0: "start", last: "end"} if last else {0: "start"}
    return format_html_join(
        "",
        '<text x="{}%" y="97%" text-anchor="{}"{}>{}</text>',
        (
            (
                short(on.x(points[i].at) / 10),
                anchors.get(i, "middle"),
                SafeString(' class="spare"') if place % 2 else "",
                when(points[i].at),
            )
            for place, i in enumerate(picks)
        ),
    )


def _events(events: Sequence[Event], when: Callable[[date], str]) -> SafeString:
    if not events:
        return SafeString("")
    items = format_html_join(
        "",
        "<li><b>{}</b> {}: {}</li>",
        ((n, when(e.at), _linked(e)) for n, e in enumerate(events, 1)),
    )
    listed = format_html('<ol class="events">{}</ol>', items)
    if len(events) <= _LISTED:
        return listed
    return format_html(
        '<details class="behind"><summary>{} ({})</summary>{}</details>',
        _("What happened"), len(events), listed,
    )  # fmt: skip


def _linked(event: Event) -> str:
    return format_html('<a href="{}">{}</a>', event.href, event.text) if event.href else event.text


def _legend(*parts: tuple[object, str]) -> SafeString:
    """Say what is drawn: each part that is there, in its words."""
    spans = format_html_join(
        "", "<span>{}</span>", ((said,) for is_there, said in parts if is_there)
    )
    return format_html('<span class="legend">{}</span>', spans)


def _summary(
    known: Sequence[Point],
    label: str,
    say: Callable[[float | None], str],
    when: Callable[[date], str],
) -> str:
    first, last = known[0], known[-1]
    return _("%(label)s From %(first)s on %(first_day)s to %(last)s on %(last_day)s.") % {
        "label": label,
        "first": say(first.value),
        "first_day": when(first.at),
        "last": say(last.value),
        "last_day": when(last.at),
    }


def _told(
    target: Sequence[Step], steps: str, say: Callable[[float | None], str], *, of_day: bool
) -> str:
    """Return what the steps come to; within a day a target says nothing, a named step does."""
    if not target or (of_day and not steps):
        return ""
    value = say(target[-1].value)
    return (
        f" {steps}: {value}." if steps else " " + _("The target is %(target)s.") % {"target": value}
    )
