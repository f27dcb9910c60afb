"""What was put into service just before an incident, where somebody said that it began with it."""

from typing import ClassVar

from django.db import models

from troth.incidents.models.incident import Incident
from troth.incidents.models.postmortem import TimelineEntry


class Began(models.Model):
    """That an incident began with a deploy: which signal told of it, and what it said then."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="began_with")
    source = models.CharField(max_length=100)
    key = models.CharField(max_length=200)
    happened_at = models.DateTimeField()
    touchpoint = models.CharField(max_length=200, blank=True)
    said = models.TextField(blank=True)
    moment = models.ForeignKey(TimelineEntry, null=True, on_delete=models.SET_NULL)
    by = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-happened_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["incident", "source", "key"], name="one_beginning_a_deploy"
            )
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.source}/{self.key}"
