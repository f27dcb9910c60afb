"""Series, their tallies, and which of their buckets must be counted again."""

from zoneinfo import ZoneInfo

from django.db import models


class Definition(models.Model):
    """A metric as somebody wrote it. A change is a new version; nothing is updated in place."""

    name = models.CharField(max_length=100)
    version = models.IntegerField()
    document = models.JSONField()
    author = models.CharField(max_length=200)
    retired = models.BooleanField(default=False)  # this version says that the metric ended
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "version"]
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="one_metric_version")
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class Sweep(models.Model):
    """What one scan of the store counts: series over the same kinds, instant, zone and grain."""

    digest = models.CharField(max_length=32, unique=True)
    kinds = models.JSONField()
    time = models.TextField()
    zone = models.CharField(max_length=60)
    grain = models.IntegerField()  # seconds
    # No case that lies after `tallied_until` does so before this instant; NULL: none is known.
    next_due = models.DateTimeField(null=True, db_index=True)
    tallied_until = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)  # why it could not be counted
    turn = models.BigIntegerField(default=0)  # grows with each write: the guard of two workers

    def __str__(self) -> str:
        return f"{', '.join(self.kinds) or 'all kinds'} by {self.time}"

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


class Series(models.Model):
    """A measure that is kept tallied, in one zone and grain. Two that ask the same are one."""

    digest = models.CharField(max_length=32, unique=True)
    measure = models.JSONField()
    sweep = models.ForeignKey(Sweep, on_delete=models.PROTECT, related_name="series")
    created_at = models.DateTimeField()
    # The number of the installation's latest change of tallies that touched this series. Numbers
    # are given under a lock, so that they become visible in order; 0: nothing counted yet.
    revision = models.BigIntegerField(default=0, db_index=True)
    changed_at = models.DateTimeField(null=True)
    history = models.BigIntegerField(default=0)  # seconds of it that were to be counted at first

    class Meta:
        verbose_name_plural = "series"

    def __str__(self) -> str:
        return f"series {self.pk}"

    @property
    def zone(self) -> str:
        return self.sweep.zone

    @property
    def grain(self) -> int:
        return self.sweep.grain


class Leaf(models.Model):
    """The tallies of up to 64 consecutive buckets of a series, all segments together.

    `cells` is troth.metrics.leaves.CELL packed: judging a thousand series reads a few thousand
    leaves instead of hundreds of thousands of rows (docs/metrics.md).
    """

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="leaves")
    number = models.BigIntegerField()  # bucket // (64 * grain)
    cells = models.BinaryField()

    class Meta:
        verbose_name_plural = "leaves"
        constraints = [models.UniqueConstraint(fields=["series", "number"], name="one_leaf")]

    def __str__(self) -> str:
        return f"leaf {self.number} of series {self.series_id}"


class Tally(models.Model):
    """The tally of one bucket and one segment: only for series with attributes or a sketch."""

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="tallies")
    bucket = models.BigIntegerField()  # its start, epoch seconds
    segment = models.TextField()  # JSON list, one text or null per attribute
    good = models.BigIntegerField()
    total = models.BigIntegerField()
    n = models.BigIntegerField()
    sum = models.FloatField()
    squares = models.FloatField()
    sketch = models.BinaryField(null=True)  # KLL, datasketches' own format

    class Meta:
        verbose_name_plural = "tallies"
        constraints = [
            models.UniqueConstraint(fields=["series", "bucket", "segment"], name="one_tally")
        ]

    def __str__(self) -> str:
        return f"{self.segment} at {self.bucket} of series {self.series_id}"


class Dirty(models.Model):
    """Buckets to be counted again. Only ever added, and deleted by the count that answers it."""

    sweep = models.ForeignKey(Sweep, on_delete=models.CASCADE, related_name="dirty")
    series = models.ForeignKey(  # NULL: every series of the sweep
        Series, on_delete=models.CASCADE, null=True, related_name="dirty"
    )
    # Start of the first bucket, epoch seconds; NULL: from the first case that there is.
    first = models.BigIntegerField(null=True)
    last = models.BigIntegerField()  # start of the last bucket, epoch seconds

    class Meta:
        verbose_name_plural = "dirty"

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"


class Watch(models.Model):
    """That the metric of this name is kept tallied by this series."""

    name = models.CharField(max_length=100, unique=True)
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="watches")

    class Meta:
        verbose_name_plural = "watches"

    def __str__(self) -> str:
        return self.name


class Revision(models.Model):
    """One row: the number of the latest change of tallies."""

    number = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)
