"""How far back an outcome reads: the days that are asked about, or a history up to their end. Pure.

What a customer will bring, or whether they are gone, cannot be told from a month: such outcomes
say how many months of history they read, whatever days are asked about.
"""

from calendar import monthrange
from datetime import date, datetime
from zoneinfo import ZoneInfo

from troth.core.windows import Span, midnight
from troth.metrics.reading import FIRST
from troth.metrics.recipes import Recipe
from troth.metrics.rules import Metric

_MONTHS = 12


def months_read(definition: Metric | Recipe) -> int:
    """Return how many months of history it reads; 0: the days that are asked about."""
    return definition.history if isinstance(definition, Recipe) else 0


def read_over(definition: Metric | Recipe, span: Span, zone: ZoneInfo) -> Span:
    """Return what it reads where a span is asked about: its history up to the end, or the span."""
    months = months_read(definition)
    return months_up_to(months, span.end, zone) if months else span


def months_up_to(months: int, end: datetime, zone: ZoneInfo) -> Span:
    """Return so many months by the calendar of a zone, from midnight up to an instant.

    Where the first month lacks the day, it is its last one.
    """
    day = end.astimezone(zone).date()
    count = day.year * _MONTHS + day.month - 1 - months
    year, month = count // _MONTHS, count % _MONTHS + 1
    first = date(year, month, min(day.day, monthrange(year, month)[1]))
    return Span(max(midnight(first, zone), FIRST), end)
