"""Enrolling streams to be watched, and the decisions that are taken about them."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from troth.core.windows import HOUR
from troth.metrics import surprising
from troth.metrics.drift.enrolment import FEWEST, Enrolment, EnrolmentError
from troth.metrics.models import Baseline, Evaluation, Holiday, Series, Stream
from troth.staff.actions import note
from troth.staff.actions.audit import Actor, published_name

_EVER = date(1900, 1, 1)
_A_CENTURY = 36_525  # days


@transaction.atomic
def watch(  # noqa: PLR0913 - what, whose, who and why, all named
    *, key: str, series: int, enrolment: Enrolment, author: Actor = None, reason: str = "",
    now: datetime,
) -> Stream:  # fmt: skip
    """Enrol the series as the stream `key`, or change its terms; return the stream.

    The first baseline begins with the first day that there is. A stream that is given another
    series measures something else from now on: a phase of its own begins, with `reason` beside it.
    Raises EnrolmentError.
    """
    fields = enrolment.checked().columns()
    _check_hours(series, enrolment.hourly)
    _check_surprises(series, enrolment)
    fields |= {"series_id": series, "ended_at": None}
    stream, is_new = Stream.objects.select_for_update().get_or_create(
        key=key, defaults={"created_at": now, **fields}
    )
    if is_new:
        _decide(stream, _EVER, "the first days", author, now)
    else:
        _change(stream, fields, author, reason, now)
    stir()
    return stream


def _change(
    stream: Stream, fields: dict[str, Any], author: Actor, reason: str, now: datetime
) -> None:
    changes_series = stream.series_id != fields["series_id"]
    if fields["phase_days"] == Enrolment(name="").phase_days:
        fields.pop("phase_days")  # a decision may have said more, in an older version
    for name, value in fields.items():
        setattr(stream, name, value)
    stream.terms += 1
    if changes_series:
        stream.surprised_until = None
    stream.save()
    if changes_series or not stream.surprises:
        surprising.let_go(stream=stream.pk, now=now)
    if changes_series:
        _decide(stream, _today(stream, now), reason or "it is counted otherwise", author, now)


@transaction.atomic
def unwatch(*, key: str, now: datetime) -> bool:
    """Watch a stream no longer; what was seen of it stays. Return whether it was watched."""
    stream = Stream.objects.filter(key=key, ended_at=None).first()
    if stream is None:
        return False
    Stream.objects.filter(pk=stream.pk).update(ended_at=now, hourly=None, whole=None)
    surprising.let_go(stream=stream.pk, now=now)
    stir()
    return True


@transaction.atomic
def rebaseline(  # noqa: PLR0913 - what, from when, why and who, all named
    *, stream: int, starts_on: date, reason: str, author: Actor, now: datetime,
    days: int | None = None,
) -> Baseline:  # fmt: skip
    """Take what comes from `starts_on` on as the new usual: a decision, with its reason.

    Days before stay read against what they were read against. `days` with data make the baseline,
    by default as many as the stream asks for: more of them know more. Raises
    Stream.DoesNotExist, and EnrolmentError where no reason is given or the day lies before the
    last decision's.
    """
    row = Stream.objects.select_for_update().get(pk=stream)
    last = row.baselines.order_by("number").last()
    if days is not None and days < FEWEST:
        raise EnrolmentError("days", f"a baseline needs {FEWEST} days at least")
    if not reason.strip():
        raise EnrolmentError("reason", "say why this is the new usual: readers will ask")
    if last is not None and starts_on <= last.starts_on:
        raise EnrolmentError("starts_on", f"the last decision holds from {last.starts_on} on")
    found = _decide(row, starts_on, reason.strip(), author, now)
    if days is not None:
        found.days = days
        found.save(update_fields=["days"])
    _say_otherwise(Stream.objects.filter(pk=row.pk))
    note(actor=author, verb="rebaselined", thing="stream", thing_id=row.key, now=now,
         after={"starts_on": str(starts_on), "reason": reason.strip(), "days": days})  # fmt: skip
    stir()
    return found


@transaction.atomic
def allow_false_alarms(*, days: float, author: Actor, now: datetime) -> None:
    """Say how many days may pass, in the mean, between two false alarms over all streams.

    Raises EnrolmentError.
    """
    if not 1 <= days <= _A_CENTURY:
        raise EnrolmentError("days", f"between 1 and {_A_CENTURY}")
    row = Evaluation.objects.get_or_create(pk=1)[0]
    before = row.budget_days
    Evaluation.objects.filter(pk=1).update(budget_days=days, due_at=None)
    note(actor=author, verb="changed", thing="false alarms", now=now,
         before={"days": before}, after={"days": days})  # fmt: skip


@transaction.atomic
def keep_holidays(*, calendar: str, days: Mapping[date, str]) -> int:
    """Take these days as the calendar's holidays instead of those it had; return how many."""
    Holiday.objects.filter(calendar=calendar).delete()
    rows = [Holiday(calendar=calendar, day=day, name=name) for day, name in days.items()]
    Holiday.objects.bulk_create(rows)
    _say_otherwise(Stream.objects.filter(holidays=calendar))
    stir()
    return len(rows)


def _say_otherwise(streams: "QuerySet[Stream]") -> None:
    """Have these looked at again (Glance.terms)."""
    streams.update(terms=F("terms") + 1)


def stir() -> None:
    """Evaluate at the next opportunity."""
    if not Evaluation.objects.filter(pk=1).update(due_at=None):
        Evaluation.objects.get_or_create(pk=1)


def _check_hours(series: int, hourly: int | None) -> None:
    """Refuse a series that does not cut the same days into hours. Raises EnrolmentError."""
    if hourly is None:
        return
    found = {one.pk: one for one in Series.objects.filter(pk__in=(series, hourly))}
    if series not in found or hourly not in found:
        raise EnrolmentError("hourly", "there is no such series")
    if HOUR % found[hourly].grain or found[hourly].zone != found[series].zone:
        raise EnrolmentError("hourly", "a series of an hour or less, in the zone of the days")


def _check_surprises(series: int, enrolment: Enrolment) -> None:
    """Refuse a series whose buckets are days. Raises EnrolmentError."""
    if not enrolment.surprises:
        return
    found = Series.objects.select_related("sweep").filter(pk=series).first()
    if found is None or found.grain > HOUR:
        raise EnrolmentError("surprises", "only of a series of an hour or less")


def _decide(stream: Stream, starts_on: date, reason: str, author: Actor, now: datetime) -> Baseline:
    return Baseline.objects.create(
        stream=stream,
        number=stream.baselines.count() + 1,
        series_id=stream.series_id,
        starts_on=starts_on,
        reason=reason[:500],
        author=published_name(author),
        decided_at=now,
    )


def _today(stream: Stream, now: datetime) -> date:
    series = Series.objects.select_related("sweep").get(pk=stream.series_id)
    return (now - timedelta(microseconds=1)).astimezone(series.sweep.tz).date()
