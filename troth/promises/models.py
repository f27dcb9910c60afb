"""Promises, their versions, and what was judged of them. Versions, flips and facts only grow."""

from django.db import models

from troth.metrics.models import Series


class Promise(models.Model):
    """A commitment with a public name. What it says is in its versions."""

    slug = models.CharField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    pillar = models.CharField(max_length=60, blank=True)
    visibility = models.CharField(max_length=10, default="public")
    headline = models.CharField(max_length=12, default="")  # its first window
    managed_by = models.CharField(max_length=20, blank=True)
    position = models.IntegerField(default=0)
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
    # When time alone may change the verdict; NULL = judge at the next opportunity.
    judge_at = models.DateTimeField(null=True, db_index=True)
    judged_at = models.DateTimeField(null=True)
    # The latest change of tallies (metrics.Series.revision) that the judgements took in.
    judged_revision = models.BigIntegerField(default=0)
    # Grows with each change of what is promised, so that a judgement under way cannot hide it.
    turn = models.IntegerField(default=0)
    # The days closed so far: a digest of their figures, and the last one that has any (epoch s).
    closed_digest = models.CharField(max_length=32, blank=True)
    closed_until = models.BigIntegerField(default=-(2**62))

    class Meta:
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.slug


class Version(models.Model):
    """What was promised from `effective_from` on; NULL: since the first signal. Append-only."""

    promise = models.ForeignKey(Promise, on_delete=models.CASCADE, related_name="versions")
    number = models.IntegerField()
    effective_from = models.DateTimeField(null=True)
    spec = models.JSONField()  # the whole document, as declared
    measured = models.JSONField(default=dict)  # how the metrics that it names counted by then
    author = models.CharField(max_length=200)
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["promise", "number"], name="one_version_number")
        ]

    def __str__(self) -> str:
        return f"{self.promise_id} v{self.number}"


