"""Writes down how often pages were read, and answers what was: days, pages, kinds of visitors."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet, Sum

from troth.core import clock
from troth.incidents import queries as incidents
from troth.page.models import View
from troth.page.visits import READER, VISITS, Key, Visits, spoken

EVERY = 30.0  # s between two writings: so much is lost at most when a process is killed
KEPT = 400  # days
_SHOWN = 90
_TOP = 25
_log = logging.getLogger(__name__)
_ADD = """
    INSERT INTO page_view (day, path, language, kind, origin, audience, in_incident, views)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (day, path, language, kind, origin, audience, in_incident)
    DO UPDATE SET views = page_view.views + excluded.views
"""


def write_down_always() -> None:
    """Write down each half minute what this process counted. Never returns, never raises."""
    while True:
        time.sleep(EVERY)
        try:
            write_down(VISITS, now=clock.now())
        except Exception as problem:  # noqa: BLE001 - whatever is wrong, the page goes on
            _log.warning("the counts of the page's readers wait: %s", problem)
        finally:
            connection.close()


def write_down(visits: Visits, *, now: datetime) -> int:
    """Add what was counted to the rows of today; return how many views. Raises what went wrong.

    What could not be written is counted again and written with the next.
    """
    counts = visits.take()
    if not counts:
        return 0
    try:
        _add(counts, now)
    except Exception:
        visits.put_back(counts)
        raise
    return sum(counts.values())


def _add(counts: Mapping[Key, int], now: datetime) -> None:
    day, languages = today(now=now), tuple(settings.TROTH.languages)
    is_wrong = incidents.is_anything_wrong()
    found: dict[tuple[Any, ...], int] = {}
    for key, views in counts.items():
        path, language = spoken(key.path, languages)
        row = (day, path, language, key.kind, key.origin, key.audience, is_wrong)
        found[row] = found.get(row, 0) + views
    rows = [(*row, views) for row, views in sorted(found.items(), key=str)]  # alike in each process
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(_ADD, rows)


def today(*, now: datetime) -> date:
    return now.astimezone(ZoneInfo(settings.TROTH.time_zone)).date()


def forget(*, now: datetime) -> int:
    """Remove what is older than it is kept; return how many rows."""
    old = View.objects.filter(day__lt=today(now=now) - timedelta(days=KEPT))
    return old.delete()[0]


@dataclass(frozen=True, slots=True)
class Read:
    """What readers did in some days; `during` of `views` were while something was wrong."""

    days: tuple[tuple[date, int], ...]  # oldest first, each day
    views: int
    during: int
    pages: tuple[tuple[str, int, int], ...]  # path, views, of these while something was wrong
    kinds: tuple[tuple[str, int], ...]
    origins: tuple[tuple[str, int], ...]  # of readers
    languages: tuple[tuple[str, int], ...]  # of readers
    audiences: tuple[tuple[str, int], ...]  # of readers of private pages


def read(*, now: datetime, days: int = _SHOWN) -> Read:
    """Return what was read in the last days."""
    last = today(now=now)
    first = last - timedelta(days=days - 1)
    every = View.objects.filter(day__gte=first, day__lte=last)
    readers = every.filter(kind=READER)
    by_day = dict(_summed(readers, "day"))
    total = readers.aggregate(all=Sum("views"), during=Sum("views", filter=Q(in_incident=True)))
    return Read(
        days=tuple(
            (day, by_day.get(day, 0)) for day in (first + timedelta(days=n) for n in range(days))
        ),
        views=total["all"] or 0,
        during=total["during"] or 0,
        pages=_pages(readers),
        kinds=_most(every, "kind"),
        origins=_most(readers, "origin"),
        languages=_most(readers, "language"),
        audiences=_most(readers.exclude(audience=""), "audience"),
    )


def _pages(rows: "QuerySet[View]") -> tuple[tuple[str, int, int], ...]:
    during = Sum("views", filter=Q(in_incident=True), default=0)
    found = rows.values_list("path").annotate(all=Sum("views"), during=during)
    return tuple(found.order_by("-all", "path")[:_TOP])


def _most(rows: "QuerySet[View]", name: str) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(_summed(rows, name), key=lambda pair: (-pair[1], pair[0])))


def _summed(rows: "QuerySet[View]", name: str) -> list[tuple[Any, int]]:
    return list(rows.values_list(name).annotate(all=Sum("views")).order_by())
