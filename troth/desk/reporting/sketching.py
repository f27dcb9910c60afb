"""The pictures of a report on paper. Import it only where `draws` (kept.py)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from reportlab.graphics.shapes import Circle, Drawing, Line, Polygon, PolyLine, String
from reportlab.lib.colors import Color, HexColor

from troth.desk.reporting.pictures import Course, Picture, Ranges, Steps, said
from troth.ui import words
from troth.ui.charts.ranges import Range, Ruler, anchor, ruler, shortened
from troth.ui.charts.scale import rounded, seconds
from troth.ui.lettering import REGULAR, drawable

_INK, _QUIET, _LINE = HexColor("#1d2130"), HexColor("#565b68"), HexColor("#dcdad4")
_BAND, _AIM, _PAPER = HexColor("#c9c9cc"), HexColor("#2f5d8c"), HexColor("#ffffff")
_ROW, _FOOT, _HIGH, _LEFT = 24, 14, 110, 44
_FEW = 45  # points that have dots
Spot = tuple[float, float | None, float | None, float | None]  # x (any), value, low, high


def drawn(picture: Picture, wide: float) -> Drawing:
    """Return a picture as a drawing of this width, in points."""
    if isinstance(picture, Ranges):
        return _ranges(picture, wide)
    if isinstance(picture, Course):
        return _course(picture, wide)
    return _steps(picture, wide)


def _ranges(picture: Ranges, wide: float) -> Drawing:
    high = len(picture.rows) * _ROW + _FOOT
    made, on = Drawing(wide, high), ruler(picture.rows, picture.unit)
    if on is None:
        return made
    for tick in on.ticks:
        x = on.at(tick) * wide
        made.add(Line(x, _FOOT, x, high, strokeColor=_LINE, strokeWidth=0.5))
        made.add(_text(x, 4, on.mark(tick), anchor(on.at(tick))))
    for place, one in enumerate(picture.rows):
        _row(made, one, high - place * _ROW, on)
    return made


def _row(made: Drawing, one: Range, top: float, on: Ruler) -> None:
    wide, middle = made.width, top - 16
    made.add(_text(0, top - 8, shortened(one.name), "start", _INK))
    value = on.say(one.value) if one.value is not None else one.remark
    made.add(_text(wide, top - 8, value, "end", _INK))
    made.add(Line(0, middle, wide, middle, strokeColor=_LINE, strokeWidth=0.5))
    if one.low is not None and one.high is not None:
        ends = on.at(one.low) * wide, on.at(one.high) * wide
        made.add(Line(ends[0], middle, ends[1], middle, strokeColor=_BAND, strokeWidth=4))
    if one.target is not None:
        x = on.at(one.target) * wide
        made.add(Line(x, middle - 5, x, middle + 5, strokeColor=_AIM, strokeWidth=1.2))
    for mark, fill in ((one.before, _PAPER), (one.value, _INK)):
        if mark is not None:
            x = on.at(mark) * wide
            made.add(Circle(x, middle, 2.2, fillColor=fill, strokeColor=_QUIET, strokeWidth=0.7))


def _course(picture: Course, wide: float) -> Drawing:
    spots = [(seconds(one.at), one.value, one.low, one.high) for one in picture.points]
    made = _line(spots, wide, lambda value: said(value, picture.unit), of_share=picture.unit)
    first, last = picture.points[0].at, picture.points[-1].at
    made.add(_text(_LEFT, 3, words.day(first), "start"))
    made.add(_text(wide, 3, words.day(last), "end"))
    return made


def _steps(picture: Steps, wide: float) -> Drawing:
    spots = [(one.x, one.value, one.low, one.high) for one in picture.marks]
    made = _line(spots, wide, lambda value: words.share(value, 0), of_share="share")
    made.add(_text(_LEFT, 3, f"{picture.marks[0].x:g}", "start"))
    made.add(_text(wide, 3, f"{picture.marks[-1].x:g} {picture.unit}", "end"))
    return made


def _line(
    spots: Sequence[Spot], wide: float, say: Callable[[float], str], *, of_share: str
) -> Drawing:
    """Draw the grid, the interval and the line, each in runs without a gap."""
    values = [v for _, *three in spots for v in three if v is not None]
    low, high, ticks = rounded(values, top=1.0 if of_share == "share" else None)
    paper = _Paper(wide, spots[0][0], spots[-1][0], low, high)
    made = Drawing(wide, _HIGH)
    for tick in ticks:
        y = paper.y(tick)
        made.add(Line(_LEFT, y, wide, y, strokeColor=_LINE, strokeWidth=0.5))
        made.add(_text(_LEFT - 4, y - 2.5, say(tick), "end"))
    for run in _runs(spots, 2):
        ends = [(at, edge or 0) for at, _, edge, _ in run]
        ends += [(at, edge or 0) for at, _, _, edge in reversed(run)]
        made.add(Polygon(paper.flat(ends), fillColor=_BAND, strokeColor=None, fillOpacity=0.6))
    for run in _runs(spots, 1):
        _stroke(made, [(at, value or 0) for at, value, _, _ in run], paper, len(spots))
    return made


@dataclass(frozen=True, slots=True)
class _Paper:
    """Where a time and a value stand on a drawing of this width."""

    wide: float
    left: float
    right: float
    low: float
    high: float

    def x(self, at: float) -> float:
        return _LEFT + (self.wide - _LEFT) * (at - self.left) / ((self.right - self.left) or 1.0)

    def y(self, value: float) -> float:
        return _FOOT + (_HIGH - _FOOT - 6) * (value - self.low) / (self.high - self.low)

    def flat(self, pairs: Iterable[tuple[float, float]]) -> list[float]:
        return [place for at, value in pairs for place in (self.x(at), self.y(value))]


def _stroke(made: Drawing, run: Sequence[tuple[float, float]], paper: _Paper, count: int) -> None:
    """Draw a run of the line; with dots where points are few, or one stands alone."""
    made.add(PolyLine(paper.flat(run), strokeColor=_INK))
    for at, value in run if count < _FEW or len(run) == 1 else ():
        made.add(Circle(paper.x(at), paper.y(value), 1.5, fillColor=_INK, strokeColor=_INK))


def _runs(spots: Sequence[Spot], which: int) -> Iterable[list[Spot]]:
    run: list[Spot] = []
    for spot in (*spots, (0.0, None, None, None)):
        if spot[which] is not None:
            run.append(spot)
        elif run:
            yield run
            run = []


def _text(x: float, y: float, text: str, side: str, colour: Color = _QUIET) -> String:
    return String(
        x, y, drawable(text), fontName=REGULAR, fontSize=7, fillColor=colour, textAnchor=side
    )
