"""Who is to be told what: subscriptions, and addresses that are left alone."""

from typing import ClassVar

from django.db import models

from troth.notify.models.copied import OfContact


class Subscription(models.Model):
    """A reader's wish. `events` is a mask of `rules.events`; without parts it means everything."""

    ASKED = "asked"  # an address that has not confirmed
    ACTIVE = "active"
    PAUSED = "paused"  # by the reader, until `paused_until` or until they say so
    QUARANTINED = "quarantined"  # its endpoint keeps failing
    ENDED = "ended"
    STATES: ClassVar = [(state, state) for state in (ASKED, ACTIVE, PAUSED, QUARANTINED, ENDED)]
    PACES: ClassVar = [(pace, pace) for pace in ("at once", "daily", "weekly")]

    uid = models.CharField(max_length=40, unique=True)
    contact = models.ForeignKey("people.Contact", models.CASCADE, related_name="subscriptions")
    channel = OfContact(max_length=40, default="", db_default="")
    language = OfContact(max_length=10, default="", db_default="")
    outlet = models.ForeignKey("notify.Outlet", models.PROTECT, null=True)  # none: the default one
    state = models.CharField(max_length=12, choices=STATES, default=ASKED)
    page = models.CharField(max_length=100, default="")  # "": the main page
    audience = models.CharField(max_length=100, default="")  # "": the public
    events = models.BigIntegerField()
    floor = models.PositiveSmallIntegerField(default=0)  # rules.events.Severity
    has_parts = models.BooleanField(default=False)
    pace = models.CharField(max_length=8, choices=PACES, default="at once")
    quiet_from = models.PositiveSmallIntegerField(null=True)  # minute of the reader's own day
    quiet_until = models.PositiveSmallIntegerField(null=True)
    sealed = models.BinaryField(default=b"")  # its own secrets: signing keys of a webhook
    is_ours = models.BooleanField(default=False)  # a route for our own people
    proof = models.JSONField(default=dict)  # of the ask, until it becomes part of the consent's
    # What opened the door of a private page: kind, instant, its terms (notify.doors).
    door = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_how = models.CharField(max_length=20, default="")
    paused_until = models.DateTimeField(null=True)
    quarantined_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)  # in a row
    failing_since = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, default="")
    # The mail address that is told when an endpoint fails; it need not be subscribed to anything.
    owner = models.ForeignKey(
        "people.Contact", models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        indexes = [
            models.Index(fields=["state", "id"], name="notify_subscription_spread"),
            # What the desk and the API sift by (by a part: notify_part_readers). The list is in the
            # order of ids, and counts need no more than the index.
            models.Index(fields=["channel", "id", "state"], name="notify_subscription_channel"),
            models.Index(fields=["language", "id"], name="notify_subscription_language"),
            models.Index(fields=["page", "id"], name="notify_subscription_page"),
            models.Index(
                fields=["id"], condition=models.Q(is_ours=True), name="notify_subscription_ours"
            ),
            models.Index(
                fields=["asked_at"],
                condition=models.Q(state="asked"),
                name="notify_subscription_asked",
            ),
            models.Index(
                fields=["owner"],
                condition=models.Q(owner__isnull=False),
                name="notify_subscription_owner",
            ),
            models.Index(
                fields=["paused_until"],
                condition=models.Q(state="paused"),
                name="notify_subscription_paused",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.uid} ({self.state})"


class SubscribedPart(models.Model):
    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="parts")
    key = models.CharField(max_length=120)  # rules.story.Part.key

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscription", "key"], name="notify_part_once")
        ]
        indexes = [models.Index(fields=["key", "subscription"], name="notify_part_readers")]

    def __str__(self) -> str:
        return self.key


class Suppression(models.Model):
    """An address that gets nothing: a hard bounce, a complaint, or by our own hand."""

    channel = models.CharField(max_length=40)
    digest = models.CharField(max_length=32)  # of people.Contact: the address may be erased
    shown = models.CharField(max_length=120)
    reason = models.CharField(max_length=20)  # hard bounce, soft bounces, complaint, staff
    said = models.CharField(max_length=500, default="")
    at = models.DateTimeField()
    by = models.CharField(max_length=100, default="")
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=100, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "digest"],
                condition=models.Q(lifted_at=None),
                name="notify_suppressed_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.shown}: {self.reason}"


class Bounce(models.Model):
    """What a mail system said later about a message. Soft ones count, and count less with age."""

    contact = models.ForeignKey("people.Contact", models.CASCADE, related_name="+")
    delivery = models.ForeignKey("notify.Delivery", models.SET_NULL, null=True)
    kind = models.CharField(max_length=12)  # hard, soft, complaint, opened, delivered
    said = models.CharField(max_length=500, default="")
    at = models.DateTimeField()
    event_id = models.CharField(
        max_length=200, unique=True
    )  # the provider's: told twice, kept once

    def __str__(self) -> str:
        return f"{self.kind} at {self.at}"


class Knock(models.Model):
    """Somebody asked for something of which there may not be too much. Forgotten after a day.

    `key` is a keyed hash of what is counted: an IP address, an address to write to, a solved
    riddle. Nothing leads back from it.
    """

    key = models.CharField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["key", "at"], name="notify_knock_of_key"),
            models.Index(fields=["at"], name="notify_knock_old"),
        ]

    def __str__(self) -> str:
        return f"{self.key[:8]} at {self.at}"
