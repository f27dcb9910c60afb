"""What only the page itself knows: the notice that stands on it, the links that were handed on."""

from datetime import datetime

from django.db import models


class Notice(models.Model):
    """A sentence on every public page, for example that the data is a demonstration."""

    text = models.CharField(max_length=300)
    author = models.CharField(max_length=200)
    posted_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]  # of two posted in the same instant, the later one stands

    def __str__(self) -> str:
        return self.text[:40]


class SharedLink(models.Model):
    """An address of the one sheet as of an instant. Only a hash of it is kept."""

    digest = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=200)  # for whom, or for what
    language = models.CharField(max_length=20)
    as_of = models.DateTimeField()
    until = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)  # the last time
    openings = models.IntegerField(default=0)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.purpose[:40]

    def is_live(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.until


class View(models.Model):
    """How often a page was read on one local day, by classes; nothing of any one reader."""

    day = models.DateField()
    path = models.CharField(max_length=200)  # without the language in it
    language = models.CharField(max_length=20)
    kind = models.CharField(max_length=10)  # reader, bot or program
    origin = models.CharField(max_length=10)  # none, own, search or other
    audience = models.CharField(max_length=200, blank=True)  # whose private page it is
    in_incident = models.BooleanField()  # an incident was open when it was read
    views = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "path", "language", "kind", "origin", "audience", "in_incident"],
                name="one_view_row",
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.path} {self.views}"
