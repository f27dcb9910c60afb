"""What only the page itself knows: the notice that stands on it."""

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
