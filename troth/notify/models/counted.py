"""What is counted beside the desk, since counting a million takes longer than a screen may."""

from django.db import models


class Census(models.Model):
    """How many subscriptions there were by channel and state; one row, counted again and again."""

    at = models.DateTimeField()
    took_ms = models.PositiveIntegerField()
    counts = models.JSONField()  # [[channel, state, n], …]

    def __str__(self) -> str:
        return f"counted at {self.at}"


class Reckoning(models.Model):
    """What the many messages of one telling had come to at `at`.

    `at` is empty until they were first counted. It is settled when nothing was under way then; who
    changes something later moves `turn` on, and it is counted once more.
    """

    telling = models.OneToOneField(
        "notify.Telling", models.CASCADE, related_name="reckoning", primary_key=True
    )
    at = models.DateTimeField(null=True)
    rest_ms = models.PositiveIntegerField(default=0)  # until it is counted again
    counts = models.JSONField(default=list)  # [[channel, state or "later", n], …]
    news = models.JSONField(default=list)  # [[channel, kind of bounce, n], …]
    turn = models.PositiveIntegerField(default=0)
    is_settled = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["telling"],
                condition=models.Q(is_settled=False),
                name="notify_reckoning_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.telling_id} at {self.at}"


class Stretch(models.Model):
    """Where the messages of a telling stand in the log: from `first` to `last`, mostly its own.

    It is written with them. The log of one story is read along its stretches: an index of stories
    would be written at each step of each message.
    """

    telling = models.ForeignKey("notify.Telling", models.CASCADE, related_name="stretches")
    first = models.BigIntegerField()
    last = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.telling_id}: {self.first} to {self.last}"
