"""What was told: one thread for each thing told of, a telling for each revision of it."""

from django.db import models


class Thread(models.Model):
    about = models.CharField(max_length=120, unique=True)  # rules.story.Story.about
    uid = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=300)
    purpose = models.CharField(max_length=20)
    newest = models.PositiveIntegerField(default=0)
    told_at = models.DateTimeField()  # last

    class Meta:
        indexes = [models.Index(fields=["-told_at"], name="notify_thread_newest")]

    def __str__(self) -> str:
        return self.title


class Telling(models.Model):
    """One revision of a story, written with the fact. It is spread to readers after that.

    `cursor` is the last subscription looked at, `spread_at` the end of it: a killed worker's
    successor goes on from there.
    """

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="tellings")
    number = models.PositiveIntegerField()
    event = models.CharField(max_length=30)
    revision = models.CharField(max_length=64)
    content = models.JSONField()  # rules.story.Story
    severity = models.PositiveSmallIntegerField(default=0)
    is_urgent = models.BooleanField(default=False)
    is_correction = models.BooleanField(default=False)
    told_at = models.DateTimeField()
    by = models.CharField(max_length=100, default="")
    cursor = models.BigIntegerField(default=0)
    spread_at = models.DateTimeField(null=True)
    matched = models.PositiveIntegerField(default=0)
    measured_at = models.DateTimeField(null=True)  # when it became signals how soon it was told

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread", "number"], name="notify_telling_number")
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(spread_at=None), name="notify_telling_unspread"
            ),
            models.Index(
                fields=["told_at"],
                condition=models.Q(measured_at=None),
                name="notify_telling_unmeasured",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.thread_id} #{self.number}"


class Carried(models.Model):
    """Which revision a place that is read, not written to, shows: page, feed, API, banner."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="carried")
    place = models.CharField(max_length=40)
    revision = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread", "place"], name="notify_carried_once")
        ]

    def __str__(self) -> str:
        return f"{self.place} shows {self.revision}"


class Wording(models.Model):
    """Our own words in place of the shipped template. Append-only; the newest row is in force.

    An empty `text` goes back to the shipped one.
    """

    shape = models.CharField(max_length=10)  # channel.Shape
    part = models.CharField(max_length=10)  # title, text, html
    event = models.CharField(max_length=30, default="")  # "": every event
    language = models.CharField(max_length=10)
    text = models.TextField(default="")
    at = models.DateTimeField()
    by = models.CharField(max_length=100, default="")

    class Meta:
        indexes = [models.Index(fields=["shape", "part", "event", "language", "-id"],
                                name="notify_wording_in_force")]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.shape} {self.part} {self.event} {self.language}"
