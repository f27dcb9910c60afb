"""What has had its time, and forgetting a person's reports. Counts and signals stay."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F

from troth.feedback.models import Report, Step, Surge
from troth.feedback.queries import about_of
from troth.feedback.rules import LATELY, End, State
from troth.notify.actions.writing import unwrite

_A_TURN: Final = 500


def tidy(*, now: datetime) -> int:
    """Remove reports that are too old, and forget after a day from which network one came."""
    yesterday = Report.objects.filter(created_at__lte=now - LATELY).exclude(origin="")
    done = yesterday.update(origin="")
    before = now - timedelta(days=settings.TROTH.feedback_days)
    while gone := _removed(before):
        done += gone
    return done + Surge.objects.filter(ended_at__lt=before).delete()[0]


@transaction.atomic
def _removed(before: datetime) -> int:
    rows = Report.objects.filter(created_at__lt=before).order_by("pk")
    found = dict(rows.values_list("pk", "uid")[:_A_TURN])
    unwrite(about=[about_of(uid) for uid in found.values()])
    Report.objects.filter(pk__in=found).delete()
    return len(found)


@transaction.atomic
def forget(*, digest: str, now: datetime) -> int:
    """Forget all that one address wrote, and what we wrote back; return how many reports.

    What was not answered cannot be any more: it is closed, and its promise does not apply.
    """
    rows = Report.objects.select_for_update().filter(digest=digest)
    found = dict(rows.values_list("pk", "uid"))
    unwrite(about=[about_of(uid) for uid in found.values()])
    Step.objects.filter(report__in=found).update(text=b"")
    Report.objects.filter(pk__in=found).update(
        text=b"", address=b"", digest="", shown="forgotten", origin=""
    )
    Report.objects.filter(pk__in=found, answered_at=None, closed_at=None).update(
        state=State.CLOSED.value, end=End.NOTHING.value, closed_at=now, version=F("version") + 1
    )
    return len(found)
