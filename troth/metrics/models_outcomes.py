"""Outcomes that people defined, and those that were reported. Both only ever grow."""

from django.db import models


class OutcomeDefinition(models.Model):
    """An outcome as somebody wrote it. A change is a new version; nothing is updated in place."""

    name = models.CharField(max_length=100)
    version = models.IntegerField()
    document = models.JSONField()
    author = models.CharField(max_length=200)
    retired = models.BooleanField(default=False)  # this version says that the outcome ended
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "version"]
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="one_outcome_version")
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class Reported(models.Model):
    """What an outcome was said to be, for a span. A later figure is another row beside it."""

    name = models.CharField(max_length=100)
    segment = models.CharField(max_length=300, blank=True)  # JSON object, "" for all together
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    definition_version = models.CharField(max_length=40)
    state = models.CharField(max_length=12)  # outcomes.results.State
    n = models.BigIntegerField()
    numerator = models.FloatField()
    denominator = models.FloatField()
    value = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    excluded = models.JSONField(default=dict)  # reason → how many
    detail = models.JSONField(default=dict)  # parts, curves, facts
    reason = models.CharField(max_length=100)  # what it was reported for: "month", "page", …
    computed_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "segment", "starts_at", "id"]
        indexes = [models.Index(fields=["name", "ends_at"], name="reported_name")]

    def __str__(self) -> str:
        return f"{self.name} {self.starts_at:%Y-%m-%d} to {self.ends_at:%Y-%m-%d}"


class Daily(models.Model):
    """An outcome that is counted by the day, so that its days can be watched and have limits.

    Its series is not scanned for but written from here: `metrics.outcome_days`.
    """

    name = models.CharField(max_length=100, unique=True)
    series = models.ForeignKey("metrics.Series", on_delete=models.PROTECT, related_name="dailies")
    kinds = models.JSONField()  # of signals that it reads
    reach = models.IntegerField()  # seconds before a signal in which it may change a day
    dirty_from = models.DateField(null=True)  # NULL: only days that are over since
    counted_until = models.DateField(null=True)  # the last day that was counted
    turn = models.BigIntegerField(default=0)  # grows when days become dirty, and when counted
    next_at = models.DateTimeField(db_index=True)
    problem = models.CharField(max_length=300, blank=True)  # why it could not be counted

    class Meta:
        verbose_name_plural = "dailies"

    def __str__(self) -> str:
        return f"{self.name} by the day"
