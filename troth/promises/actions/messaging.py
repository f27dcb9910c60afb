"""Readers hear of a promise that was broken, is kept again, or promises something else now."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypedDict

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from troth.notify import actions as notify
from troth.notify.rules.story import Part
from troth.promises import showing, stories
from troth.promises.models import Flip, Promise, Said, Version
from troth.promises.queries import lists
from troth.promises.queries.standings import document, standing
from troth.promises.rules.results import FlipRow, Verdict

_OLD = timedelta(days=1)  # what happened before that is history, not news
_AT_ONCE = 200
_TOLD = ("public", "audience")
BY = "the installation"


def is_untold(*, now: datetime) -> bool:
    """Return whether something happened to a promise that nobody was told of."""
    return _flips(now).exists() or _versions(now).exists()


def tell_readers(*, now: datetime) -> int:
    """Tell what happened, oldest first; return how much. What is no news is noted as such."""
    done = sum(_told_flip(flip, now) for flip in _flips(now).order_by("at", "id")[:_AT_ONCE])
    return done + sum(_told_version(one, now) for one in _versions(now).order_by("id")[:_AT_ONCE])


def _flips(now: datetime) -> QuerySet[Flip]:
    """Return new flips of told promises' headlines without an answer: few rows by their time."""
    rows = Flip.objects.filter(at__gt=now - _OLD, said=None, promise__visibility__in=_TOLD)
    return rows.filter(window=F("promise__headline")).select_related("promise")


def _versions(now: datetime) -> QuerySet[Version]:
    rows = Version.objects.filter(created_at__gt=now - _OLD, number__gt=1, said=None)
    return rows.filter(promise__visibility__in=_TOLD).select_related("promise")


@transaction.atomic
def _told_flip(flip: Flip, now: datetime) -> int:
    row, is_mine = Said.objects.get_or_create(flip=flip, defaults={"at": now})
    if not is_mine:
        return 0
    row.why_not = _why_not(flip)
    row.save(update_fields=["why_not"])
    stands = [] if row.why_not else standing(slugs=[flip.promise.slug])
    if stands:
        written = document(flip.promise.slug)
        story = stories.of_flip(
            _row(flip), stands[0], written, **_whom(flip.promise, written),
        )  # fmt: skip
        notify.tell(story=story, by=BY, now=now)
    return 1


def _why_not(flip: Flip) -> str:
    """Return why a flip is no news, or nothing: readers hear of broken, and of kept after that."""
    if _is_to_nobody(flip.promise, document(flip.promise.slug)):
        return "no audience"
    if not flip.was:
        return "first"
    if flip.now == Verdict.BROKEN:
        return ""
    return "" if flip.now == Verdict.KEPT and _was_broken(flip) else "no news"


def _was_broken(flip: Flip) -> bool:
    """Return whether the promise was broken when readers last heard of it."""
    before = Flip.objects.filter(promise=flip.promise_id, window=flip.window, id__lt=flip.pk)
    told = before.filter(now__in=(Verdict.BROKEN, Verdict.KEPT)).order_by("-id").first()
    return told is not None and told.now == Verdict.BROKEN


def _row(flip: Flip) -> FlipRow:
    return FlipRow(
        id=flip.pk, slug=flip.promise.slug, name=flip.promise.name, window=flip.window,
        was=flip.was, now=Verdict(flip.now), at=flip.at, headline=True,
    )  # fmt: skip


@transaction.atomic
def _told_version(version: Version, now: datetime) -> int:
    row, is_mine = Said.objects.get_or_create(version=version, defaults={"at": now})
    if not is_mine:
        return 0
    slug = version.promise.slug
    change = next(
        (one for one in lists.history_of_targets(slug) if one.version == version.number), None
    )
    is_news = change is not None and change.was != change.now
    if not is_news or _is_to_nobody(version.promise, version.spec):
        Said.objects.filter(pk=row.pk).update(why_not="no news")
        return 1
    assert change is not None  # noqa: S101 - it is news
    story = stories.of_change(change, version.spec, **_whom(version.promise, version.spec))
    notify.tell(story=story, by=BY, now=now)
    return 1


class _Whom(TypedDict):
    audience: str
    address: str
    languages: Sequence[str]
    about: Sequence[Part]


def _whom(promise: Promise, written: Mapping[str, Any]) -> _Whom:
    """Return to whom a promise is told, where they find it, and in which languages."""
    audience = _audience(promise, written)
    return {
        "audience": audience, "address": showing.address_of(promise.slug, audience),
        "languages": settings.TROTH.languages, "about": showing.parts_of(promise.slug, written),
    }  # fmt: skip


def _audience(promise: Promise, written: Mapping[str, Any]) -> str:
    """Return the one audience that a promise is made to; "" of one that is made to everybody."""
    is_contract = promise.visibility == "audience"
    return str(written["spec"].get("audience") or "") if is_contract else ""


def _is_to_nobody(promise: Promise, written: Mapping[str, Any]) -> bool:
    return promise.visibility == "audience" and not _audience(promise, written)
