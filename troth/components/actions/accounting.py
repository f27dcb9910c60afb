"""Telling the signals how long each component was up and down, so that uptime is a promise."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from time import monotonic, sleep

from django.db import transaction
from django.db.models import Max, Min, Q, QuerySet

from troth.components.actions.marking import second
from troth.components.models import Account, Component, Condition
from troth.components.queries import loading
from troth.components.queries.spans import instant
from troth.components.rules.accounting import HOUR, Hours, accounted, changes
from troth.components.rules.results import Status
from troth.components.rules.uptime import Interval, Weighing
from troth.core import windows
from troth.signals import actions as signals
from troth.signals.envelope import Signal

SOURCE = "components"
KIND = "component.time"
_OFTEN = 60  # s: while something is wrong, it is told this often, and at each turn
_MOST_DAYS = 60  # of a component in one transaction
_MOST_SIGNALS = 5_000  # in one batch
_REST, _LONGEST_REST = 0.02, 0.5  # s between two components


def owing(*, now: datetime) -> "QuerySet[Component]":
    """Return the components of which something is to be told.

    These are: those whose past was corrected, those with an hour that is over, and those of which
    something is wrong right now and was last told a while ago.
    """
    at = second(now)
    hour = at // HOUR * HOUR
    wrong = Condition.objects.filter(withdrawn_at=None, starts__lte=at, ends__gt=at)
    wrong = wrong.exclude(status=Status.OPERATIONAL).exclude(component=None)
    late = Q(accounted_until__lt=at - _OFTEN, pk__in=wrong.values("component_id"))
    open_hours = Q(accounted_until=None) | Q(accounted_until__lt=hour) | late
    there = Q(retired_at=None)
    return Component.objects.filter(Q(account_from__isnull=False) | (open_hours & there))


def is_owing(*, now: datetime) -> bool:
    """Return whether anything is to be told."""
    return owing(now=now).exists()


def account(*, now: datetime) -> int:
    """Tell what is owed of every component; return of how many something was told."""
    keys = list(owing(now=now).order_by("pk").values_list("pk", flat=True))
    return sum(_account(key, now) for key in _unhurried(keys))


def _unhurried(keys: Sequence[int]) -> Iterator[int]:
    """Yield the keys with a rest after each as long as its work took.

    After an import there are hundreds. One transaction after the other would keep every other
    writer from the database until all are done.
    """
    for number, key in enumerate(keys, start=1):
        began = monotonic()
        yield key
        if number < len(keys):
            sleep(min(max(monotonic() - began, _REST), _LONGEST_REST))


@transaction.atomic
def _account(key: int, now: datetime) -> int:
    """Tell what is owed of one component: signals and what was told are one transaction."""
    row = Component.objects.select_for_update().get(pk=key)
    told = _of_another_zone(row)
    start, end, is_all = _owed(row, now)
    if start < end:
        told += list(_signals(row, (start, end), now))
    parts = [told[n : n + _MOST_SIGNALS] for n in range(0, len(told), _MOST_SIGNALS)]
    if parts:
        signals.accept(batches=parts, door=SOURCE, now=now)
    row.account_from = None if is_all else end
    row.accounted_until = max(end, row.accounted_until or end)
    row.accounted_zone = str(loading.zone())
    row.save(update_fields=["account_from", "accounted_until", "accounted_zone"])
    return bool(told)


def _owed(row: Component, now: datetime) -> tuple[int, int, bool]:
    """Return from when to when to account, and whether that is all that is owed."""
    first = loading.began(row)
    start = first if row.accounted_until is None else row.accounted_until
    if row.account_from is not None:
        told = row.accounts.aggregate(first=Min("day"))["first"]
        earliest = first if told is None else min(first, told)
        start = max(min(start, row.account_from), earliest)
    start = min(start, second(now))
    end = min(second(now), start + _MOST_DAYS * windows.DAY)
    return start, end, end == second(now)


def _signals(row: Component, span: Interval, now: datetime) -> Iterator[Signal]:
    """Yield what is told of the local days that a span touches, and note that it was."""
    days = list(_days(span))
    whole = (days[0][0], min(days[-1][1], second(now)))
    stretches = loading.load([row], whole).timeline(row, whole)
    weighing = Weighing(loading.regimes())
    rows = {one.day: one for one in row.accounts.filter(day__in=[day for day, _ in days])}
    newest = row.accounts.aggregate(version=Max("version"))["version"] or 0
    for day in days:
        noted = rows.get(day[0])
        if noted is None:
            noted = Account(component=row, day=day[0], hours={}, version=newest)
        yield from _day(row, noted, accounted(stretches, day, weighing))


def _days(span: Interval) -> Iterator[Interval]:
    """Yield the local days that share a second with a span."""
    zone = loading.zone()
    day = instant(span[0]).astimezone(zone).date()
    while (start := second(windows.midnight(day, zone))) < span[1]:
        day += timedelta(days=1)
        yield start, second(windows.midnight(day, zone))


def _day(row: Component, noted: Account, hours: Hours) -> Iterator[Signal]:
    before = {int(start): tuple(told) for start, told in noted.hours.items()}
    found = list(changes(before, hours))
    if not found:
        return
    noted.version += 1
    noted.hours = {str(start): list(told) for start, told in hours.items()}
    noted.save()
    for start, part, weight in found:
        yield _signal(row, start, part, weight, noted.version)


def _signal(row: Component, start: int, part: str, weight: int, version: int) -> Signal:
    """Return one hour's up or down; what is nothing any more says "none" and never counts."""
    moment = instant(start)
    planned, _, outcome = part.rpartition("-")
    return Signal(
        source=SOURCE, kind=KIND, key=f"{row.uid}/{moment:%Y-%m-%dT%H:%M:%SZ}/{part}",
        happened_at=moment + timedelta(milliseconds=1), version=version, touchpoint=row.slug,
        outcome=outcome if weight else "none", weight=weight or 1, unit="ms",
        segment={"planned": "yes"} if planned else {},
    )  # fmt: skip


def _of_another_zone(row: Component) -> list[Signal]:
    """Take back all that was told by the days of another zone, so that nothing counts twice.

    The rows stay for their versions: what is told of the same hour later must have a higher one.
    """
    if row.accounted_zone in ("", str(loading.zone())):
        return []
    told = []
    for noted in row.accounts.all():
        told += list(_day(row, noted, {}))
    row.account_from = loading.began(row)
    return told
