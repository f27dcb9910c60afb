from django.db import models


class Outlet(models.Model):
    """A channel set up here: a mail server, a Slack workspace, an account of a network.

    A channel that needs no settings (webhooks, feeds) works without one. Secrets are sealed.
    """

    slug = models.SlugField(max_length=100, unique=True)
    channel = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    settings = models.JSONField(default=dict)
    sealed = models.BinaryField(default=b"")
    is_default = models.BooleanField(default=False)  # of its channel, for what strangers subscribe
    per_second = models.FloatField(null=True)  # none: the channel's own
    at_once = models.PositiveSmallIntegerField(null=True)
    free_at = models.DateTimeField(null=True)  # when its rate lets the next message go
    paused_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, default="")
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
    managed_by = models.CharField(max_length=200, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel"],
                condition=models.Q(is_default=True, retired_at=None),
                name="notify_one_default_outlet",
            )
        ]

    def __str__(self) -> str:
        return self.name
