"""What we learned: four parts, a timeline, and what is to follow."""

from typing import ClassVar

from django.db import models

from troth.incidents.models.incident import Incident


class Postmortem(models.Model):
    """Apology, cause, fix, prevention: Markdown and its cleaned HTML."""

    incident = models.OneToOneField(
        Incident, on_delete=models.CASCADE, related_name="postmortem", primary_key=True
    )
    apology = models.TextField(blank=True)
    cause = models.TextField(blank=True)
    fix = models.TextField(blank=True)
    prevention = models.TextField(blank=True)
    html = models.JSONField(default=dict)  # part → HTML
    published_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()
    budget_seconds = models.BigIntegerField(null=True)
    by = models.CharField(max_length=200)

    def __str__(self) -> str:
        return str(self.incident_id)


class PostmortemEdit(models.Model):
    """What a published post-mortem said before. Public."""

    postmortem = models.ForeignKey(Postmortem, on_delete=models.CASCADE, related_name="edits")
    at = models.DateTimeField()
    parts = models.JSONField()
    by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.postmortem_id} {self.at:%Y-%m-%d %H:%M}"


class TimelineEntry(models.Model):
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="timeline")
    at = models.DateTimeField()
    text = models.TextField()
    is_public = models.BooleanField(default=True)
    by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.at:%Y-%m-%d %H:%M}"


class FollowUp(models.Model):
    """Something we said we would do, by whom and until when."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="follow_ups")
    text = models.TextField()
    owner = models.CharField(max_length=200, blank=True)
    due = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    by = models.CharField(max_length=200)
    created_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.text[:60]
