"""Stories that people write by hand: what stands in them, and every text that ever stood there."""

from typing import ClassVar

from django.db import models


class Draft(models.Model):
    """A story under hand, from its first words until it is told, and again when it is corrected.

    `content` is rules.composing.Written; `turn` grows with each change, so that two who write at
    once notice. `thread` is what was told of it. A told one that is written anew is a correction,
    or the next news.
    """

    WRITING = "writing"
    WAITING = "waiting"  # for another person, or for an editor
    SCHEDULED = "scheduled"  # goes out at `sends_at`; may be taken back until then
    TOLD = "told"
    DISCARDED = "discarded"
    STATES: ClassVar = [(s, s) for s in (WRITING, WAITING, SCHEDULED, TOLD, DISCARDED)]

    uid = models.CharField(max_length=40, unique=True)
    # Of the form that began it.
    token = models.CharField(max_length=100, unique=True, null=True)  # noqa: DJ001 - unique
    title = models.CharField(max_length=300, default="")
    event = models.CharField(max_length=30)
    content = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=STATES, default=WRITING)
    turn = models.PositiveIntegerField(default=0)
    two_person = models.BooleanField(default=False)
    is_correction = models.BooleanField(default=False)
    sends_at = models.DateTimeField(null=True)
    sent_by = models.CharField(max_length=100, default="")
    thread = models.ForeignKey("notify.Thread", models.SET_NULL, null=True, related_name="+")
    by = models.CharField(max_length=100, default="")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["-updated_at"], name="notify_draft_newest"),
            models.Index(
                fields=["sends_at"],
                condition=models.Q(state="scheduled"),
                name="notify_draft_due",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.uid


class Edit(models.Model):
    """What somebody did to a draft, with the whole text as it stood then.

    `pen` is one form in one window: what it keeps by itself while somebody types is one edit.
    """

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="edits")
    turn = models.PositiveIntegerField()
    verb = models.CharField(max_length=20)  # wrote, kept aside, proposed, sent, told, …
    content = models.JSONField()
    by = models.CharField(max_length=100)
    pen = models.CharField(max_length=40, default="")
    author = models.CharField(max_length=60)  # who it is, so that two of one name are two
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.draft_id}.{self.turn} {self.verb}"
