"""The journeys of customers as people declared them: which touchpoints there are at all."""

from django.db import models


class Journey(models.Model):
    """A journey as somebody wrote it. What it said before is in the audit trail."""

    name = models.CharField(max_length=100, unique=True)
    document = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
