"""Answers to questions about outcomes, kept until evidence of their time changes."""

from django.db import models


class Shelved(models.Model):
    """One question and its newest answer. Kept only for speed: it can be counted again any time.

    `days` are the last whole local days, which move on; without them the span stands still, and
    `asks_at` is the instant that asks. `next_at` says when it is to be counted again.
    """

    digest = models.CharField(max_length=32, unique=True)  # of the question
    question = models.JSONField()  # metrics.shelf.Question
    name = models.CharField(max_length=100)
    is_month = models.BooleanField(default=False)  # a figure that was reported, and is restated
    reads = models.JSONField(default=list)  # metrics.shelf.Read: evidence that the answer is of
    version = models.CharField(max_length=40, blank=True)  # of the definition
    answer = models.TextField(blank=True)  # outcomes as JSON; "": not counted yet
    problem = models.CharField(max_length=300, blank=True)  # why it could not be counted
    took = models.FloatField(default=0.0)  # seconds
    counted_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)  # is being counted since
    stale_since = models.DateTimeField(null=True)  # evidence of its time changed
    next_at = models.DateTimeField(db_index=True)
    asked_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "shelved"
        indexes = [models.Index(fields=["name"], name="shelved_name")]

    def __str__(self) -> str:
        return f"{self.name} {self.digest[:8]}"


class Glance(models.Model):
    """What the map needs of a stream among ten thousand: kept only for speed, like the shelf.

    `loss` is its stream's weight times the cases of the last 28 days beyond what its promise
    allows; `spoke_at` no later than its newest case. `days` are, up to the day `last`, the cases
    that came out worse than was said and then all cases, as float64; those before `phase_from`
    were read against another baseline.
    """

    stream = models.OneToOneField(
        "metrics.Stream", on_delete=models.CASCADE, related_name="glance", primary_key=True
    )
    revision = models.BigIntegerField()  # of the series that it was made from
    loss = models.FloatField(db_index=True)
    spoke_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    until = models.DateTimeField(db_index=True)  # a day is over then
    terms = models.BigIntegerField(default=0)  # of the stream, that it was made by
    last = models.DateField(null=True)
    phase_from = models.DateField(null=True)
    days = models.BinaryField(default=bytes)

    def __str__(self) -> str:
        return f"glance of {self.stream_id}"
