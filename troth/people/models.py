"""Where people can be reached, and what they allowed us: consent is a ledger, never a flag."""

from django.db import models


class Contact(models.Model):
    """An address of a person or a program. It is sealed: nothing at rest shows it in clear.

    `digest` is a keyed hash of channel and normalised address: it finds the row again. `shown` is
    the address with most of it hidden, `domain` that of a mail address.
    """

    uid = models.CharField(max_length=40, unique=True)
    channel = models.CharField(max_length=40)
    digest = models.CharField(max_length=32)
    sealed = models.BinaryField()
    shown = models.CharField(max_length=120)
    domain = models.CharField(max_length=255, default="")
    language = models.CharField(max_length=10, default="en")
    zone = models.CharField(max_length=60, default="UTC")
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "digest"], name="people_contact_once")
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.shown}"


class Statement(models.Model):
    """Words that people said yes to, as they were shown. A proof names them by `version`."""

    version = models.CharField(max_length=12, unique=True)  # hash of language and text
    language = models.CharField(max_length=10)
    text = models.TextField()
    first_shown_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.version} ({self.language})"


class Consent(models.Model):
    """Yes or no to one purpose, with its proof. Append-only; the newest row is in force."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=20)
    is_given = models.BooleanField()
    at = models.DateTimeField()
    how = models.CharField(max_length=20)  # form, link, challenge, one-click, api, import, …
    proof = models.JSONField(default=dict)
    by = models.CharField(max_length=100, default="")

    class Meta:
        indexes = [
            models.Index(fields=["contact", "purpose", "at"], name="people_consent_in_force")
        ]

    def __str__(self) -> str:
        return f"{'yes' if self.is_given else 'no'} to {self.purpose} at {self.at}"


class Permission(models.Model):
    """What is in force now, written with each consent: a million are asked in one query."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="permissions")
    purpose = models.CharField(max_length=20)
    is_given = models.BooleanField()
    consent = models.ForeignKey(Consent, models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "purpose"], name="people_permission_once")
        ]

    def __str__(self) -> str:
        return f"{'yes' if self.is_given else 'no'} to {self.purpose}"