class Followed(models.Model):
    """A metric series that a version reads, and as which part: judged, opened, undated and more."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="followed")
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=80)
    grain = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "part", "grain"], name="one_series_a_part")
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.part}"


class Judgement(models.Model):
    """The present verdict on one window of a promise."""

    promise = models.ForeignKey(Promise, on_delete=models.CASCADE, related_name="judgements")
    window = models.CharField(max_length=12)
    at = models.DateTimeField()
    verdict = models.CharField(max_length=12)
    good = models.BigIntegerField()
    total = models.BigIntegerField()
    raw_good = models.BigIntegerField()
    raw_total = models.BigIntegerField()
    provisional = models.BooleanField(default=False)
    restated = models.BooleanField(default=False)
    detail = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["promise", "window"], name="one_judgement_a_window")
        ]

    def __str__(self) -> str:
        return f"{self.promise_id} {self.window} {self.verdict}"


class Flip(models.Model):
    """A change of verdict: a fact that pages, feeds and messages answer."""

    promise = models.ForeignKey(Promise, on_delete=models.CASCADE, related_name="flips")
    window = models.CharField(max_length=12)
    was = models.CharField(max_length=12, blank=True)
    now = models.CharField(max_length=12)
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.promise_id} {self.window} {self.was} → {self.now}"


class Said(models.Model):
    """That readers were told of a flip or a new version, or why not: written with the message."""

    flip = models.OneToOneField(Flip, on_delete=models.CASCADE, null=True, related_name="said")
    version = models.OneToOneField(
        Version, on_delete=models.CASCADE, null=True, related_name="said"
    )
    at = models.DateTimeField()
    why_not = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return f"{self.flip_id or self.version_id} {self.why_not or 'told'}"


class Remedy(models.Model):
    """What was done about a flip to broken: owed, under way, done, not owed. Append-only."""

    flip = models.ForeignKey(Flip, on_delete=models.CASCADE, related_name="remedies")
    number = models.IntegerField()
    state = models.CharField(max_length=13)
    note = models.TextField(blank=True)  # public
    internal_note = models.TextField(blank=True)
    by = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [
            # Of two who answer the same state of affairs at once, one is told of the other.
            models.UniqueConstraint(fields=["flip", "number"], name="one_remedy_number")
        ]

    def __str__(self) -> str:
        return f"{self.flip_id} {self.number} {self.state}"


class Closed(models.Model):
    """The result of one local day as it stood when its watermark passed."""

    promise = models.ForeignKey(Promise, on_delete=models.CASCADE, related_name="closed")
    bucket = models.BigIntegerField()  # epoch seconds of the day's start
    good = models.BigIntegerField()
    total = models.BigIntegerField()
    raw_good = models.BigIntegerField()
    raw_total = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["promise", "bucket"], name="one_result_a_bucket")
        ]

    def __str__(self) -> str:
        return f"{self.promise_id} {self.bucket}"


class Restatement(models.Model):
    """A closed result that changed: before, after, why and when. Public."""

    promise = models.ForeignKey(Promise, on_delete=models.CASCADE, related_name="restatements")
    bucket = models.BigIntegerField()
    before_good = models.BigIntegerField()
    before_total = models.BigIntegerField()
    after_good = models.BigIntegerField()
    after_total = models.BigIntegerField()
    reason = models.CharField(max_length=40)
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.promise_id} {self.bucket} {self.reason}"


class Exclusion(models.Model):
    """Cases that a named person took out of the count, for a reason of a declared category."""

    promise = models.ForeignKey(Promise, on_delete=models.CASCADE, related_name="exclusions")
    slug = models.CharField(max_length=100, blank=True)  # its name where files manage it
    category = models.CharField(max_length=60)
    reason = models.TextField()
    signed_by = models.CharField(max_length=200)
    where = models.TextField(blank=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=200, blank=True)
    managed_by = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["recorded_at", "id"]

    def __str__(self) -> str:
        return f"{self.promise_id} {self.category}"


class Suspension(models.Model):
    """A time in which the promise is publicly not given."""

    promise = models.ForeignKey(Promise, on_delete=models.CASCADE, related_name="suspensions")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    reason = models.TextField()
    by = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.promise_id} {self.starts_at:%Y-%m-%d}"


class Calendar(models.Model):
    """Business hours that deadlines count in: weekdays, hours, holidays, zone."""

    slug = models.CharField(max_length=100, unique=True)
    spec = models.JSONField()
    managed_by = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.slug


class ScoreRules(models.Model):
    """One version of the weights and constants of the score. Append-only, public."""

    number = models.IntegerField(unique=True)
    spec = models.JSONField()  # the whole document, as declared
    author = models.CharField(max_length=200)
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        verbose_name_plural = "score rules"

    def __str__(self) -> str:
        return f"score rules {self.number}"


class IntegrityEvent(models.Model):
    """A deception: found among the facts, or signed by a person. Public; withdrawn, never deleted.

    What is found counts from `counts_from` on, so that it can be explained before.
    """

    slug = models.CharField(max_length=100, unique=True)  # of what is found: the fact it is about
    kind = models.CharField(max_length=12)  # concealment, restatement, exclusion
    promise = models.ForeignKey(
        Promise, on_delete=models.CASCADE, null=True, related_name="integrity_events"
    )
    happened_on = models.DateField()
    counts_from = models.DateField()
    summary = models.TextField()
    evidence = models.TextField(blank=True)
    found = models.BooleanField()  # by the machine; else signed by hand
    signed_by = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=200, blank=True)
    withdrawn_why = models.TextField(blank=True)

    class Meta:
        ordering = ["recorded_at", "id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.slug}"


class Score(models.Model):
    """The score of one day as it was computed at one instant. Append-only.

    A day that is counted again gets another row, and the newest one holds.
    """

    day = models.DateField()
    scope = models.CharField(max_length=10)  # public; all
    rules = models.ForeignKey(ScoreRules, on_delete=models.PROTECT, null=True, related_name="+")
    computed_at = models.DateTimeField()
    value = models.FloatField(null=True)  # NULL: not enough evidence for a number
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    grade = models.CharField(max_length=12)
    detail = models.JSONField()  # pillars, promises, what it rests on
    digest = models.CharField(max_length=32)  # of all that was computed

    class Meta:
        ordering = ["day", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "day", "computed_at"], name="one_score_an_instant"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.scope} {self.value}"


class ScoreData(models.Model):
    """What the newest score of a scope was computed from, so that it is given away with it."""

    score = models.OneToOneField(Score, on_delete=models.CASCADE, related_name="data")
    document = models.BinaryField()  # scoring.exporting.document as JSON, gzip

    def __str__(self) -> str:
        return f"data of {self.score_id}"
