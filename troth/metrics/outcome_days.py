"""Outcomes that are watched: counted by the day, written as tallies, read like any other stream.

What something follows within a time cannot be told by one measure, so that no scan counts it. Its
days are counted here, once they are over and the time has passed, and again when evidence changes.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import F

from troth.core.windows import DAY, Span, midnight
from troth.metrics import dailies, enrolling, reading, writing
from troth.metrics.drift.enrolment import Enrolment
from troth.metrics.labels import limits_of
from troth.metrics.models import Series, Sweep
from troth.metrics.models_outcomes import Daily
from troth.metrics.queries.outcome_names import named
from troth.metrics.ranges import Range, epoch
from troth.metrics.reading import Frame
from troth.metrics.recipes import Recipe
from troth.metrics.rules import Measure, digest_of
from troth.metrics.shelf import Touched
from troth.signals import queries as signals
from troth.signals.emission import micros
from troth.signals.expressions import parse
from troth.signals.store import Tally

_LONGEST = timedelta(days=3 * 365)  # of history is counted
_OFTEN = timedelta(minutes=2)  # between two counts of what keeps changing
_SLACK = timedelta(days=2)  # zones, and a case at midnight
BASE, EVENTS = "base", "events"


def key_of(name: str) -> str:
    """Return the key of an outcome's stream."""
    return f"outcome:{name}"


def enrol(name: str, recipe: Recipe, labels: Mapping[str, str], *, author: str,
          now: datetime) -> None:  # fmt: skip
    """Watch an outcome whose labels name a touchpoint; another one is watched no longer.

    `labels` have been checked. Another definition counts otherwise: a phase of its own begins.
    """
    if not labels.get("touchpoint"):
        let_go(name, now=now)
        return
    series = _series(name, recipe, now)
    reach = dailies.waits_for(recipe) + max(_moved(one.at) for one in recipe.inputs.values())
    Daily.objects.update_or_create(
        name=name,
        defaults={
            "series": series, "kinds": sorted(set(recipe.kinds())), "dirty_from": date.min,
            "reach": int((reach + _SLACK).total_seconds()), "next_at": now, "problem": "",
        },
    )  # fmt: skip
    enrolling.watch(
        key=key_of(name), series=series.pk, author=author, now=now,
        reason="the outcome counts otherwise",
        enrolment=Enrolment(
            name=recipe.title, touchpoint=labels["touchpoint"], step=labels.get("step", ""),
            better=recipe.better, thresholds=tuple(limits_of(labels, reading="share")),
            settle=int(dailies.waits_for(recipe).total_seconds()),
        ),
    )  # fmt: skip


def let_go(name: str, *, now: datetime) -> None:
    """Watch an outcome no longer; what was seen of it stays."""
    enrolling.unwatch(key=key_of(name), now=now)
    Daily.objects.filter(name=name).delete()


def _moved(time: str) -> timedelta:
    return timedelta(microseconds=parse(time, role="time").reach)


def _series(name: str, recipe: Recipe, now: datetime) -> Series:
    """Return the series of an outcome's definition; it holds which cases it is of."""
    base, zone = recipe.inputs[BASE], settings.TROTH.time_zone
    left_out = [f"not coalesce({one}, false)" for one in base.excludes.values()]
    where = " and ".join(f"({one})" for one in [base.where, *left_out] if one)
    measure = Measure(kinds=base.kinds, time=base.at, where=where or None).checked()
    sweep, _ = Sweep.objects.get_or_create(
        digest=digest_of(["outcome", name, zone]),
        defaults={"kinds": list(measure.kinds), "time": measure.time, "zone": zone, "grain": DAY,
                  "written_by": name},
    )  # fmt: skip
    digest = digest_of(["outcome", name, recipe.version, zone])
    fields = {"measure": measure.document(), "sweep": sweep, "created_at": now}
    return Series.objects.get_or_create(digest=digest, defaults=fields)[0]


