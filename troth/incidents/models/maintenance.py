"""Planned work, once or again and again."""

from typing import ClassVar

from django.db import models

from troth.incidents.models.incident import Incident


class Series(models.Model):
    """A maintenance that comes again, by RFC 5545 in local time."""

    uid = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=200)
    body = models.TextField()
    affects = models.TextField(blank=True)
    components = models.JSONField(default=dict)  # uid → status
    rule = models.CharField(max_length=200)
    zone = models.CharField(max_length=60)
    first = models.CharField(max_length=19)  # local start of the first one, ISO without a zone
    seconds = models.IntegerField()
    settings = models.JSONField(default=dict)  # auto_start, auto_complete, verify (seconds)
    audiences = models.JSONField(default=list)
    by = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    planned_until = models.DateTimeField(null=True, db_index=True)

    def __str__(self) -> str:
        return self.uid


class Maintenance(models.Model):
    """The window of a maintenance, and what the clock does in it."""

    incident = models.OneToOneField(
        Incident, on_delete=models.CASCADE, related_name="maintenance", primary_key=True
    )
    scheduled_for = models.DateTimeField(db_index=True)
    scheduled_until = models.DateTimeField()
    announced_at = models.DateTimeField(null=True)
    in_time = models.BooleanField(null=True)
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    auto_start = models.BooleanField(default=True)
    auto_complete = models.BooleanField(default=True)
    verify_seconds = models.IntegerField(default=0)
    overrun = models.ForeignKey(
        Incident, null=True, on_delete=models.SET_NULL, related_name="overran"
    )
    series = models.ForeignKey(
        Series, null=True, on_delete=models.SET_NULL, related_name="occurrences"
    )
    # When the clock moves next; NULL: nothing is left to it.
    move_at = models.DateTimeField(null=True)
    remind_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["move_at"],
                name="incidents_move",
                condition=models.Q(move_at__isnull=False),
            ),
            models.Index(
                fields=["remind_at"],
                name="incidents_remind",
                condition=models.Q(remind_at__isnull=False),
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["series", "scheduled_for"], name="one_occurrence_a_start"
            )
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.scheduled_for:%Y-%m-%d %H:%M}"
