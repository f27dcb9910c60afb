"""What was said: updates, what they said before, and what they say of components."""

from typing import ClassVar

from django.db import models

from troth.incidents.models.incident import Incident


class Update(models.Model):
    """One message. Without `published_at` it is proposed and nobody outside sees it."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="updates")
    uid = models.CharField(max_length=12, unique=True)
    state = models.CharField(max_length=14)
    body = models.TextField()
    html = models.TextField()  # rendered and cleaned when it was written
    at = models.DateTimeField()  # as readers see it; may be back-dated
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    discarded_at = models.DateTimeField(null=True)  # proposed and not wanted
    lapsed_at = models.DateTimeField(null=True)  # proposed and overtaken: nobody can approve it
    lapsed_for = models.CharField(max_length=14, blank=True)  # what overtook it: resolved, merged
    next_due_at = models.DateTimeField(null=True)
    # What nobody said follows the publication: when it was said, when the next one comes.
    is_backdated = models.BooleanField(default=False)
    due_by_grid = models.BooleanField(default=False)
    notify = models.BooleanField(default=True)
    answers = models.JSONField(default=dict)  # what it says of the incident: problem, recovery …
    by = models.CharField(max_length=200)
    written_by = models.CharField(max_length=200)  # who may not approve it alone

    class Meta:
        indexes: ClassVar = [models.Index(fields=["incident", "at"], name="incidents_update_at")]

    def __str__(self) -> str:
        return self.uid


class Edit(models.Model):
    """What a published update said before. Public."""

    update = models.ForeignKey(Update, on_delete=models.CASCADE, related_name="edits")
    number = models.IntegerField()
    at = models.DateTimeField()
    body = models.TextField()
    by = models.CharField(max_length=200)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["update", "number"], name="one_edit_number")
        ]

    def __str__(self) -> str:
        return f"{self.update_id} {self.number}"


class UpdateImpact(models.Model):
    """What an update says of a component, from `since` or else from the update on."""

    update = models.ForeignKey(Update, on_delete=models.CASCADE, related_name="impacts")
    component = models.CharField(max_length=12, db_index=True)  # uid
    name = models.CharField(max_length=410)  # "Group - Component", as it was called then
    status = models.CharField(max_length=20)
    since = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["update", "component"], name="one_word_a_component")
        ]

    def __str__(self) -> str:
        return f"{self.update_id} {self.component} {self.status}"
