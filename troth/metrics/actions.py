"""What may be done with metrics: follow a measure, let it go, and say what a metric is."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, ProtectedError

from troth.core import clock
from troth.metrics import definitions, labelled, queries, versions
from troth.metrics.definitions import Difference
from troth.metrics.enrolling import allow_false_alarms, keep_holidays, rebaseline, unwatch, watch
from troth.metrics.models import Definition, Dirty, Series, Sweep, Watch
from troth.metrics.ranges import epoch
from troth.metrics.rules import Measure, digest_of
from troth.staff import actions as staff

__all__ = [
    "allow_false_alarms",
    "declare",
    "follow",
    "keep_holidays",
    "rebaseline",
    "retire",
    "unfollow",
    "unwatch",
    "watch",
]


@transaction.atomic
def follow(*, measure: Measure, zone: str, grain: int) -> Series:
    """Keep a measure tallied from now on, and all of its history. Two that ask the same are one.

    `zone` is an IANA name, `grain` the length of a bucket in seconds: 86,400 for local days, or a
    shorter one that divides a day. Raises MeasureError or DefinitionError.
    """
    definitions.check_zone(zone)
    definitions.check_grain(grain)
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
            # Whoever is counting it now must notice: the guard of its write fails.
            Sweep.objects.filter(series=series).update(turn=F("turn") + 1)
            gone, _ = Series.objects.filter(pk=series).delete()
    except ProtectedError:
        return False
    Sweep.objects.filter(series=None).delete()
    return bool(gone)


@transaction.atomic
def declare(*, document: Mapping[str, Any], author: str, now: datetime) -> Difference:
    """Take a document of kind Metric as the newest version of its metric, and follow it.

    A document that says nothing new leaves no version. Raises DefinitionError.
    """
    catalogue = queries.catalogue()
    kept = definitions.normal(document, catalogue)
    found = definitions.read(kept, catalogue)
    queries.check_labels(kept)
    (difference,) = definitions.differences(queries.current_documents(), [kept])
    if difference.verb != "same":
        before = queries.current_documents().get(found.name)
        versions.add(Definition, kept, author=author, now=now)
        staff.note(
            actor=author, verb=difference.verb, thing="metric", thing_id=found.name,
            before=before, after=kept, now=now,
        )  # fmt: skip
    series = follow(measure=found.measure, zone=found.zone, grain=found.grain)
    _watch(found.name, series)
    _enrol(found, kept["metadata"].get("labels", {}), series, author=author, now=now)
    return difference


def _enrol(
    found: definitions.Definition, labels: Mapping[str, str], series: Series, *, author: str,
    now: datetime,
) -> None:  # fmt: skip
    """Watch what labels place, with the series it reads beside its own; let go of those it had."""
    key = labelled.key_of(found.name)
    before = queries.beside_of(key)
    hourly = whole = None
    if labels.get("touchpoint") and found.hours:
        measure, grain = found.by_the_hour(now)
        hourly = follow(measure=measure, zone=found.zone, grain=grain)
    if labels.get("touchpoint") and (everything := found.everything()):
        whole = follow(measure=everything, zone=found.zone, grain=found.grain)
    beside = labelled.Beside(hourly.pk if hourly else None, whole.pk if whole else None)
    labelled.enrol(found, labels, series, author=author, now=now, beside=beside)
    for gone in before - queries.beside_of(key):
        unfollow(series=gone)


def retire(*, name: str, author: str, now: datetime) -> Difference:
    """End a metric: its versions stay, its tallies go unless a promise reads them.

    Raises KeyError where there is no such metric.
    """
    with transaction.atomic():
        before = queries.current_documents()[name]
        versions.add(Definition, before, author=author, now=now, ends=True)
        staff.note(
            actor=author, verb="retire", thing="metric", thing_id=name,
            before=before, after=None, now=now,
        )  # fmt: skip
        beside = queries.beside_of(labelled.key_of(name))
        unwatch(key=labelled.key_of(name), now=now)
        watched = Watch.objects.filter(name=name)
        series = list(watched.values_list("series", flat=True))
        watched.delete()
        for one in [*series, *beside]:
            unfollow(series=one)
    return Difference(name, "retire")


def _watch(name: str, series: Series) -> None:
    before = Watch.objects.filter(name=name).first()
    Watch.objects.update_or_create(name=name, defaults={"series": series})
    if before is not None and before.series_id != series.pk:
        unfollow(series=before.series_id)