def soil(touched: Touched, *, now: datetime) -> None:
    """Mark the days whose evidence changed; in the transaction that answers the changes."""
    for row in Daily.objects.all():
        days = [min(some) for (kind, _), some in touched.items() if kind in row.kinds and some]
        if not days:
            continue
        first = min(days) - timedelta(seconds=row.reach)
        Daily.objects.filter(pk=row.pk).update(
            dirty_from=first if row.dirty_from is None else min(first, row.dirty_from),
            turn=F("turn") + 1, next_at=min(row.next_at, now + _OFTEN),
        )  # fmt: skip


def is_due(*, now: datetime) -> bool:
    """Return whether days of an outcome want to be counted: one query."""
    return Daily.objects.filter(next_at__lte=now).exists()


def count(*, now: datetime) -> int:
    """Count the days that wait; return of how many outcomes."""
    rows = Daily.objects.filter(next_at__lte=now).select_related("series__sweep")
    return sum(_tried(row, now) for row in rows)


def _tried(row: Daily, now: datetime) -> bool:
    """Count one outcome's days; one that cannot be counted says why, and holds up no other."""
    try:
        return _counted(row, now)
    except DatabaseError:
        raise
    except Exception as problem:  # noqa: BLE001 - whatever a formula may raise
        said = f"{type(problem).__name__}: {problem}"[:300]
        Daily.objects.filter(pk=row.pk).update(problem=said, next_at=now + timedelta(hours=1))
        return False


def _counted(row: Daily, now: datetime) -> bool:
    recipe, zone = _recipe(row.name), row.series.sweep.tz
    wait = dailies.waits_for(recipe)
    last = (now - wait).astimezone(zone).date() - timedelta(days=1)
    first = _first(row, now)
    due = midnight(last + timedelta(days=2), zone) + wait
    tallies = _tallies(row, recipe, first, last) if first <= last else []
    with transaction.atomic():
        mine = Daily.objects.filter(pk=row.pk, turn=row.turn)
        if not mine.update(turn=F("turn") + 1, dirty_from=None, counted_until=last, next_at=due,
                           problem=""):  # fmt: skip
            return False  # days became dirty meanwhile, or another worker was quicker
        if first <= last:
            covered = Range(epoch(midnight(first, zone)), epoch(midnight(last, zone)))
            writing.write([row.series], covered, [tallies], grain=DAY, now=now)
    return True


def _recipe(name: str) -> Recipe:
    found = named(name).definition
    if not isinstance(found, Recipe):
        raise TypeError(f"{name} is no recipe")
    return found


def _first(row: Daily, now: datetime) -> date:
    """Return the first day to be counted: what retention has removed stays as it was counted."""
    today = now.astimezone(row.series.sweep.tz).date()
    first = today - _LONGEST
    if row.dirty_from is not None:
        first = max(first, row.dirty_from)
    elif row.counted_until is not None:
        first = max(first, row.counted_until + timedelta(days=1))
    gone = [at for kind, at in signals.removed_until().items() if kind in row.kinds]
    if gone:
        reach = timedelta(seconds=row.reach)
        first = max(first, (max(gone) + reach).astimezone(row.series.sweep.tz).date())
    return first


def _tallies(row: Daily, recipe: Recipe, first: date, last: date) -> list[Tally]:
    zone, days = row.series.sweep.tz, (last - first).days + 1
    edges = [midnight(first + timedelta(days=day), zone) for day in range(days + 1)]
    frame = Frame(
        span=Span(edges[0], edges[-1]), at=edges[-1] + dailies.waits_for(recipe), zone=zone
    )
    found: dict[str, Any] = reading.tables(signals.store(), recipe.inputs, frame)
    whole = dailies.by_day(
        recipe, found[BASE], found[EVENTS], np.array([micros(one) for one in edges])
    )
    return [
        Tally(edges[day], (), int(whole.good[day]), int(whole.total[day]), 0, 0.0, 0.0, None)
        for day in np.flatnonzero(whole.total)
    ]
