"""Components, who watches them, who said what of them and when, and who may see which.

Instants of spans are whole seconds since 1970, spans are half-open. What was said is never
rewritten: a correction withdraws a row and adds another, so that each past answer can be given.
"""

from django.db import models

from troth.components.rules.combining import FAR


class Group(models.Model):
    """Components that belong together; a group may stand in one other group, no deeper."""

    uid = models.CharField(max_length=12, unique=True)
    slug = models.CharField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="inner")
    position = models.IntegerField(default=0)
    managed_by = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position", "name", "id"]

    def __str__(self) -> str:
        return self.slug


class Component(models.Model):
    """A part of us that customers use."""

    uid = models.CharField(max_length=12, unique=True)
    slug = models.CharField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    owner = models.CharField(max_length=200, blank=True)  # who looks after it; staff alone see it
    group = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, related_name="components")
    position = models.IntegerField(default=0)
    third_party = models.BooleanField(default=False)
    only_if_degraded = models.BooleanField(default=False)
    start_date = models.DateField(null=True)  # its history begins then, not when it was declared
    audiences = models.JSONField(default=list)  # slugs; empty: everybody
    promise = models.CharField(max_length=100, blank=True)  # slug of its uptime promise
    managed_by = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
    # What was said of the time since then is not accounted for yet (s); NULL: all is.
    account_from = models.BigIntegerField(null=True)
    accounted_until = models.BigIntegerField(null=True)
    accounted_zone = models.CharField(max_length=60, blank=True)  # whose days it was cut by

    class Meta:
        ordering = ["position", "name", "id"]

    def __str__(self) -> str:
        return self.slug


class Rest(models.Model):
    """A time in which a component was retired and then declared again: nothing is told of it."""

    component = models.ForeignKey(Component, on_delete=models.CASCADE, related_name="rests")
    starts = models.BigIntegerField()
    ends = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.component_id} {self.starts}"


class Watch(models.Model):
    """That a monitor or heartbeat tells how a component is, from `since` until it is let go."""

    component = models.ForeignKey(Component, on_delete=models.CASCADE, related_name="watches")
    kind = models.CharField(max_length=10)  # monitor or heartbeat
    slug = models.CharField(max_length=100)
    down = models.CharField(max_length=30)  # the status that "down" means for the component
    since = models.BigIntegerField()
    until = models.BigIntegerField(default=FAR)

    class Meta:
        indexes = [models.Index(fields=["kind", "slug"])]

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        return f"{self.kind}:{self.slug}"


class Condition(models.Model):
    """What one source says of a component in [starts, ends). Rows are withdrawn, never rewritten.

    Without a component it speaks of the whole: an incident that names no part.
    """

    component = models.ForeignKey(
        Component, on_delete=models.CASCADE, null=True, related_name="conditions"
    )
    cause = models.CharField(max_length=12)
    ref = models.CharField(max_length=120)
    status = models.CharField(max_length=30)
    starts = models.BigIntegerField()
    ends = models.BigIntegerField(default=FAR)
    announced = models.BooleanField(default=True)  # of maintenance: early enough to be excluded
    note = models.TextField(blank=True)
    by = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["component", "ends"]),
            models.Index(fields=["cause", "ref"]),
            models.Index(fields=["ends"]),
            models.Index(fields=["starts"]),
        ]

    def __str__(self) -> str:
        return f"{self.ref}: {self.status}"


class Formula(models.Model):
    """How much of a second in each status counts as down, from an instant on. Append-only."""

    number = models.IntegerField(unique=True)
    effective_from = models.BigIntegerField()  # s; the first holds for all that was before it
    weights = models.JSONField()  # status word → share as written, for example "30%"
    reason = models.TextField(blank=True)
    author = models.CharField(max_length=200)
    managed_by = models.CharField(max_length=20, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"formula {self.number}"


class Audience(models.Model):
    """Some readers to whom parts are shown that others do not see."""

    slug = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    managed_by = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug


class Page(models.Model):
    """One of several status pages that show parts of the same set of components."""

    slug = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    audiences = models.JSONField(default=list)
    components = models.ManyToManyField(Component, related_name="pages", blank=True)  # none: all
    privacy = models.CharField(max_length=10, default="public")
    networks = models.JSONField(default=list)  # where privacy is network: who is let in
    link_turn = models.IntegerField(default=1)  # grows when all links given so far end
    position = models.IntegerField(default=0)
    managed_by = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.slug


class Revision(models.Model):
    """One row: grows with each visible change. Whoever writes holds it, so writers take turns."""

    number = models.BigIntegerField(default=0)
    seen_until = models.BigIntegerField(default=0)  # ends and starts until then were told of (s)
    told = models.BigIntegerField(default=0, db_default=0)  # the number that readers were told of

    def __str__(self) -> str:
        return str(self.number)


class Account(models.Model):
    """What was told to the signals of one local day of a component: by hour, up and down."""

    component = models.ForeignKey(Component, on_delete=models.CASCADE, related_name="accounts")
    day = models.BigIntegerField()  # its first second
    hours = models.JSONField()  # start of hour (s) → ms of each of accounting.PARTS
    version = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["component", "day"], name="one_account_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.component_id} {self.day}"


class Heeded(models.Model):
    """That what a turn of a monitor or heartbeat means for components was taken in."""

    turn = models.OneToOneField("probes.Turn", on_delete=models.CASCADE, related_name="heeded")

    def __str__(self) -> str:
        return str(self.turn_id)


class Told(models.Model):
    """What readers were told of a component last, or what stood when telling began."""

    component = models.OneToOneField(Component, on_delete=models.CASCADE, related_name="told")
    status = models.CharField(max_length=24)
    episode = models.CharField(max_length=40, default="")  # one thread, until it works again
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.component_id}: {self.status}"
