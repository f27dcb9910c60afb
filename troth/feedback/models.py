"""What somebody wrote to us, what we did about it, and when many write at once."""

from typing import ClassVar

from django.db import models


class Report(models.Model):
    """A problem, a question or a comment. Text and address are sealed: nothing shows them at rest.

    `digest` finds the address, `origin` is a keyed hash of the network, for a day. `steps` counts
    what was done: who looked before the last step is told so. `version` grows with each change of
    state, `told` is the one that the signals have.
    """

    uid = models.CharField(max_length=40, unique=True)
    token = models.CharField(max_length=32, unique=True)  # of the form: sent twice, it is one
    kind = models.CharField(max_length=10)  # rules.Kind
    component = models.CharField(max_length=12, default="")  # uid; "": none was named
    touchpoint = models.CharField(max_length=100, default="")  # its slug then
    language = models.CharField(max_length=10)
    text = models.BinaryField()
    address = models.BinaryField(default=b"")
    digest = models.CharField(max_length=32, default="")
    shown = models.CharField(max_length=120, default="")  # the address, most of it hidden
    origin = models.CharField(max_length=32, default="")
    state = models.CharField(max_length=10, default="open")  # rules.State
    end = models.CharField(max_length=10, default="")  # rules.End
    incident = models.CharField(max_length=12, default="")  # uid
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)  # none: there is no address to answer
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    steps = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    told = models.PositiveIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["state", "-id"], name="feedback_inbox"),
            models.Index(fields=["created_at", "component"], name="feedback_lately"),
            models.Index(
                fields=["digest"], condition=~models.Q(digest=""), name="feedback_of_address"
            ),
            models.Index(
                fields=["incident"], condition=~models.Q(incident=""), name="feedback_of_incident"
            ),
            models.Index(
                fields=["id"], condition=~models.Q(told=models.F("version")),
                name="feedback_untold",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"


class Step(models.Model):
    """What somebody here did: answered, noted, linked, closed, reopened. Its words are sealed."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="done")
    number = models.PositiveIntegerField()
    verb = models.CharField(max_length=12)
    text = models.BinaryField(default=b"")
    about = models.CharField(max_length=40, default="")  # an incident, a way to close
    by = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["report", "number"], name="feedback_one_step_a_number")
        ]

    def __str__(self) -> str:
        return f"{self.verb} at {self.at}"


class Surge(models.Model):
    """Many report a component ("": the whole) that shows green. Nothing is kept of who."""

    component = models.CharField(max_length=12)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["component"], condition=models.Q(ended_at=None), name="feedback_one_surge"
            )
        ]

    def __str__(self) -> str:
        return f"{self.component or 'the whole'} since {self.began_at}"
