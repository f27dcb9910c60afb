"""Series, their tallies, and which of their buckets must be counted again."""

from zoneinfo import ZoneInfo

from django.db import models

# Django looks for models in this file; these stand in one of their own.
from troth.metrics.models_journey import Journey  # noqa: F401
from troth.metrics.models_outcomes import Daily, OutcomeDefinition, Reported  # noqa: F401
from troth.metrics.models_shelf import Glance, Shelved  # noqa: F401


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
    written_by = models.CharField(max_length=100, blank=True)  # an outcome: no scan counts it

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
    # Why: signals recorded from this instant on, or cases that fell due since; NULL: not known.
    since = models.DateTimeField(null=True)

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


class Stream(models.Model):
    """A daily series that is watched for drift: a touchpoint's share, mean or count, by the day.

    Upper packages enrol theirs by `actions.watch`; `key` says whose it is ("promise:on-time").
    """

    key = models.CharField(max_length=150, unique=True)
    name = models.CharField(max_length=200)
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="streams")
    touchpoint = models.CharField(max_length=100, blank=True)
    step = models.CharField(max_length=100, blank=True)  # of the customer's journey
    reading = models.CharField(max_length=5, default="share")  # share, mean or count
    better = models.CharField(max_length=4, default="more")
    unit = models.CharField(max_length=30, blank=True)
    # What was promised, expected and felt: in the reading's own unit, a share between 0 and 1.
    target = models.FloatField(null=True)
    expected = models.FloatField(null=True)
    perceived = models.ForeignKey(
        Series, on_delete=models.PROTECT, null=True, related_name="perceived_by"
    )
    thresholds = models.JSONField(default=list)  # drift.thresholds.Threshold, as documents
    weight = models.FloatField(default=1.0)  # what one bad case costs, against other streams
    evidence = models.IntegerField(default=1)  # how much weight is one case: of time a minute
    phase_days = models.IntegerField(default=28)  # days with data that make the first baseline
    heartbeat = models.IntegerField(null=True)  # seconds of silence that are no data
    # Everything of its kinds: while these come, the 0 of a count with a condition is a count.
    whole = models.ForeignKey(Series, on_delete=models.PROTECT, null=True, related_name="whole_of")
    settle = models.IntegerField(default=0)  # seconds after a day's end before it is evaluated
    holidays = models.CharField(max_length=100, blank=True)  # of which calendar (Holiday.calendar)
    hourly = models.ForeignKey(  # the same by the hour: today so far is judged by it
        Series, on_delete=models.PROTECT, null=True, related_name="hourly_of"
    )
    # Looked at by each of these alone, once a day, where its series is not split itself.
    attributes = models.JSONField(default=list)
    judged_until = models.DateTimeField(null=True)  # the end of the last hour that was judged
    surprises = models.BooleanField(default=False)  # each bucket is judged against its past
    surprised_until = models.DateTimeField(null=True)  # the end of the last bucket that was
    # Grows with each change of what is said of it: its terms, its usual, its holidays.
    terms = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["step", "touchpoint", "name", "key"]

    def __str__(self) -> str:
        return self.key


class Baseline(models.Model):
    """A phase of a stream: what was usual, frozen. Only a recorded decision begins another."""

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="baselines")
    number = models.IntegerField()
    # What was counted in this phase; NULL: what the stream counts now.
    series = models.ForeignKey(Series, on_delete=models.PROTECT, null=True, related_name="+")
    starts_on = models.DateField()  # the first local day that is read against it
    days = models.IntegerField(null=True)  # with data, to be made of; NULL: Stream.phase_days
    frozen = models.JSONField(null=True)  # drift.phases.Frozen as a document; NULL: too few days
    hours = models.JSONField(null=True)  # drift.hours.Profile of the same days; NULL: not known
    frozen_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500)
    author = models.CharField(max_length=200)
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["stream", "number"], name="one_baseline_number")
        ]

    def __str__(self) -> str:
        return f"{self.stream_id} phase {self.number}"


class PartUsual(models.Model):
    """What is usual of one segment in a phase of its stream, frozen as the stream's own is.

    Of streams whose segments are asked from the signals: these may be removed one day.
    """

    baseline = models.ForeignKey(Baseline, on_delete=models.CASCADE, related_name="parts")
    segment = models.CharField(max_length=300)  # JSON object, as of a Fade
    frozen = models.JSONField()  # drift.phases.Frozen as a document

    class Meta:
        verbose_name_plural = "part usuals"
        constraints = [
            models.UniqueConstraint(fields=["baseline", "segment"], name="one_usual_a_segment")
        ]

    def __str__(self) -> str:
        return f"{self.segment} in phase {self.baseline_id}"


class Fade(models.Model):
    """That a stream left what was usual, as a fact: others answer it. It closes when it is back.

    Of each kind one is open for a stream and segment; a stack has no stream, it is of them all.
    """

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, null=True, related_name="fades")
    kind = models.CharField(max_length=14)  # drift.cases.KINDS
    segment = models.CharField(max_length=300, blank=True)  # JSON object, "" for all together
    opened_on = models.DateField()  # the local day whose end showed it
    opened_at = models.DateTimeField(db_index=True)  # when that day ended
    onset = models.DateField(null=True)  # since when, as CUSUM dates it
    size = models.FloatField()  # for the worse: percentage points of a share, else in the unit
    rings = models.BooleanField(default=True)  # within the budget of false alarms; else only drawn
    evidence = models.JSONField(default=dict)  # the values at opening
    contributors = models.JSONField(default=list)
    recorded_at = models.DateTimeField()
    # How often it has doubled since it opened, and what it was like when it last had.
    growth = models.IntegerField(default=0)
    grown_on = models.DateField(null=True)
    grown_size = models.FloatField(null=True)  # as `size`
    grown_score = models.FloatField(null=True)  # distance in the chart's own sigmas
    closed_on = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True, db_index=True)
    why_closed = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["stream", "kind", "segment"],
                condition=models.Q(closed_at=None),
                name="one_open_fade",
            ),
            models.UniqueConstraint(
                fields=["kind"],
                condition=models.Q(closed_at=None, stream=None),
                name="one_open_stack",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.stream_id or 'all streams'} since {self.onset}"


class Holiday(models.Model):
    """A day that is unlike others of its weekday: an input, for the streams of its calendar."""

    calendar = models.CharField(max_length=100)
    day = models.DateField()
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ["calendar", "day"]
        constraints = [models.UniqueConstraint(fields=["calendar", "day"], name="one_holiday")]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class Evaluation(models.Model):
    """One row: how far the streams were evaluated, and the guard of two workers."""

    turn = models.BigIntegerField(default=0)  # grows with each write
    revision = models.BigIntegerField(default=0)  # the latest change of tallies that it took in
    evaluated_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)  # when time alone may change something; NULL: now
    # How many days may pass, in the mean, between two false alarms over all streams together.
    budget_days = models.FloatField(default=91.3125)
    stack = models.JSONField(default=dict)  # the correlation of residuals that was used, and more

    def __str__(self) -> str:
        return f"evaluation {self.turn}"
