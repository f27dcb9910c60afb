"""Work that is due, and who does it."""

from django.db import models


class Job(models.Model):
    """A name in the schedule: when it is due, who holds it, and how it went last time."""

    name = models.CharField(max_length=100, unique=True)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    leased_by = models.CharField(max_length=200, default="", blank=True)
    last_started_at = models.DateTimeField(null=True)
    last_finished_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, default="", blank=True)
    failures = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class Worker(models.Model):
    """A `troth work` process and when it was last alive."""

    name = models.CharField(max_length=200, unique=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
