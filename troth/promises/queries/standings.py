"""How promises stand, for pages, desk and API."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from troth.core import clock
from troth.promises.models import Judgement, Promise
from troth.promises.queries import codec, dockets, gaps, lists, opinions
from troth.promises.queries.dockets import Docket
from troth.promises.queries.opinions import Opinion
from troth.promises.rules import wording
from troth.promises.rules.results import Detail, Standing, Verdict, WindowResult
from troth.promises.rules.terms import Terms

_CHART_DAYS = 400


def standing(
    *,
    at: datetime | None = None,
    as_of: datetime | None = None,
    visibility: str | None = None,
    slugs: Sequence[str] | None = None,
) -> list[Standing]:
    """Return how each promise that is not retired stands, in their order."""
    rows = Promise.objects.filter(retired_at=None)
    if visibility is not None:
        rows = rows.filter(visibility=visibility)
    if slugs is not None:
        rows = rows.filter(slug__in=slugs)
    return [_standing(opinion) for opinion in _opinions(list(rows), at=at, as_of=as_of)]


def promise_detail(
    slug: str, *, at: datetime | None = None, as_of: datetime | None = None
) -> Detail:
    """Return everything about one promise, a retired one too. Raises Promise.DoesNotExist."""
    promise = Promise.objects.get(slug=slug)
    (opinion,) = _opinions([promise], at=at, as_of=as_of)
    return Detail(
        standing=_standing(opinion),
        document=opinion.version.spec,
        how_counted=wording.how_counted(opinion.terms),
        targets=tuple(lists.history_of_targets(slug)),
        flips=tuple(lists.flips(slug=slug)),
        restatements=tuple(lists.restatements(slug=slug)),
        exclusions=tuple(lists.exclusions(slug=slug)),
        suspensions=tuple(lists.suspensions(slug=slug)),
        gap=gaps.expectation_gap(opinion),
        series=opinions.strip(opinion, days=_CHART_DAYS),
        terms=opinion.terms,
    )


def document(slug: str, *, version: int | None = None) -> dict[str, Any]:
    """Return the promise document as declared (default: the latest)."""
    versions = Promise.objects.get(slug=slug).versions.order_by("number")
    row = versions.last() if version is None else versions.get(number=version)
    found: dict[str, Any] = row.spec if row else {}
    return found


def promises() -> list[Promise]:
    """Return all rows, retired ones too, in their order."""
    return list(Promise.objects.all())


def judged(
    slugs: Sequence[str] | None = None,
    *,
    at: datetime | None = None,
    as_of: datetime | None = None,
) -> list[Opinion]:
    """Return the opinions themselves: for the command line and for tests."""
    rows = Promise.objects.filter(retired_at=None)
    if slugs:
        rows = rows.filter(slug__in=slugs)
    return _opinions(list(rows), at=at, as_of=as_of)


def _opinions(
    promises: Sequence[Promise], *, at: datetime | None, as_of: datetime | None
) -> list[Opinion]:
    now, loaded = clock.now(), dockets.load(promises)
    if at is not None or as_of is not None:
        return opinions.exact(loaded, at=at or as_of or now, as_of=as_of, now=now)
    kept: dict[int, dict[str, WindowResult]] = {}
    for row in Judgement.objects.filter(promise__in=promises):
        kept.setdefault(row.promise_id, {})[row.window] = codec.read(row.detail)
    counted = opinions.tallied(loaded, now=now)
    return [
        replace(opinion, results=_kept(docket, opinion.terms, kept.get(docket.promise.pk, {})))
        for docket, opinion in zip(loaded, counted, strict=True)
    ]


def _kept(docket: Docket, terms: Terms, found: dict[str, WindowResult]) -> tuple[WindowResult, ...]:
    """Return the kept judgements in the order of the windows; none where it was never judged."""
    if docket.promise.judged_at is None:
        return ()
    return tuple(found[str(w)] for w in terms.windows if str(w) in found)


def _standing(opinion: Opinion) -> Standing:
    terms, promise = opinion.terms, opinion.docket.promise
    head = opinion.results[0] if opinion.results else _unmeasured(opinion)
    return Standing(
        slug=promise.slug,
        name=terms.name,
        text=terms.text,
        pillar=terms.pillar,
        visibility=terms.visibility,
        evaluator=terms.evaluator,
        verdict=head.verdict,
        why=head.why,
        good=head.good,
        total=head.total,
        raw_good=head.raw_good,
        raw_total=head.raw_total,
        target=terms.target,
        interval=head.interval,
        budget=head.budget,
        coverage=head.coverage,
        provisional=head.provisional,
        restated=head.restated,
        windows=opinion.results,
        strip=opinions.strip(opinion),
        pending=head.pending,
        judged_at=head.at if opinion.results else None,
        zone=terms.zone,
        version=opinion.version.number,
        effective_from=opinion.version.effective_from,
        touchpoint=terms.touchpoint, step=terms.step,
        audience=terms.audience,
        source_url=terms.source_url,
        remedy=terms.remedy,
        segments=terms.segments,
        managed_by=promise.managed_by,
        retired_at=promise.retired_at,
        position=terms.position,
        timed=terms.counting.is_timed,
        hours=terms.hours, holidays=terms.holidays,
    )  # fmt: skip


def _unmeasured(opinion: Opinion) -> WindowResult:
    """Return what stands for a promise that was never judged: nothing is claimed."""
    return WindowResult(
        window=str(opinion.terms.windows[0]), starts_at=opinion.at, at=opinion.at,
        verdict=Verdict.NO_DATA, why="unmeasured", good=0, total=0, raw_good=0, raw_total=0,
        target=opinion.terms.target, coverage=0.0,
    )  # fmt: skip
