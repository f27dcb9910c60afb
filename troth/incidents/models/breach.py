"""A breach of personal data: what is known, and which notices were given."""

from typing import ClassVar

from django.db import models

from troth.incidents.models.incident import Incident


class Breach(models.Model):
    """What is known of a breach. The register of Art. 33 (5) GDPR is made of these rows."""

    incident = models.OneToOneField(
        Incident, on_delete=models.CASCADE, related_name="breach", primary_key=True
    )
    aware_at = models.DateTimeField()
    facts = models.TextField(blank=True)
    people = models.BigIntegerField(null=True)
    records = models.BigIntegerField(null=True)
    scope_note = models.TextField(blank=True)
    consequences = models.TextField(blank=True)
    fixes = models.TextField(blank=True)
    prevention = models.TextField(blank=True)
    contact = models.CharField(max_length=300, blank=True)
    hotline = models.CharField(max_length=100, blank=True)
    reset_url = models.URLField(max_length=500, blank=True)  # where people change their password
    noticed_at = models.DateTimeField(null=True)  # the first notice to the authority
    delay_reason = models.TextField(blank=True)

    def __str__(self) -> str:
        return str(self.incident_id)


class BreachNotice(models.Model):
    """One phase of telling the authority or the people; what was known is kept with it."""

    breach = models.ForeignKey(Breach, on_delete=models.CASCADE, related_name="notices")
    number = models.IntegerField()
    to = models.CharField(max_length=10)  # authority, people
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    is_final = models.BooleanField(default=False)
    reference = models.CharField(max_length=200, blank=True)
    said = models.JSONField()
    by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["breach", "number"], name="one_notice_number")
        ]

    def __str__(self) -> str:
        return f"{self.breach_id} {self.number}"
