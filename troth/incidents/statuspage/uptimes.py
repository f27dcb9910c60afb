"""Uptime of a component over days, as Statuspage tells it: percentage, seconds, incidents."""

from calendar import monthrange
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from troth.components import queries
from troth.components.queries import loading
from troth.core import clock
from troth.core.refusals import Refusal
from troth.core.windows import Span
from troth.incidents.models import Incident
from troth.incidents.statuspage import parts, shapes
from troth.incidents.statuspage.doors import Answer, Token

_USUAL = timedelta(days=90)
_LONGEST = timedelta(days=184)  # six calendar months
_YEARS = range(1970, 2200)
_FULL = 3  # parts of a day: year, month, day


def one(request: HttpRequest, token: Token, page: str, uid: str) -> Answer:  # noqa: ARG001
    """Tell the uptime of `start` to `end`: days, months or years; the last 90 days without them."""
    shown = parts.found(uid)
    span = _span(request, shown.start_date)
    told, weighed = queries.uptime_of(uid, span), queries.downtime(uid, span)
    down = dict(told.down)
    refs = [ref for ref, _ in weighed.by_ref]
    known = Incident.objects.filter(uid__in=refs).values_list("uid", flat=True)
    share = weighed.share
    return 200, {
        "range_start": shapes.instant(span.start), "range_end": shapes.instant(span.end),
        "uptime_percentage": None if share is None else round(float(100 * share), 6),
        "major_outage": down["critical"], "partial_outage": down["major"] - down["critical"],
        "warnings": None if share is not None else "nothing is known of this time",
        "id": uid, "name": shown.name,
        "related_events": {"incidents": [{"id": each} for each in sorted(known)]},
    }  # fmt: skip


def _span(request: HttpRequest, begins: date | None) -> Span:
    zone, now = loading.zone(), clock.now()
    today = now.astimezone(zone).date()
    last = _day(request, "end", is_end=True) or today
    usual = last - _USUAL
    first = _day(request, "start") or (max(usual, begins) if begins else usual)
    if first > last or first > today:
        raise Refusal(422, "start must come before end, and not after today", field="start")
    if last - first > _LONGEST:
        raise Refusal(422, "a range has at most six months", field="start")
    return Span(_midnight(first, zone), min(now, _midnight(last + timedelta(days=1), zone)))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _day(request: HttpRequest, name: str, *, is_end: bool = False) -> date | None:
    """Return a day of "2026-03-01", "2026-03" or "2026": of a month or year its first or last."""
    text = request.GET.get(name, "")
    if not text:
        return None
    try:
        year, *more = (int(part) for part in text[:10].split("-"))
        month = more[0] if more else (12 if is_end else 1)
        whole = len(more) + 1 < _FULL
        day = (monthrange(year, month)[1] if is_end else 1) if whole else more[1]
        found = date(year, month, day)
    except (ValueError, IndexError):
        found = None
    if found is None or found.year not in _YEARS:
        raise Refusal(422, f"{name} is a day as 2026-12-31, a month or a year", field=name)
    return found
