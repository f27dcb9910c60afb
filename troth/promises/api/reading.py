"""Everything the desk shows of a promise. Every figure takes `at` and `as_of`."""

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from troth.core.moments import Instant, Limit
from troth.core.paging import Paged, part
from troth.core.refusals import Refusal
from troth.core.shapes import Listed, Moment, Pages
from troth.metrics import queries as metrics
from troth.promises import apart, queries, selection
from troth.promises.api import found, schemas
from troth.promises.api.found import Slug
from troth.promises.rules.reputation import Reputation, reputation
from troth.promises.rules.results import Day, FlipRow, Standing, Verdict
from troth.staff.access import ApiKey

router = Router(auth=ApiKey("read"))
_MOST = 10_000  # flips read for one listing; older ones are asked for with `since`


class PromiseFilter(Moment, Pages):
    search: str = Field("", max_length=200)
    verdict: Verdict | None = None
    pillar: str = Field("", max_length=60)
    visibility: str = Field("", pattern="^(public|audience|internal)?$")
    sort: str = Field("position", pattern="^(position|verdict|name|share|margin|cases)$")


@router.get("/promises", response=Listed[schemas.StandingOut])
def list_promises(request: HttpRequest, asked: Query[PromiseFilter]) -> Paged[Standing]:
    """List promises with their standing."""
    standings = queries.standing(at=asked.at, as_of=asked.as_of)
    choice = selection.Choice(
        asked.search, asked.verdict or "", asked.pillar, asked.visibility, asked.sort
    )
    chosen = selection.select(standings, choice)
    return part(chosen, name=lambda s: s.slug, cursor=asked.cursor, limit=asked.limit)


@router.get("/promises/{slug}/standing", response=schemas.StandingOut)
def show_standing(request: HttpRequest, slug: Slug, moment: Query[Moment]) -> Standing:
    """Show how one promise stands: verdict, figures, interval, budget, every window."""
    return found.one(slug, at=moment.at, as_of=moment.as_of)


@router.get("/promises/{slug}/windows", response=list[schemas.WindowOut])
def list_windows(request: HttpRequest, slug: Slug, moment: Query[Moment]) -> list[Any]:
    """List the windows of one promise, the headline first."""
    return list(found.one(slug, at=moment.at, as_of=moment.as_of).windows)


@router.get("/promises/{slug}/days", response=Listed[schemas.DayOut])
def list_days(
    request: HttpRequest, slug: Slug, moment: Query[Moment], pages: Query[Pages]
) -> Paged[Day]:
    """List the local days of one promise, newest first: up to 400 of them."""
    series = found.detail(slug, at=moment.at, as_of=moment.as_of).series[::-1]
    return part(series, name=lambda d: str(d.date), cursor=pages.cursor, limit=pages.limit)


@router.get("/promises/{slug}/how-counted", response=list[str])
def list_how_counted(request: HttpRequest, slug: Slug) -> list[str]:
    """List the sentences that say how this promise is counted."""
    return list(found.detail(slug, at=None, as_of=None).how_counted)


@router.get("/promises/{slug}/gap", response=schemas.GapOut | None)
def show_gap(request: HttpRequest, slug: Slug, moment: Query[Moment]) -> object:
    """Show promised against experienced time, null where the promise has no date."""
    return found.detail(slug, at=moment.at, as_of=moment.as_of).gap


@router.get("/promises/{slug}/targets", response=list[schemas.TargetOut])
def list_targets(request: HttpRequest, slug: Slug) -> list[Any]:
    """List the versions of one promise and what each changed, oldest first."""
    found.row(slug)
    return queries.history_of_targets(slug)


@router.get("/promises/{slug}/restatements", response=list[schemas.RestatementOut])
def list_restatements(
    request: HttpRequest, slug: Slug, since: Instant | None = None, limit: Limit = 100
) -> list[Any]:
    """List results that changed after their watermark, newest first."""
    found.row(slug)
    return queries.restatements(slug=slug, since=since, limit=limit)


@router.get("/promises/{slug}/segments/{attribute}", response=list[schemas.SegmentOut])
def list_segments(
    request: HttpRequest, slug: Slug, attribute: str, moment: Query[Moment], window: str = ""
) -> list[dict[str, object]]:
    """List the raw counts of each value of an attribute, most cases first."""
    standing = found.one(slug, at=moment.at, as_of=moment.as_of)
    split_by(standing, attribute)
    names = [one.window for one in standing.windows]
    if window and window not in names:
        raise Refusal(422, f"no such window; there are {', '.join(names)}", field="window")
    counts = queries.by_segment(
        slug, attribute=attribute, window=window or None, at=moment.at, as_of=moment.as_of
    )
    rows = sorted(counts.items(), key=lambda item: (-item[1].total, item[0] or ""))
    left = apart.left(metrics.stream(f"promise:{slug}"), attribute, at=moment.at or moment.as_of)
    return [
        {
            "value": value,
            "good": n.good,
            "total": n.total,
            "share": n.share,
            "left": left.get(value),
        }
        for value, n in rows
    ]


@router.get("/reputation", response=schemas.ReputationOut)
def show_reputation(request: HttpRequest, moment: Query[Moment]) -> Reputation:
    """Show how many of the public promises are kept, as the page says it."""
    return reputation(queries.standing(at=moment.at, as_of=moment.as_of, visibility="public"))


@router.get("/flips", response=Listed[schemas.FlipOut])
def list_flips(
    request: HttpRequest,
    pages: Query[Pages],
    since: Instant | None = None,
    slug: str | None = None,
) -> Paged[FlipRow]:
    """List changes of verdict over all promises, newest first."""
    flips = queries.flips(since=since, slug=slug, limit=_MOST)
    return part(flips, name=lambda f: str(f.id), cursor=pages.cursor, limit=pages.limit)


def split_by(standing: Standing, attribute: str) -> None:
    """Refuse with 404 where the promise is not looked at by this attribute."""
    if attribute not in standing.segments:
        known = ", ".join(standing.segments) or "none"
        raise Refusal(404, f"this promise is not split by “{attribute}”; by: {known}")
