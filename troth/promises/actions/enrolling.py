"""Each promise is watched for drift: a fade is seen while every verdict is still kept."""

from datetime import datetime

from django.db import transaction

from troth.core.windows import DAY
from troth.metrics import actions as metrics
from troth.metrics import queries
from troth.metrics.drift.enrolment import MOST_ATTRIBUTES, Enrolment
from troth.metrics.rules import Measure, is_attribute
from troth.promises.models import Promise, Version
from troth.promises.queries.regimes import terms_of
from troth.promises.rules import hours, measures
from troth.promises.rules.measures import Bounds
from troth.promises.rules.terms import Terms
from troth.staff.actions.audit import Actor


def key_of(slug: str) -> str:
    """Return the key of a promise's stream."""
    return f"promise:{slug}"


def enrol(version: Version, *, author: Actor, now: datetime) -> None:
    """Watch the share that the newest version of a promise counts, by the day; if asked, by hours.

    All cases are watched, whichever version judges them: another target changes no usual. Where
    another version counts otherwise, its stream begins a phase of its own. What has no share by
    the day (attestations, business hours) is not watched.
    """
    promise, terms = version.promise, terms_of(version)
    measure = _measure(terms)
    if measure is None:
        let_go(promise, now=now)
        return
    key, series = key_of(promise.slug), metrics.follow(measure=measure, zone=terms.zone, grain=DAY)
    before, hourly = queries.hourly_of(key), _hourly(terms, measure)
    metrics.watch(
        key=key,
        series=series.pk,
        enrolment=_terms(terms, hourly),
        author=author,
        reason=version.reason or f"version {version.number} counts otherwise",
        now=now,
    )
    if before is not None and before != hourly:
        metrics.unfollow(series=before)


def _hourly(terms: Terms, measure: Measure) -> int | None:
    """Return the series of the same by the hour, None where that is not asked for."""
    if not terms.hours:
        return None
    grain = hours.grain_of(terms.zone)
    return metrics.follow(measure=measure, zone=terms.zone, grain=grain).pk


def enrol_missing(*, now: datetime) -> int:
    """Watch the promises that should be and are not; return how many.

    Those that were declared before there was drift, by an older version or from a backup. Of two
    workers at once each promise is enrolled by one.
    """
    watched = queries.watched_keys()
    live = Promise.objects.filter(retired_at=None).values_list("pk", "slug")
    return sum(_enrolled(pk, now) for pk, slug in live if key_of(slug) not in watched)


@transaction.atomic
def _enrolled(pk: int, now: datetime) -> bool:
    promise = Promise.objects.select_for_update().filter(pk=pk, retired_at=None).first()
    version = promise.versions.order_by("number").last() if promise else None
    if promise is None or version is None or queries.is_watched(key_of(promise.slug)):
        return False  # another worker was quicker, or somebody retired it
    if _measure(terms_of(version)) is None:
        return False
    enrol(version, author=None, now=now)
    return True


def _measure(terms: Terms) -> Measure | None:
    return measures.parts(terms, Bounds(), {}).get(("judged", DAY))


def let_go(promise: Promise, *, now: datetime) -> None:
    """Watch a promise no longer; what was seen of it stays."""
    key = key_of(promise.slug)
    before = queries.hourly_of(key)
    metrics.unwatch(key=key, now=now)
    if before is not None:
        metrics.unfollow(series=before)


def _terms(terms: Terms, hourly: int | None) -> Enrolment:
    return Enrolment(
        name=terms.name,
        touchpoint=terms.touchpoint,
        step=terms.step,
        weight=terms.cost,
        target=float(terms.target),
        evidence=terms.counting.evidence,
        heartbeat=terms.needs.heartbeat,
        settle=terms.needs.watermark or 0,
        hourly=hourly,
        holidays=terms.holidays,
        attributes=_attributes(terms),
    )


def _attributes(terms: Terms) -> tuple[str, ...]:
    """Return the attributes by which its segments are looked at: the first that can be asked."""
    names = [name for name in dict.fromkeys(terms.segments) if is_attribute(name)]
    return tuple(names[:MOST_ATTRIBUTES])
