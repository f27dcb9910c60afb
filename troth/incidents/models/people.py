"""Who does what in an incident, and what they tell each other."""

from typing import ClassVar

from django.db import models

from troth.incidents.models.incident import Incident
from troth.incidents.models.update import Update


class Note(models.Model):
    """For those who work here; never public."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="notes")
    text = models.TextField()
    by = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.at:%Y-%m-%d %H:%M}"


class Role(models.Model):
    """Who was commander, liaison or scribe, from when until when: a hand-over ends one row."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=12)
    person = models.CharField(max_length=200)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    note = models.TextField(blank=True)  # what the next one must know
    by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["since", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["incident", "role"],
                name="one_holder_a_role",
                condition=models.Q(until=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.role} {self.person}"


class Approval(models.Model):
    """Who signed off which text: a digest of it, so that it holds for that text only."""

    update = models.ForeignKey(Update, on_delete=models.CASCADE, related_name="approvals")
    by = models.CharField(max_length=200)
    at = models.DateTimeField()
    digest = models.CharField(max_length=32)

    def __str__(self) -> str:
        return f"{self.update_id} {self.by}"
