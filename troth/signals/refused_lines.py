"""Rows for what was refused and for files that were uploaded: part of `models`."""

from django.conf import settings
from django.db import models


class Upload(models.Model):
    """A file given on the desk: read by a job when it is large, removed from disk afterwards."""

    class State(models.TextChoices):
        PREVIEW = "preview", "looked at"
        WAITING = "waiting", "waiting"
        RUNNING = "running", "being read"
        DONE = "done", "done"
        FAILED = "failed", "stopped"

    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    name = models.CharField(max_length=200)
    mapping = models.TextField(blank=True)
    source = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PREVIEW)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    told = models.JSONField(default=dict)

    class Meta:
        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return self.name


class RefusedLine(models.Model):
    """A line that was refused. `sealed` holds it encrypted: it may name a person."""

    at = models.DateTimeField(db_index=True)
    door = models.CharField(max_length=20)
    origin = models.CharField(max_length=200)
    line = models.PositiveBigIntegerField()
    field = models.CharField(max_length=100, blank=True)
    reason = models.CharField(max_length=300)
    sealed = models.BinaryField()

    class Meta:
        ordering = ("-at", "id")

    def __str__(self) -> str:
        return f"{self.origin}: line {self.line}"
