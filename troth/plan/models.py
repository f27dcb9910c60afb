"""Goals, what is done for them, what each was expected to change, and what was found."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class Goal(models.Model):
    """Where we want to be, why, by when, and who answers for it."""

    uid = models.CharField(max_length=40, unique=True)
    token = models.CharField(max_length=40, unique=True)  # of the form: sent twice, it is one
    name = models.CharField(max_length=200)
    why = models.TextField(blank=True)
    pillar = models.CharField(max_length=60, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="goals")
    due_on = models.DateField()
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, blank=True)  # reached, missed, dropped
    outcome_note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    turn = models.PositiveIntegerField(default=0)  # grows with each change: the guard of two

    class Meta:
        ordering: ClassVar = ["due_on", "pk"]

    def __str__(self) -> str:
        return self.name


class Cause(models.Model):
    """A fade for the sake of which a goal was set."""

    goal = models.ForeignKey(Goal, models.CASCADE, related_name="causes")
    fade = models.OneToOneField("metrics.Fade", models.CASCADE, related_name="plan_cause")
    by = models.CharField(max_length=200)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.goal_id} for fade {self.fade_id}"


class Initiative(models.Model):
    """One thing that we do for a goal."""

    uid = models.CharField(max_length=40, unique=True)
    token = models.CharField(max_length=40, unique=True)
    goal = models.ForeignKey(Goal, models.PROTECT, related_name="initiatives")
    name = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="initiatives")
    starts_on = models.DateField(null=True)
    due_on = models.DateField()
    shipped_on = models.DateField(null=True)
    dropped_at = models.DateTimeField(null=True)
    dropped_why = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    turn = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["due_on", "pk"]

    def __str__(self) -> str:
        return self.name


class Expectation(models.Model):
    """What an initiative is to change, said before it is known. Append-only: the newest counts.

    `least` is the change that is expected at least: percentage points of a share, else the
    stream's unit. One written while a day of shipping stood, on it or later, keeps that
    (`is_late`); whether it was said afterwards is asked of `queries.was_late`, as that day may be
    told later than the expectation.
    """

    initiative = models.ForeignKey(Initiative, models.CASCADE, related_name="expectations")
    number = models.PositiveIntegerField()
    stream = models.ForeignKey("metrics.Stream", models.PROTECT, related_name="+")
    least = models.FloatField()
    days = models.PositiveIntegerField()  # after shipping, until it is judged
    is_late = models.BooleanField()
    said_by = models.CharField(max_length=200)
    said_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["initiative", "number"], name="plan_one_expectation_a_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.least} of {self.stream_id} within {self.days} days"


class Finding(models.Model):
    """What the days after shipping showed, as it was judged. Written once for an expectation."""

    expectation = models.OneToOneField(Expectation, models.CASCADE, related_name="finding")
    verdict = models.CharField(max_length=12)  # rules.effects.Verdict
    evidence = models.JSONField()  # rules.effects.Effect and the phases' days
    found_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.verdict} of {self.expectation_id}"


class Effort(models.Model):
    """How much work it would be to mend something, as somebody guessed; the newest guess counts.

    `key` names what: "every-request?reason=Potholes" is a segment of a promise.
    """

    key = models.CharField(max_length=300, unique=True)
    days = models.FloatField()
    said_by = models.CharField(max_length=200)
    said_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.days} days for {self.key}"


class Claim(models.Model):
    """A number that others say, with its source; our own stands beside it."""

    uid = models.CharField(max_length=40, unique=True)
    token = models.CharField(max_length=40, unique=True)
    text = models.CharField(max_length=500)
    number = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=300)
    link = models.CharField(max_length=500, blank=True)
    said_on = models.DateField(null=True)
    doubt = models.TextField(blank=True)  # what speaks against it
    ours = models.CharField(max_length=100, blank=True)  # name of the outcome that is our own
    used_in = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
    turn = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.text
