"""Rows of the state database that belong to signals; the signals themselves are in the store."""

from django.conf import settings
from django.db import models


class Inbox(models.Model):
    """One accepted batch, waiting to be sealed. Its id and line numbers make each signal's seq."""

    id = models.BigAutoField(primary_key=True)
    recorded_at = models.DateTimeField()
    door = models.CharField(max_length=40)
    count = models.PositiveIntegerField()
    size = models.PositiveIntegerField()  # bytes of the payload
    payload = models.BinaryField()  # AES-256-GCM over zstd over NDJSON: see spool.py

    class Meta:
        indexes = [models.Index(fields=["size"], name="inbox_size")]

    def __str__(self) -> str:
        return f"{self.count} signals by {self.door}"


class SegmentFile(models.Model):
    """The manifest of the embedded store: a file counts if and only if it stands here.

    `role` "rows" holds signals; "replaced" holds (seq, replaced_at) of rows in other files.
    Instants are microseconds since 1970, null where no row has one.
    """

    path = models.CharField(max_length=200, unique=True)  # below the folder of signals
    role = models.CharField(max_length=10, default="rows")
    level = models.PositiveSmallIntegerField()  # 0 sealed, 1 an hour's, 2 a day's, 3 settled
    rows = models.BigIntegerField()
    size = models.BigIntegerField()  # bytes
    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    first_recorded = models.BigIntegerField()
    last_recorded = models.BigIntegerField()
    first_happened = models.BigIntegerField(null=True)
    last_happened = models.BigIntegerField(null=True)
    first_due = models.BigIntegerField(null=True)
    last_due = models.BigIntegerField(null=True)
    first_resolved = models.BigIntegerField(null=True)
    last_resolved = models.BigIntegerField(null=True)
    kinds = models.JSONField(default=list)
    sources = models.JSONField(default=list)
    attributes = models.JSONField(default=list)  # names of its segment columns
    supersedes = models.BooleanField(default=False)  # some row names a case that it supersedes
    deliveries = models.BooleanField(default=True)  # it still holds the hashes of deliveries
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)  # no longer counts; deleted after a grace period

    class Meta:
        indexes = [models.Index(fields=["removed_at"], name="segmentfile_removed")]

    def __str__(self) -> str:
        return self.path


class Change(models.Model):
    """A fact for whoever counts: on this UTC day, by this column, rows came or stopped counting.

    `recorded_at` is when the first of the signals that did so was recorded.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=100)
    column = models.CharField(max_length=12)  # happened_at, due_at, resolved_at
    day = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["recorded_at"], name="change_recorded")]

    def __str__(self) -> str:
        return f"{self.kind} by {self.column} on {self.day}"


class Erasure(models.Model):
    """A forgotten subject: its hash is hidden from every answer, then gone from the files.

    When it is gone, `done_at` is set and the hash is emptied here too.
    """

    subject_hash = models.CharField(max_length=32)
    at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"erasure of {self.at}"


class Retention(models.Model):
    """How many days cases of a kind are kept after the last of their instants; no row: for ever."""

    kind = models.CharField(max_length=100, unique=True)
    days = models.PositiveIntegerField()
    # Cases all of whose instants lie before it may be gone: who has counted them counts no more.
    removed_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.kind}: {self.days} days"


class Upload(models.Model):
    """A file given on the desk: read by a job when it is large, removed from disk afterwards."""

    class State(models.TextChoices):
        PREVIEW = "preview", "looked at"
        WAITING = "waiting", "waiting"
        RUNNING = "running", "being read"
        DONE = "done", "done"
        FAILED = "failed", "stopped"

    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    name = models.CharField(max_length=200)
    mapping = models.TextField(blank=True)
    source = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PREVIEW)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    told = models.JSONField(default=dict)

    class Meta:
        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return self.name

    @property
    def accepted(self) -> int | None:
        """Return how many rows were accepted; None until it is imported."""
        found: int | None = self.told.get("accepted")
        return found

    @property
    def refused(self) -> int | None:
        found: int | None = self.told.get("refused")
        return found


class RefusedLine(models.Model):
    """A line that was refused. `sealed` holds it encrypted: it may name a person."""

    at = models.DateTimeField(db_index=True)
    door = models.CharField(max_length=20)
    origin = models.CharField(max_length=200)
    line = models.PositiveBigIntegerField()
    field = models.CharField(max_length=100, blank=True)
    reason = models.CharField(max_length=300)
    sealed = models.BinaryField()

    class Meta:
        ordering = ("-at", "id")

    def __str__(self) -> str:
        return f"{self.origin}: line {self.line}"
