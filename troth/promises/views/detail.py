from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import yaml
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from troth.core import clock
from troth.core.moments import Moments, moments
from troth.core.windows import midnight
from troth.metrics import foreseen, so_far
from troth.metrics import queries as metrics
from troth.metrics.drift.pictures import StreamView
from troth.promises import apart, chart, foreseeing, queries, wording
from troth.promises.queries import parts
from troth.promises.rules.evidence import Evidence, Told, chance_of_broken, replay
from troth.promises.rules.remedies import Sought
from troth.promises.rules.results import Count, Detail
from troth.promises.scoring.next_case import Chance, chance
from troth.promises.views import found, segment
from troth.staff.access import requires
from troth.ui.shortcuts import page_or_part

_MOST_VALUES = 40
_MOST_VIOLATIONS = 10


@require_safe
@requires("viewer")
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """Show everything about one promise, as judged at an instant on what was known by another."""
    asked = moments(request.GET)
    detail = found.detail(slug, asked)
    if "is" in request.GET:
        return segment.show(request, detail, asked)
    by = request.GET.get("by", "")
    template = page_or_part(request, "promises/show.html", part="segments")
    return render(request, template, _shown(detail, asked, by=by))


def _shown(detail: Detail, asked: Moments, *, by: str) -> dict[str, object]:
    standing = detail.standing
    attribute = by if by in standing.segments else next(iter(standing.segments), "")
    watched = metrics.stream(f"promise:{standing.slug}")
    coming = foreseeing.coming(detail, asked.at or asked.as_of or clock.now())
    return {
        "detail": detail,
        "standing": standing,
        "headline": standing.windows[0] if standing.windows else None,
        "moments": asked,
        "reason": wording.reason(standing),
        "next": _next(detail, asked),
        "watched": watched,
        "hours": _hours(watched, asked),
        "gap": wording.gap(detail.gap) if detail.gap and detail.gap.n else None,
        "chart": chart.drawn(detail, at=asked.at, ahead=foreseeing.ahead(detail, coming)),
        "coming": foreseen.told(coming, reading="share"),
        "looks_back": chart.span(detail),
        "attribute": attribute,
        "violations": queries.Ledger(Sought(slug=standing.slug))[:_MOST_VIOLATIONS],
        "keep": {"by": attribute} if attribute else {},
        "segments": _segments(detail, attribute, asked, watched),
        "document": yaml.safe_dump(detail.document, sort_keys=False, allow_unicode=True),
    }


def _hours(watched: StreamView | None, asked: Moments) -> so_far.Told | None:
    """Return today so far, where it is asked for; as of earlier there is none."""
    if watched is None or asked.as_of is not None:
        return None
    return so_far.told(watched, asked.at or clock.now())


def _next(detail: Detail, asked: Moments) -> Chance | None:
    """Return the chance that the next case is broken, where cases are what is counted."""
    standing = detail.standing
    if standing.timed or detail.terms is None or detail.terms.evaluator == "attestation":
        return None
    at, zone = asked.at or asked.as_of or clock.now(), ZoneInfo(standing.zone)
    told = [
        Told(min(at, midnight(day.date + timedelta(days=1), zone)), day.good, day.total)
        for day in detail.series
    ]
    return chance(told, at=at)


def _segments(
    detail: Detail, attribute: str, asked: Moments, watched: StreamView | None
) -> list[dict[str, object]]:
    """Return the values of an attribute: those that left their usual, then by failed cases."""
    if not attribute:
        return []
    standing, least = detail.standing, parts.fewest(detail.terms) if detail.terms else 1
    days = queries.days_by_segment(
        standing.slug, attribute=attribute, at=asked.at, as_of=asked.as_of
    )
    counts = {value: sum(each.values(), Count()) for value, each in days.items()}
    left = apart.left(watched, attribute, at=asked.at or asked.as_of)
    worst = sorted(
        counts.items(), key=lambda item: (item[0] not in left, -item[1].bad, -item[1].total)
    )
    where = reverse("promises:cases", args=[standing.slug])
    now = asked.at or asked.as_of or clock.now()
    own = {value: _faded(each, now) for value, each in days.items()}
    parent = Evidence(sum(e.kept for e in own.values()), sum(e.broken for e in own.values()))
    return [
        {
            "value": value,
            "count": count,
            "next": chance_of_broken(own[value], parent),
            "left": left.get(value),
            "page": f"?{urlencode({'by': attribute, 'is': value or ''})}&{asked.query}",
            "enough": count.total >= least,
            "url": f"{where}?{urlencode({'by': attribute, 'is': value or ''})}&{asked.query}",
        }
        for value, count in worst[:_MOST_VALUES]
    ]


def _faded(days: Mapping[datetime, Count], now: datetime) -> Evidence:
    """Return what the days of a segment still say: older cases count half every 30 days."""
    told = [
        Told(min(now, start + timedelta(days=1)), one.good, one.total)
        for start, one in days.items()
    ]
    return replay(told, at=now)


@require_safe
@requires("viewer")
def version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show one version of a promise as it was declared."""
    promise = found.row(slug)
    changes = {change.version: change for change in queries.history_of_targets(slug)}
    if number not in changes:
        raise Http404(number)
    document = queries.document(slug, version=number)
    context = {
        "promise": promise,
        "change": changes[number],
        "latest": max(changes),
        "how_counted": queries.preview(document=document),
        "document": yaml.safe_dump(document, sort_keys=False, allow_unicode=True),
    }
    return render(request, "promises/version.html", context)
