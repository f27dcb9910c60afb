"""Our own people: who is rung, one step after another, until somebody says “mine”."""

from django.db import models


class Escalation(models.Model):
    """`steps`: [{"after": minutes, "subscriptions": [uid, …]}, …]."""

    slug = models.SlugField(max_length=100, unique=True)
    name = models.CharField(max_length=100)
    steps = models.JSONField(default=list)
    floor = models.PositiveSmallIntegerField(default=0)  # rules.events.Severity
    keys = models.JSONField(default=list)  # parts it is for; empty: all
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
    managed_by = models.CharField(max_length=200, default="")

    def __str__(self) -> str:
        return self.name


class Alarm(models.Model):
    """An alert under way. Acknowledged it rings no further; cleared it is over."""

    thread = models.ForeignKey("notify.Thread", models.CASCADE, related_name="alarms")
    escalation = models.ForeignKey(Escalation, models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    step = models.PositiveSmallIntegerField(default=0)  # the next one to ring
    next_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(max_length=100, default="")
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["thread", "escalation"],
                condition=models.Q(cleared_at=None),
                name="notify_alarm_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=models.Q(cleared_at=None, acknowledged_at=None),
                name="notify_alarm_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.thread_id} since {self.raised_at}"
