"""What must be said by when, and what makes sure that it is said once."""

from typing import ClassVar

from django.db import models

from troth.incidents.models.incident import Incident


class Clock(models.Model):
    """A promise about our own telling: an update, a breach notice, a maintenance notice.

    Each is told as a signal, judged by ordinary promises. `version` grows with each change;
    `told` is the version that the signals have.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="clocks")
    kind = models.CharField(max_length=20)  # the signal's: incident.update, breach.notice …
    key = models.CharField(max_length=100, unique=True)
    happened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    void_at = models.DateTimeField(null=True)  # it no longer had to be said
    segment = models.JSONField(default=dict)
    version = models.IntegerField(default=1)
    told = models.IntegerField(default=0)
    # When time alone must do something next: remind, then escalate; NULL: nothing.
    ring_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["ring_at"],
                name="incidents_ring",
                condition=models.Q(ring_at__isnull=False),
            ),
            models.Index(
                fields=["id"],
                name="incidents_untold",
                condition=~models.Q(told=models.F("version")),
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Overdue(models.Model):
    """A fact for whoever tells people: something is due soon (reminder) or late (escalation)."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="overdue")
    what = models.CharField(max_length=20)  # the clock's kind, "maintenance" or "postmortem"
    step = models.CharField(max_length=10)  # reminder, escalation
    to = models.CharField(max_length=200, blank=True)  # who holds the role then
    role = models.CharField(max_length=12)
    due_at = models.DateTimeField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["incident", "what", "step", "due_at"], name="one_fact_a_step"
            )
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.what} {self.step}"


class Sent(models.Model):
    """A request that was carried out: the same token again does nothing more."""

    token = models.CharField(max_length=100, unique=True)
    verb = models.CharField(max_length=20)
    uid = models.CharField(max_length=12)  # of the incident or update that came of it
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.token


class Counter(models.Model):
    """One row: grows with each change that anybody outside can see."""

    number = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)
