"""Make the reports that are due: each once, whoever of two workers comes first."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import msgspec
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from troth.core.ids import new_id
from troth.desk.models import Report
from troth.desk.reporting import announcing, headlines, monthly, periods, quarterly, weekly
from troth.desk.reporting.drafts import Draft
from troth.desk.reporting.periods import Period
from troth.notify import actions as notify
from troth.notify.rules.events import Event
from troth.notify.rules.story import Story
from troth.staff import actions as staff
from troth.staff.actions.audit import Actor

BY: Final = "the installation"
_EARLIEST: Final = date(2000, 1, 1)
Compose = Callable[[Period], Sequence[Draft]]


class ReportError(ValueError):
    """Why a report cannot be made, in plain words."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What writes a report, and whether there is anything to write of yet."""

    compose: Compose
    is_wanted: Callable[[], bool]


COMPOSERS: Final[Mapping[str, Kind]] = {
    periods.WEEKLY: Kind(weekly.compose, weekly.is_wanted),
    periods.MONTHLY: Kind(monthly.compose, monthly.is_wanted),
    periods.QUARTERLY: Kind(quarterly.compose, quarterly.is_wanted),
}


def is_due(*, now: datetime) -> bool:
    """Return whether a report is to be made: what an idle worker asks."""
    return any(COMPOSERS[kind].is_wanted() and _due(kind, now) for kind in COMPOSERS)


def make(*, now: datetime) -> int:
    """Make the reports that are due; return how many were written."""
    return sum(
        len(_made(period, now))
        for kind, one in COMPOSERS.items()
        if one.is_wanted()
        for period in _due(kind, now)
    )


def make_one(*, kind: str, day: date | None, by: Actor, now: datetime) -> tuple[Report, bool]:
    """Make the report of the week, month or quarter that holds a day, as it is known now.

    Without a day: of the last one whose report is due. Returns it, and whether it is new: one that
    was made stays as it is. Of a quarter it is the list of all accounts. Raises ReportError.
    """
    period = _asked(kind, day, now)
    kept = Report.objects.filter(kind=kind, starts_on=period.first)
    if not kept.exists():
        if not COMPOSERS[kind].is_wanted():
            raise ReportError("there is nothing to report of yet")
        made = _made(period, now, by=by)
        if made:
            return made[-1], True
    return kept.get(about=""), False


def _asked(kind: str, day: date | None, now: datetime) -> Period:
    """Return the period that holds a day. Raises ReportError."""
    zone = settings.TROTH.time_zone
    newest = periods.newest_due(now, kind=kind, zone=zone)
    if day is None:
        return newest
    if day < _EARLIEST:
        raise ReportError(f"reports go back to {_EARLIEST.year}")
    if day > newest.last:
        raise ReportError(f"the newest report that is due is of {newest.label}: {newest.last}")
    return periods.holding(day, kind=kind, zone=zone)


def _due(kind: str, now: datetime) -> Sequence[Period]:
    newest: date | None = (
        Report.objects.filter(kind=kind).order_by("-starts_on").values_list("starts_on", flat=True)
    ).first()
    return periods.due(now, kind=kind, zone=settings.TROTH.time_zone, newest=newest)


def _made(period: Period, now: datetime, by: Actor = None) -> list[Report]:
    """Write the reports of a period, all or none: none where another worker has written them.

    `by` is who made them by hand.
    """
    drafts = COMPOSERS[period.kind].compose(period)
    try:
        with transaction.atomic():
            rows = [_row(period, draft, now) for draft in drafts]
            for row in rows:
                row.save()
            _tell(rows[-1], period, now)
            if by is not None:
                title = {"title": rows[-1].title}
                staff.note(actor=by, verb="made", thing="report", thing_id=rows[-1].uid,
                           after=title, now=now)  # fmt: skip
    except IntegrityError:
        if Report.objects.filter(kind=period.kind, starts_on=period.first).exists():
            return []
        raise
    return rows


def _tell(row: Report, period: Period, now: datetime) -> None:
    """Say to our own people who ask for it that there is a report, and what it comes to."""
    link = f"{settings.TROTH.base_url}{reverse('desk:report', args=[row.uid])}"
    first, *others = settings.TROTH.languages
    story = Story(
        about=f"insight:{row.uid}", event=Event.INSIGHT_REPORTED, revision=row.digest,
        title=announcing.title(period, first), what=headlines.told(row.content, first), link=link,
        translations={one: _said(row, period, one) for one in others},
    )  # fmt: skip
    notify.tell(story=story, by=BY, now=now)


def _said(row: Report, period: Period, language: str) -> dict[str, str]:
    return {
        "title": announcing.title(period, language), "what": headlines.told(row.content, language)
    }  # fmt: skip


def _row(period: Period, draft: Draft, now: datetime) -> Report:
    content = msgspec.to_builtins(_content(period, draft, now))
    return Report(
        uid=new_id("rep"), kind=period.kind, about=draft.about, title=draft.title[:300],
        starts_on=period.first, ends_on=period.last, zone=period.zone, made_at=now,
        content=content, digest=digest(content),
    )  # fmt: skip


def _content(period: Period, draft: Draft, now: datetime) -> dict[str, Any]:
    return {
        "kind": period.kind, "period": period.label, "about": draft.about, "title": draft.title,
        "first_day": period.first, "last_day": period.last, "zone": period.zone, "as_of": now,
        **draft.figures,
    }  # fmt: skip


def digest(content: Mapping[str, Any]) -> str:
    """Return the digest of what a report says."""
    text = msgspec.json.encode(content, order="sorted")
    return hashlib.blake2b(text, digest_size=16).hexdigest()
