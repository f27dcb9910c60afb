"""Hand-written SVG as functions over plain values; each chart says in words what it shows."""

from troth.ui.charts.ahead import Ahead
from troth.ui.charts.amounts import amounts
from troth.ui.charts.curves import Mark, curves
from troth.ui.charts.line import Event, Point, Step, line
from troth.ui.charts.ranges import Range, ranges
from troth.ui.charts.sparkline import sparkline
from troth.ui.charts.strip import Day, strip, strip_table

__all__ = [
    "Ahead",
    "Day",
    "Event",
    "Mark",
    "Point",
    "Range",
    "Step",
    "amounts",
    "curves",
    "line",
    "ranges",
    "sparkline",
    "strip",
    "strip_table",
]
