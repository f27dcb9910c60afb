"""What an installation decided beforehand: its templates and its cadence. Both are documents."""

from typing import ClassVar

from django.db import models


class Template(models.Model):
    """A prepared incident, and which monitors and promises open it."""

    slug = models.CharField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    spec = models.JSONField()  # the whole document
    managed_by = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["name", "slug"]

    def __str__(self) -> str:
        return self.slug


class Cadence(models.Model):
    """How often we promise to speak, from `created_at` on. The latest row is in force."""

    slug = models.CharField(max_length=100)
    spec = models.JSONField()  # the whole document
    managed_by = models.CharField(max_length=20, blank=True)
    by = models.CharField(max_length=200)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.slug} {self.created_at:%Y-%m-%d}"
