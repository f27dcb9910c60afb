"""Monitors, heartbeats, what was seen of them, and the turns that others read. Turns only grow."""

from django.db import models


class Monitor(models.Model):
    """Something that is checked. Its secrets are encrypted and never shown again."""

    slug = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=40)
    settings = models.JSONField(default=dict)
    sealed = models.BinaryField(default=b"")  # the secret settings: see sealing.py
    every_ms = models.PositiveIntegerField()
    timeout_ms = models.PositiveIntegerField()
    retries = models.PositiveSmallIntegerField(default=0)
    condition = models.CharField(max_length=1_000, blank=True)
    slow_ms = models.PositiveIntegerField(null=True)
    need = models.PositiveSmallIntegerField(default=1)  # so many results …
    of = models.PositiveSmallIntegerField(default=1)  # … of the last so many turn a state
    locations = models.JSONField(default=list)
    quorum = models.PositiveSmallIntegerField(default=0)  # 0: a majority
    parents = models.ManyToManyField("self", symmetrical=False, related_name="children")
    touchpoint = models.CharField(max_length=100, blank=True)
    managed_by = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)  # someone wants it checked at once
    paused_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name", "slug"]

    def __str__(self) -> str:
        return self.slug


class Sight(models.Model):
    """What one location sees of a monitor: see rules/turning.py: View. Rewritten by each result.

    Instants are milliseconds since 1970, durations microseconds.
    """

    monitor = models.ForeignKey(Monitor, on_delete=models.CASCADE, related_name="sights")
    location = models.CharField(max_length=40)
    state = models.CharField(max_length=10, default="unknown")
    since = models.BigIntegerField(default=0)
    last = models.BigIntegerField(default=0)  # when the newest check was due
    late = models.BigIntegerField(default=0)  # how much later it began
    took = models.BigIntegerField(default=0)
    outcome = models.CharField(max_length=10, default="")
    reason = models.CharField(max_length=300, default="", blank=True)
    phases = models.BinaryField(default=b"")  # JSON: name → microseconds
    recent = models.BinaryField(default=b"")  # results since the turn: see packed.py
    shown = models.BinaryField(default=b"")  # the last results, for charts: see packed.py
    evidence_at = models.BigIntegerField(default=0)  # when evidence was last kept

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["monitor", "location"], name="one_sight_a_location")
        ]

    def __str__(self) -> str:
        return f"{self.monitor_id} from {self.location}"


class Heartbeat(models.Model):
    """Something that reports by itself, and whose silence is a failure."""

    slug = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, unique=True)  # of the key in its address
    sealed = models.BinaryField(default=b"")  # the key, to show the address to editors
    period_s = models.PositiveIntegerField(null=True)
    grace_s = models.PositiveIntegerField(default=60)
    cron = models.CharField(max_length=100, blank=True)
    calendar = models.CharField(max_length=100, blank=True)
    zone = models.CharField(max_length=60, default="UTC")
    mail = models.JSONField(default=dict)  # which words of a message mean what: rules/mailing.py
    touchpoint = models.CharField(max_length=100, blank=True)
    last_at = models.DateTimeField(null=True)  # the last success
    started_at = models.DateTimeField(null=True)  # a start without an end
    down_at = models.DateTimeField(null=True, db_index=True)  # from when silence is a failure
    managed_by = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name", "slug"]

    def __str__(self) -> str:
        return self.slug


class Ping(models.Model):
    """A sign of a heartbeat. Its body is encrypted: it may say anything."""

    id = models.BigAutoField(primary_key=True)
    heartbeat = models.ForeignKey(
        Heartbeat, on_delete=models.CASCADE, related_name="pings", db_index=False
    )  # found by ping_of_heartbeat: each index more costs each sign a page on the disk
    at = models.DateTimeField()
    kind = models.CharField(max_length=10)  # success, start, fail, log
    code = models.PositiveSmallIntegerField(null=True)  # a program's exit code
    method = models.CharField(max_length=8)
    size = models.PositiveIntegerField(default=0)  # bytes of the body, also where less is kept
    sealed = models.BinaryField(default=b"")
    is_new = models.BooleanField(default=True)  # the heartbeat's state does not know of it yet
    mark = models.CharField(max_length=32, default="", db_default="", blank=True)  # of a message

    class Meta:
        indexes = [
            models.Index(fields=["heartbeat", "-id"], name="ping_of_heartbeat"),
            models.Index(fields=["id"], condition=models.Q(is_new=True), name="ping_new"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["heartbeat", "mark"], condition=~models.Q(mark=""), name="one_message_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.heartbeat_id}"


class PingKey(models.Model):
    """The one key for addresses by slug: /ping/<key>/<slug>."""

    digest = models.CharField(max_length=64, unique=True)
    sealed = models.BinaryField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"made {self.made_at}"


class State(models.Model):
    """How a monitor or heartbeat is now. `watch` is its slug, unique over both."""

    watch = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=10)  # monitor, heartbeat
    state = models.CharField(max_length=10, default="unknown")
    since = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, default="", blank=True)

    def __str__(self) -> str:
        return f"{self.watch}: {self.state}"


class Turn(models.Model):
    """A fact for the packages above: a state changed. `at` is dated back to the first failure."""

    id = models.BigAutoField(primary_key=True)
    watch = models.CharField(max_length=60)
    kind = models.CharField(max_length=10)
    was = models.CharField(max_length=10)
    now = models.CharField(max_length=10)
    at = models.DateTimeField()
    confirmed_at = models.DateTimeField()
    reason = models.CharField(max_length=300, default="", blank=True)
    suppressed_by = models.CharField(max_length=60, default="", blank=True)

    class Meta:
        indexes = [models.Index(fields=["watch", "-id"], name="turn_of_watch")]

    def __str__(self) -> str:
        return f"{self.watch}: {self.was} → {self.now}"


class Evidence(models.Model):
    """What a failing check saw: its answer's beginning and its phases, encrypted."""

    uid = models.CharField(max_length=40, unique=True)
    watch = models.CharField(max_length=60)
    location = models.CharField(max_length=40)
    at = models.DateTimeField(db_index=True)
    outcome = models.CharField(max_length=10)
    reason = models.CharField(max_length=300)
    sealed = models.BinaryField(default=b"")

    class Meta:
        indexes = [models.Index(fields=["watch", "-at"], name="evidence_of_watch")]

    def __str__(self) -> str:
        return self.uid


class Agent(models.Model):
    """A location elsewhere that checks for us, with a key of its own."""

    location = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    version = models.CharField(max_length=40, blank=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.location


class Lease(models.Model):
    """Which process checks for a location: one at a time, until its lease is over."""

    location = models.CharField(max_length=40, unique=True)
    holder = models.CharField(max_length=200, blank=True)
    until = models.DateTimeField(null=True)
    told = models.BigIntegerField(default=0)  # the highest number of a result that it told
    out_since = models.DateTimeField(null=True)  # it fails everywhere while others do not

    def __str__(self) -> str:
        return f"{self.location}: {self.holder}"


class Roster(models.Model):
    """One row: `revision` grows with each change of what is to be checked."""

    revision = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.revision)
