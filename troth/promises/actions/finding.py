"""Finding deceptions among the facts: what may count against us without anybody's signature.

Three facts make one, each once, and only if nobody explains it within the days of grace
(docs/method.md):

concealment: a public promise was taken out of public view while it was broken.
restatement: closed days lost at least a tenth of their failures, ten or more, and not because of
late signals or a signed exclusion.
exclusion: how a public promise is counted was changed, its words were not, no reason was given, and
on the ninety days before fewer cases would have failed by it, by a point or more.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from troth.core import windows
from troth.core.windows import Span
from troth.metrics import queries as metrics
from troth.promises.actions.ruling import counts_from
from troth.promises.models import Flip, IntegrityEvent, Promise, Restatement, Version
from troth.promises.queries import rulebook
from troth.promises.queries.regimes import terms_of
from troth.promises.rules import measures
from troth.promises.rules.measures import Bounds
from troth.promises.rules.results import Count, Verdict
from troth.promises.rules.terms import Terms

LEAST_LOST, LOST_SHARE = 10, 0.10
LOOK_BACK, BETTER_BY = timedelta(days=90), 0.01
RECENT = timedelta(days=3)  # older facts have been looked at
_UNSAID = ("", "files")  # what stands for a reason where nobody gave one


@dataclass(frozen=True, slots=True)
class _Found:
    slug: str
    kind: str
    promise: Promise
    happened_on: date
    summary: str


def find_events(*, now: datetime) -> int:
    """Write down what the facts show; return how many are new. Each fact makes one event."""
    known = set(IntegrityEvent.objects.filter(found=True).values_list("slug", flat=True))
    grace = rulebook.constants(now).integrity.grace
    found = [
        IntegrityEvent(
            slug=one.slug, kind=one.kind, promise=one.promise, happened_on=one.happened_on,
            counts_from=counts_from(one.happened_on, grace), summary=one.summary, found=True,
            recorded_at=now,
        )
        for one in (*_of_versions(known, now - RECENT), *_restated(known, now - RECENT))
    ]  # fmt: skip
    IntegrityEvent.objects.bulk_create(found, ignore_conflicts=True)
    return len(found)


def _of_versions(known: set[str], since: datetime) -> Iterator[_Found]:
    for was, now in _changes(since):
        if _is_public(was):
            yield from _hidden(was, now, known)
            yield from _counted_otherwise(was, now, known)


def _changes(since: datetime) -> Iterator[tuple[Version, Version]]:
    """Yield each version declared after `since`, with the one before it."""
    recent = Version.objects.select_related("promise").filter(created_at__gt=since, number__gt=1)
    for row in recent.order_by("promise", "number"):
        before = Version.objects.filter(promise=row.promise_id, number__lt=row.number)
        yield before.order_by("-number")[0], row


def _hidden(was: Version, now: Version, known: set[str]) -> Iterator[_Found]:
    slug = f"hidden-{now.pk}"
    if slug in known or _is_public(now) or not _was_broken(now.promise, now.created_at):
        return
    day = now.created_at.astimezone(UTC).date()
    text = f"“{terms_of(was).name}” was taken out of public view while it was broken."
    yield _Found(slug, "concealment", now.promise, day, text)


def _is_public(version: Version) -> bool:
    return terms_of(version).visibility == "public"


def _was_broken(promise: Promise, at: datetime) -> bool:
    flips = Flip.objects.filter(promise=promise, window=promise.headline, at__lte=at)
    last = flips.order_by("-at", "-pk").first()
    return last is not None and last.now == Verdict.BROKEN


def _counted_otherwise(was: Version, now: Version, known: set[str]) -> Iterator[_Found]:
    slug = f"counting-{now.pk}"
    if slug in known or not _is_silent(was, now):
        return
    better = _better(terms_of(was), terms_of(now), now.effective_from or now.created_at)
    if better >= BETTER_BY:
        day = now.created_at.astimezone(UTC).date()
        text = (
            f"How “{terms_of(now).name}” is counted was changed without a reason, and its words "
            f"were not: {100 * better:.1f} points fewer cases would have failed."
        )
        yield _Found(slug, "exclusion", now.promise, day, text)


def _is_silent(was: Version, now: Version) -> bool:
    """Say whether only the counting changed, and nobody said why."""
    old, new = terms_of(was), terms_of(now)
    said = now.reason.strip() not in _UNSAID or old.text != new.text or old.target != new.target
    return not said and old.counting != new.counting


def _better(old: Terms, new: Terms, at: datetime) -> float:
    """Return by how much more of the same past would have been kept, 0 where nothing tells."""
    shares = [_share(terms, Span(at - LOOK_BACK, at)) for terms in (old, new)]
    return 0.0 if shares[0] is None or shares[1] is None else shares[1] - shares[0]


def _share(terms: Terms, span: Span) -> float | None:
    measure = measures.parts(terms, Bounds(), {}).get(("judged", windows.DAY))
    if measure is None:
        return None
    tallies: Sequence[Any] = metrics.ask(
        measure=measure, span=span, zone=terms.tz, grain=windows.DAY, at=span.end
    )
    return sum((Count(t.good, t.total) for t in tallies), Count()).share


def _restated(known: set[str], since: datetime) -> Iterator[_Found]:
    causes: dict[tuple[int, datetime], list[Restatement]] = defaultdict(list)
    silent = ("corrected signals", "removed signals")
    rows = Restatement.objects.filter(reason__in=silent, promise__visibility="public")
    for row in rows.filter(at__gt=since).select_related("promise"):
        causes[row.promise_id, row.at].append(row)
    for (promise, at), group in causes.items():
        slug = f"restated-{promise}-{at:%Y%m%dT%H%M%S}"
        before = sum(row.before_total - row.before_good for row in group)
        lost = before - sum(row.after_total - row.after_good for row in group)
        if slug not in known and lost >= max(LEAST_LOST, LOST_SHARE * before):
            text = (
                f"{lost:,} of {before:,} failures of “{group[0].promise.name}” disappeared from "
                f"days that had been closed."
            )
            yield _Found(slug, "restatement", group[0].promise, at.date(), text)
