"""What may be done with metrics: follow a measure, let it go, and say what a metric is."""

from django.db import transaction
from django.db.models import F, ProtectedError

from troth.core import clock
from troth.metrics.models import Dirty, Series, Sweep
from troth.metrics.ranges import epoch
from troth.metrics.rules import Measure, digest_of


@transaction.atomic
def follow(*, measure: Measure, zone: str, grain: int) -> Series:
    """Keep a measure tallied from now on, and all of its history. Two that ask the same are one.

    `zone` is an IANA name, `grain` the length of a bucket in seconds: 86,400 for local days, or a
    shorter one that divides a day. Raises MeasureError.
    """
    found = measure.checked()
    digest = found.digest(zone=zone, grain=grain)
    known = Series.objects.select_related("sweep").filter(digest=digest).first()
    if known is not None:
        return known
    now = clock.now()
    sweep = _sweep(found, zone=zone, grain=grain)
    series, is_new = Series.objects.get_or_create(
        digest=digest,
        defaults={"measure": found.document(), "sweep": sweep, "created_at": now},
    )
    if is_new:
        Dirty.objects.create(sweep=sweep, series=series, first=None, last=epoch(now))
        Sweep.objects.filter(pk=sweep.pk).update(turn=F("turn") + 1)
    return series


def _sweep(measure: Measure, *, zone: str, grain: int) -> Sweep:
    fields = {
        "kinds": list(measure.kinds),
        "time": measure.time,
        "zone": zone,
        "grain": grain,
    }
    return Sweep.objects.get_or_create(digest=digest_of(fields), defaults=fields)[0]


def unfollow(*, series: int) -> bool:
    """Drop a series and its tallies unless somebody still reads it; return whether it is gone."""
    try:
        with transaction.atomic():
            gone, _ = Series.objects.filter(pk=series).delete()
    except ProtectedError:
        return False
    Sweep.objects.filter(series=None).delete()
    return bool(gone)
