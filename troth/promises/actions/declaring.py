"""Declare a promise, change it, retire it, suspend it. What was declared before stays as it was."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import transaction

from troth.core import windows
from troth.core.filing import FILES
from troth.metrics import queries as metrics
from troth.promises.actions import enrolling
from troth.promises.actions.following import follow, let_go
from troth.promises.actions.judging import stir
from troth.promises.models import Calendar, Promise, Suspension, Version
from troth.promises.queries import defined, dockets
from troth.promises.queries.readers import check_reader
from troth.promises.queries.regimes import counting_document, terms_of
from troth.promises.rules import document, fitting
from troth.promises.rules.terms import Counting, DocumentError, Problem, Terms
from troth.staff.actions import note
from troth.staff.actions.audit import Actor, published_name

Document = Mapping[str, Any]


@transaction.atomic
def declare(
    *, spec: Document, author: Actor, reason: str = "", now: datetime, managed_by: str = ""
) -> Version:
    """Declare a promise, or a new version of it, and return the version.

    `spec` is the whole document (docs/promises.md). A document equal to the latest version changes
    nothing. A first version may begin in the past; a later one takes effect now, or at a later
    `effective_from`: what was promised for the past stays promised. Raises DocumentError.
    """
    plain = plain_values(spec)
    measured = _measured(plain)
    terms = document.read(plain, metrics=measured.get)
    fitting.check(terms)
    _check_calendars(terms)
    if managed_by != FILES:  # files may declare their readers after it; their plan has checked
        check_reader(terms)
    promise, is_new = _promise(terms, managed_by, now)
    last = promise.versions.order_by("number").last()
    if last is not None and last.spec == plain and promise.retired_at is None:
        return last
    version = Version.objects.create(
        promise=promise,
        number=last.number + 1 if last else 1,
        effective_from=_effective(terms, last, now),
        spec=plain,
        measured={name: counting_document(counting) for name, counting in measured.items()},
        author=published_name(author),
        reason=reason,
        created_at=now,
    )
    _show(promise, terms, managed_by)
    follow(dockets.load([promise]), now=now)
    enrolling.enrol(version, author=author, now=now)
    stir(promise)
    before = {"version": last.number, "spec": last.spec} if last else None
    note(actor=author, verb="declared" if is_new else "changed", thing="promise", now=now,
         thing_id=promise.slug, before=before,
         after={"version": version.number, "spec": plain, "reason": reason})  # fmt: skip
    return version


def plain_values(value: object) -> Any:  # noqa: ANN401 - what JSON can hold
    """Return a document as JSON can hold it: dates and instants become texts."""
    if isinstance(value, Mapping):
        return {str(name): plain_values(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain_values(item) for item in value]
    if isinstance(value, date):  # instants are dates too
        return value.isoformat()
    return value


def _measured(plain: Document) -> dict[str, Counting]:
    """Return how the metric that the document names counts today, if it names one."""
    spec = plain.get("spec")
    signals = spec.get("signals") if isinstance(spec, Mapping) else None
    name = signals.get("metric") if isinstance(signals, Mapping) else None
    found = defined.metric(name) if isinstance(name, str) else None
    return {str(name): found} if found else {}


def _check_calendars(terms: Terms) -> None:
    slug = terms.counting.calendar
    if slug and not Calendar.objects.filter(slug=slug).exists():
        message = f"there is no calendar “{slug}”; declare it first (kind: Calendar)"
        raise DocumentError((Problem("spec.due.calendar", message),))
    if why := metrics.why_unknown(terms.holidays):
        raise DocumentError((Problem("spec.holidays", why),))


def _promise(terms: Terms, managed_by: str, now: datetime) -> tuple[Promise, bool]:
    fields = {"name": terms.name, "created_at": now, "managed_by": managed_by}
    return Promise.objects.get_or_create(slug=terms.slug, defaults=fields)


def _effective(terms: Terms, last: Version | None, now: datetime) -> datetime | None:
    """Return when the version takes effect; slices of time change at the next boundary."""
    if last is None:
        return terms.effective_from
    start = max(now, last.effective_from or now)  # what has not begun yet may still be mended
    if terms.effective_from != terms_of(last).effective_from and terms.effective_from:
        start = terms.effective_from
    message = ""
    if start < now:
        message = "lies in the past: a change takes effect from now on, never backwards"
    elif last.effective_from is not None and start < last.effective_from:
        message = f"lies before {last.effective_from:%Y-%m-%d %H:%M} UTC, when the last change does"
    if message:
        raise DocumentError((Problem("spec.effective_from", message),))
    return _on_boundary(start, terms)


def _on_boundary(start: datetime, terms: Terms) -> datetime:
    if terms.counting.slice is None:
        return start
    day = windows.bucket_start(start, terms.tz, windows.DAY)
    passed = (start - day).total_seconds()
    return day + timedelta(seconds=-(-passed // terms.counting.slice) * terms.counting.slice)


def _show(promise: Promise, terms: Terms, managed_by: str) -> None:
    promise.name, promise.pillar = terms.name, terms.pillar
    promise.visibility, promise.position = terms.visibility, terms.position
    promise.managed_by, promise.retired_at = managed_by, None
    promise.headline = str(terms.windows[0])
    names = [
        "name", "pillar", "visibility", "position", "managed_by", "retired_at", "headline",
    ]  # fmt: skip
    promise.save(update_fields=names)


@transaction.atomic
def retire(*, slug: str, author: Actor, reason: str = "", now: datetime) -> Promise:
    """End a promise: it is judged no longer, its history stays. Raises Promise.DoesNotExist."""
    promise = Promise.objects.select_for_update().get(slug=slug)
    if promise.retired_at is None:
        promise.retired_at = now
        promise.save(update_fields=["retired_at"])
        let_go(dockets.load([promise])[0])
        enrolling.let_go(promise, now=now)
        note(actor=author, verb="retired", thing="promise", now=now, thing_id=slug,
             after={"reason": reason})  # fmt: skip
    return promise


@transaction.atomic
def suspend(  # noqa: PLR0913 - who, what, when and why, all named
    *, slug: str, starts_at: datetime, ends_at: datetime | None = None, reason: str,
    author: Actor, now: datetime,
) -> Suspension:  # fmt: skip
    """Say publicly that a promise is not given for a time. Raises Promise.DoesNotExist, ValueError.

    It may not begin in the past: what was promised then stays promised.
    """
    promise = Promise.objects.select_for_update().get(slug=slug)
    if starts_at < now - timedelta(minutes=5):
        raise ValueError("a suspension cannot begin in the past")
    if ends_at is not None and ends_at <= starts_at:
        raise ValueError("a suspension must end after it begins")
    row = Suspension.objects.create(
        promise=promise, starts_at=starts_at.astimezone(UTC), ends_at=ends_at, reason=reason,
        by=published_name(author), recorded_at=now,
    )  # fmt: skip
    stir(promise)
    note(actor=author, verb="suspended", thing="promise", now=now, thing_id=slug,
         after={"from": starts_at.isoformat(), "until": ends_at and ends_at.isoformat(),
                "reason": reason})  # fmt: skip
    return row


@transaction.atomic
def end_suspension(*, suspension: int, author: Actor, now: datetime) -> Suspension:
    """Give the promise again from now on; one not begun yet is as if it never was announced.

    Raises Suspension.DoesNotExist.
    """
    row = Suspension.objects.select_for_update().select_related("promise").get(pk=suspension)
    if row.ends_at is None or row.ends_at > now:
        before = row.ends_at
        row.ends_at = max(now, row.starts_at)
        row.save(update_fields=["ends_at"])
        stir(row.promise)
        note(actor=author, verb="ended the suspension of", thing="promise", now=now,
             thing_id=row.promise.slug,
             before={"id": row.pk, "until": before and before.isoformat()},
             after={"until": row.ends_at.isoformat()})  # fmt: skip
    return row
