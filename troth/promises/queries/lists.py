"""Facts about promises in the order in which they happened."""

from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.db.models import F, Max

from troth.promises.models import Exclusion, Flip, Promise, Restatement, Suspension, Version
from troth.promises.queries.regimes import terms_of
from troth.promises.rules.results import (
    ExclusionRow,
    FlipRow,
    RestatementRow,
    SuspensionRow,
    TargetChange,
    Verdict,
)


def flips(
    *,
    since: datetime | None = None,
    slug: str | None = None,
    visibility: str | None = None,
    headline: bool | None = None,
    limit: int = 100,
) -> list[FlipRow]:
    """Return changes of verdict, newest first. A first verdict is one too: its `was` is empty."""
    rows = Flip.objects.select_related("promise").order_by("-at", "-id")
    rows = rows.filter(at__gt=since) if since else rows
    rows = rows.filter(promise__slug=slug) if slug else rows
    rows = rows.filter(promise__visibility=visibility) if visibility else rows
    if headline is not None:
        head = {"window": F("promise__headline")}
        rows = rows.filter(**head) if headline else rows.exclude(**head)
    return [
        FlipRow(
            id=row.pk,
            slug=row.promise.slug,
            name=row.promise.name,
            window=row.window,
            was=row.was,
            now=Verdict(row.now),
            at=row.at,
            headline=row.window == row.promise.headline,
            visibility=row.promise.visibility,
        )
        for row in rows[:limit]
    ]


def target_changes(
    *, since: datetime | None = None, visibility: str | None = None, limit: int = 100
) -> list[TargetChange]:
    """Return changes of target over all promises, newest first. First versions are left out."""
    rows = Version.objects.filter(number__gt=1)
    rows = rows.filter(created_at__gt=since) if since else rows
    rows = rows.filter(promise__visibility=visibility) if visibility else rows
    found = [
        change
        for slug in sorted(set(rows.values_list("promise__slug", flat=True)))
        for change in history_of_targets(slug)
        if change.was is not None and change.was != change.now
        and (since is None or change.declared_at > since)
    ]  # fmt: skip
    return sorted(found, key=lambda change: change.declared_at, reverse=True)[:limit]


def history_of_targets(slug: str) -> list[TargetChange]:
    """Return the versions of one promise, oldest first."""
    return changes_between(slug, Version.objects.filter(promise__slug=slug).order_by("number"))


def changes_between(slug: str, versions: Iterable[Version]) -> list[TargetChange]:
    """Return what each version changed, given in their order."""
    found: list[TargetChange] = []
    last: Version | None = None
    for row in versions:
        terms = terms_of(row)
        found.append(
            TargetChange(
                slug=slug,
                name=terms.name,
                version=row.number,
                was=terms_of(last).target if last else None,
                now=terms.target,
                effective_from=row.effective_from,
                declared_at=row.created_at,
                reason=row.reason,
                author=row.author,
                changed=_changed(last, row) if last else (),
            )
        )
        last = row
    return found


def _changed(before: Version, after: Version) -> tuple[str, ...]:
    old, new = before.spec.get("spec", {}), after.spec.get("spec", {})
    return tuple(sorted(name for name in {*old, *new} if old.get(name) != new.get(name)))


def restatements(
    *, slug: str | None = None, since: datetime | None = None, limit: int = 100
) -> list[RestatementRow]:
    """Return results that changed after their watermark, newest first."""
    rows = Restatement.objects.select_related("promise").order_by("-at", "-id")
    rows = rows.filter(promise__slug=slug) if slug else rows
    rows = rows.filter(at__gt=since) if since else rows
    chosen = list(rows[:limit])
    zones = _zones({row.promise_id for row in chosen})
    return [_restatement(row, zones[row.promise_id]) for row in chosen]


def _zones(promises: set[int]) -> dict[int, ZoneInfo]:
    latest = Version.objects.filter(promise__in=promises).values("promise")
    numbers = latest.annotate(last=Max("number")).values_list("promise", "last")
    return {
        promise: terms_of(Version.objects.get(promise=promise, number=number)).tz
        for promise, number in numbers
    }


def _restatement(row: Restatement, zone: ZoneInfo) -> RestatementRow:
    bucket = datetime.fromtimestamp(row.bucket, tz=UTC)
    return RestatementRow(
        slug=row.promise.slug,
        bucket=bucket,
        date=bucket.astimezone(zone).date(),
        before_good=row.before_good,
        before_total=row.before_total,
        after_good=row.after_good,
        after_total=row.after_total,
        reason=row.reason,
        at=row.at,
    )


def exclusions(*, slug: str | None = None, withdrawn: bool = True) -> list[ExclusionRow]:
    """Return signed exclusions, newest first."""
    rows = Exclusion.objects.select_related("promise").order_by("-recorded_at", "-id")
    rows = rows.filter(promise__slug=slug) if slug else rows
    rows = rows if withdrawn else rows.filter(withdrawn_at=None)
    return [
        ExclusionRow(
            id=row.pk,
            slug=row.promise.slug,
            category=row.category,
            reason=row.reason,
            signed_by=row.signed_by,
            where=row.where,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            recorded_at=row.recorded_at,
            withdrawn_at=row.withdrawn_at,
            retroactive=row.starts_at is None or row.starts_at < row.recorded_at,
            withdrawn_by=row.withdrawn_by,
        )
        for row in rows
    ]


def suspensions(*, slug: str) -> list[SuspensionRow]:
    """Return the times in which a promise was not given, newest first. Raises DoesNotExist."""
    rows = Promise.objects.get(slug=slug).suspensions.order_by("-starts_at")
    return [suspension(slug, row) for row in rows]


def suspension(slug: str, row: Suspension) -> SuspensionRow:
    return SuspensionRow(
        id=row.pk, slug=slug, starts_at=row.starts_at, ends_at=row.ends_at,
        reason=row.reason, by=row.by,
    )  # fmt: skip
