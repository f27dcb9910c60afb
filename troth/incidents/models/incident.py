"""The incident itself, and what it is connected with."""

from typing import ClassVar

from django.db import models


class Incident(models.Model):
    """An incident, breach or maintenance. What was said of it is in its updates."""

    uid = models.CharField(max_length=12, unique=True)
    kind = models.CharField(max_length=12)
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=14)
    impact = models.CharField(max_length=12)
    impact_said = models.CharField(max_length=12, blank=True)  # a person's word, else by components
    urgency = models.CharField(max_length=10)

    problem = models.TextField(blank=True)  # what is wrong, exactly
    affects = models.TextField(blank=True)
    workaround = models.TextField(blank=True)
    recovery = models.TextField(blank=True)
    data_loss = models.TextField(blank=True)

    started_at = models.DateTimeField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    discarded_at = models.DateTimeField(null=True)  # a draft that nobody published
    identified_at = models.DateTimeField(null=True)
    monitoring_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    next_due_at = models.DateTimeField(null=True)
    postmortem_due = models.DateTimeField(null=True)
    # When it began, or is to begin: what lists are ordered by. NULL while it is not public.
    listed_at = models.DateTimeField(null=True)

    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="merged"
    )
    merged_at = models.DateTimeField(null=True)
    backfilled = models.BooleanField(default=False)
    two_person = models.BooleanField(default=False)
    restricted = models.BooleanField(default=False)  # its audiences are in ShownTo
    audiences_said = models.JSONField(default=list)  # a person's word, else by components
    audiences = models.JSONField(default=list)
    flags = models.JSONField(default=list)

    origin = models.CharField(max_length=10)  # person, monitor, promise, overrun, series, import
    opened_for = models.CharField(max_length=130, blank=True)  # "monitor:shop", "promise:uptime"
    confirm_at = models.DateTimeField(null=True)  # when a draft publishes itself
    source = models.CharField(max_length=100, blank=True)  # of an import
    source_id = models.CharField(max_length=200, blank=True)
    source_digest = models.CharField(max_length=32, blank=True)
    by = models.CharField(max_length=200)
    turn = models.IntegerField(default=0)  # grows with each change: who read an older one is told
    revision = models.CharField(max_length=16, blank=True)  # rules.revising

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["-listed_at", "-id"], name="incidents_listed"),
            models.Index(
                fields=["kind"],
                name="incidents_open",
                condition=models.Q(resolved_at=None, merged_into=None, discarded_at=None),
            ),
            models.Index(fields=["opened_for"], name="incidents_opened_for"),
            models.Index(
                fields=["confirm_at"],
                name="incidents_confirm",
                condition=models.Q(confirm_at__isnull=False),
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "source_id"],
                name="one_incident_a_source",
                condition=~models.Q(source=""),
            )
        ]

    def __str__(self) -> str:
        return self.uid


class ShownTo(models.Model):
    """One audience that a restricted incident is shown to."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="shown_to")
    audience = models.CharField(max_length=100)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["incident", "audience"], name="one_row_an_audience")
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.audience}"


class Wording(models.Model):
    """All public words of an incident in lower case: what a search reads."""

    incident = models.OneToOneField(Incident, on_delete=models.CASCADE, related_name="wording")
    text = models.TextField()

    def __str__(self) -> str:
        return str(self.incident_id)


class Link(models.Model):
    """Two incidents that have to do with each other; `incident` is the lower id."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="links")
    other = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="links_back")
    by = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["incident", "other"], name="one_link_a_pair")
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.other_id}"


class Opened(models.Model):
    """That a broken promise or a monitor's turn was answered: by this incident, or by none."""

    flip = models.OneToOneField(
        "promises.Flip", null=True, on_delete=models.CASCADE, related_name="incident_answer"
    )
    turn = models.OneToOneField(
        "probes.Turn", null=True, on_delete=models.CASCADE, related_name="incident_answer"
    )
    incident = models.ForeignKey(
        Incident, null=True, on_delete=models.SET_NULL, related_name="opened_by"
    )
    at = models.DateTimeField()
    why = models.CharField(max_length=20)  # opened, attached, recovered, suppressed, old, first …

    def __str__(self) -> str:
        return f"{self.flip_id or self.turn_id} {self.why}"
