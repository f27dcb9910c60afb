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
from troth.desk.reporting import monthly, periods, quarterly, weekly
from troth.desk.reporting.drafts import Draft
from troth.desk.reporting.periods import Period
from troth.notify import actions as notify
from troth.notify.rules.events import Event
from troth.notify.rules.story import Story

BY: Final = "the installation"
Compose = Callable[[Period], Sequence[Draft]]


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
        _made(period, now)
        for kind, one in COMPOSERS.items()
        if one.is_wanted()
        for period in _due(kind, now)
    )


def _due(kind: str, now: datetime) -> Sequence[Period]:
    newest: date | None = (
        Report.objects.filter(kind=kind).order_by("-starts_on").values_list("starts_on", flat=True)
    ).first()
    return periods.due(now, kind=kind, zone=settings.TROTH.time_zone, newest=newest)


def _made(period: Period, now: datetime) -> int:
    """Write the reports of a period, all or none: 0 where another worker has written them."""
    drafts = COMPOSERS[period.kind].compose(period)
    try:
        with transaction.atomic():
            rows = [_row(period, draft, now) for draft in drafts]
            for row in rows:
                row.save()
            _tell(rows[-1], now)
    except IntegrityError:
        return 0
    return len(drafts)


def _tell(row: Report, now: datetime) -> None:
    """Say to our own people who ask for it that there is a report: where, and not what it says."""
    link = f"{settings.TROTH.base_url}{reverse('desk:report', args=[row.uid])}"
    story = Story(
        about=f"insight:{row.uid}", event=Event.INSIGHT_REPORTED, revision=row.digest,
        title=f"{row.title} is made", link=link,
    )  # fmt: skip
    notify.tell(story=story, by=BY, now=now)


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
