"""What runs by the clock: forgetting sessions that are over."""

from datetime import datetime

from django.contrib.sessions.models import Session


def tidy(*, now: datetime) -> int:
    """Delete sessions that have expired; return how many."""
    return Session.objects.filter(expire_date__lt=now).delete()[0]
