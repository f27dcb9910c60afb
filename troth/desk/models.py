"""Reports as they were made. What a report said stays what it said."""

from typing import Any, ClassVar

from django.db import models


class Report(models.Model):
    """One report of a week, month or quarter. Append-only: it is written once and never changed.

    `about` is "" or the account that it is of. `content` holds figures and the instant at which
    they were read (docs/reports.md); `digest` is of it.
    """

    uid = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=10)  # weekly; monthly; quarterly
    about = models.CharField(max_length=100, blank=True)
    title = models.CharField(max_length=300)
    starts_on = models.DateField()
    ends_on = models.DateField()  # the last day in it
    zone = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    content = models.JSONField()
    digest = models.CharField(max_length=32)

    class Meta:
        ordering: ClassVar = ["-ends_on", "kind", "about"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "about", "starts_on"], name="desk_one_report_a_time"
            )
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        """Write a new report. Raises TypeError for one that is written already."""
        if not self._state.adding:
            raise TypeError("a report is never changed")
        super().save(*args, **kwargs)
