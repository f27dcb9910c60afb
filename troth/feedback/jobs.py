"""What runs by the clock: signals, alarms, and what has had its time."""

from datetime import datetime

from django.conf import settings
from django.db.models import F

from troth.feedback.actions import forgetting, telling, watching
from troth.feedback.models import Report, Surge
from troth.feedback.queries import problems_since
from troth.feedback.rules import SOON


def is_asked(*, now: datetime) -> bool:
    """Return whether a signal is behind, or reports may make an alarm or end one: one question."""
    untold = Report.objects.exclude(told=F("version")).values("pk")
    if not settings.TROTH.feedback_alarm:
        return untold.exists()
    surges = Surge.objects.filter(ended_at=None).values("pk")
    lately = problems_since(now - SOON).exclude(origin="").values("pk")
    return untold.union(surges, lately, all=True).exists()


def hear(*, now: datetime) -> int:
    """Send what reports say as signals, and ring for what many report and shows green."""
    return telling.tell_signals(now=now) + watching.watch(now=now)


def tidy(*, now: datetime) -> int:
    """Remove what is too old."""
    return forgetting.tidy(now=now)
