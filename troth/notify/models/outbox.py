"""The outbox: one row for each message to each reader, from due to receipted."""

from django.db import models
from django.db.models import Case, F, When


class State(models.TextChoices):
    QUEUED = "queued"
    CLAIMED = "claimed"  # a worker holds it; nothing has left
    LEAVING = "leaving"  # on its way: if the worker dies now, nobody knows whether it arrived
    ACCEPTED = "accepted"
    OVERTAKEN = "overtaken"  # a newer revision went instead
    JOINED = "joined"  # told within another message: a digest, or a burst in one
    WITHHELD = "withheld"  # no consent, suppressed or ended by the time it was due
    REFUSED = "refused"  # the other side will not have it, or nobody is there
    GIVEN_UP = "given up"  # tried long enough
    UNKNOWN = "unknown"  # it left, and nobody knows whether it arrived


class Delivery(models.Model):
    """A reader is a contact: whoever has two subscriptions that match is told once.

    `reader` is that contact: its messages leave in order, one at a time. `priority` is 0 for urgent
    ones, 1 for the rest, 2 for digests.
    """

    telling = models.ForeignKey(
        "notify.Telling", models.CASCADE, related_name="deliveries", db_index=False
    )
    thread = models.ForeignKey("notify.Thread", models.CASCADE, related_name="+", db_index=False)
    reader = models.ForeignKey("people.Contact", models.CASCADE, related_name="+", db_index=False)
    subscription = models.ForeignKey(
        "notify.Subscription", models.CASCADE, related_name="+", db_index=False
    )
    outlet = models.ForeignKey("notify.Outlet", models.PROTECT, null=True, db_index=False)
    channel = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    priority = models.PositiveSmallIntegerField(default=1)
    due_at = models.DateTimeField()
    claimed_by = models.CharField(max_length=200, default="")  # Courier.name
    tries = models.PositiveSmallIntegerField(default=0)
    left_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    said = models.CharField(max_length=300, default="")  # the other side, or why not
    receipt = models.CharField(max_length=200, default="")
    joined_to = models.ForeignKey("self", models.SET_NULL, null=True, db_index=False)
    replay_of = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+",
                                  db_index=False)  # fmt: skip

    class Meta:
        constraints = [
            # Of all, so that it serves as the telling's index, too: one of the telling alone is
            # slow to write, and PostgreSQL looks readers up in it, at a million rows for each.
            models.UniqueConstraint(
                F("telling"),
                F("reader"),
                Case(
                    When(replay_of=None, then=0),
                    default=F("id"),
                    output_field=models.BigIntegerField(),
                ),
                name="notify_told_once",
            ),
            models.UniqueConstraint(
                fields=["reader"],
                condition=models.Q(state__in=["claimed", "leaving"]),
                name="notify_one_under_way",
            ),
        ]
        indexes = [
            # What a courier asks: the next ones of an outlet, and whether a reader has older ones.
            models.Index(
                fields=["channel", "outlet", "priority", "due_at", "id"],
                condition=models.Q(state="queued"),
                name="notify_delivery_due",
            ),
            models.Index(
                fields=["reader", "priority", "id"],
                condition=models.Q(state="queued"),
                name="notify_delivery_in_line",
            ),
            # What the desk asks.
            models.Index(fields=["reader", "-id"], name="notify_delivery_of_reader"),
            # Of all that have come to an end, so that a message is written here once.
            models.Index(
                fields=["state", "-id", "channel"],
                condition=models.Q(
                    state__in=[
                        "accepted",
                        "overtaken",
                        "joined",
                        "withheld",
                        "refused",
                        "given up",
                        "unknown",
                    ]
                ),
                name="notify_delivery_ended",
            ),
            models.Index(
                fields=["replay_of"],
                condition=models.Q(replay_of__isnull=False),
                name="notify_delivery_replayed",
            ),
            models.Index(
                fields=["joined_to"],
                condition=models.Q(state="joined"),
                name="notify_delivery_joined",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"


class Courier(models.Model):
    """A process that delivers. While it lives, `seen_at` changes every few seconds.

    Others look at whether it changes, never at what it says: no clock has to agree with another.
    """

    name = models.CharField(max_length=200, unique=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Attempt(models.Model):
    """A try that was no first success: what was said, and how long it took."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    took_ms = models.PositiveIntegerField()
    fate = models.CharField(max_length=10)  # rules.results.Fate
    said = models.CharField(max_length=500)

    def __str__(self) -> str:
        return f"{self.fate} at {self.at}"
