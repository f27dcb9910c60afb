"""Maintenance that comes again: a series and its occurrences, planned ahead."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from troth.components.rules.results import Status
from troth.incidents.actions.asked import NotAllowed, new_uid, refuse
from troth.incidents.actions.keeping import take_turn
from troth.incidents.actions.maintaining import Planning, cancel, schedule
from troth.incidents.models import Maintenance, Series
from troth.incidents.rules import prose, recurrence
from troth.incidents.rules.publishing import Gap
from troth.incidents.rules.results import State
from troth.staff.actions import note as trail
from troth.staff.actions.audit import Actor, published_name

AHEAD = timedelta(days=14)  # how long before it starts an occurrence is announced


@transaction.atomic
def repeat(*, planning: Planning, rule: str, zone: str, by: Actor, now: datetime) -> Series:
    """Announce a maintenance again and again, by an RRULE in local time (FREQ=WEEKLY;BYDAY=SU).

    The window of `planning` is the first one; its local start is kept when clocks change. Each
    occurrence is announced two weeks before. Raises NotReady.
    """
    try:
        rule, place = recurrence.check(rule), ZoneInfo(zone)
    except recurrence.RuleError as error:
        refuse((Gap("rule", str(error)),))
    except (KeyError, ValueError, OSError):
        refuse((Gap("zone", f"“{zone[:40]}” is no time zone; write for example Europe/Berlin"),))
    first = planning.scheduled_for.astimezone(place).replace(tzinfo=None)
    found = Series.objects.create(
        uid=new_uid(), name=prose.tidy(planning.name), body=prose.tidy(planning.body),
        affects=prose.tidy(planning.affects), components=dict(planning.components), rule=rule,
        zone=zone, first=first.isoformat(timespec="seconds"),
        seconds=int((planning.scheduled_until - planning.scheduled_for).total_seconds()),
        settings={"auto_start": planning.auto_start, "auto_complete": planning.auto_complete,
                  "verify": int(planning.verify.total_seconds())},
        audiences=list(planning.audiences), by=published_name(by), created_at=now,
    )  # fmt: skip
    trail(actor=by, verb="planned", thing="series", thing_id=found.uid, now=now,
          after={"name": found.name, "rule": rule, "zone": zone, "first": found.first})  # fmt: skip
    plan_ahead(uid=found.uid, by=by, now=now)
    found.refresh_from_db()
    return found


@transaction.atomic
def plan_ahead(*, uid: str, by: Actor = None, now: datetime) -> int:
    """Announce the occurrences of the next two weeks that are not yet; return how many."""
    take_turn()
    series = Series.objects.select_for_update().get(uid=uid)
    if series.ended_at is not None:
        return 0
    starts = recurrence.occurrences(
        series.rule, first=datetime.fromisoformat(series.first),
        zone=ZoneInfo(series.zone), after=series.planned_until or now, until=now + AHEAD,
    )  # fmt: skip
    planned = sum(_planned(series, start, by, now) for start in starts)
    series.planned_until = max(series.planned_until or now, now + AHEAD)
    series.save(update_fields=["planned_until"])
    return planned


@transaction.atomic
def end_series(*, uid: str, by: Actor, now: datetime, body: str = "") -> int:
    """End a series; with `body`, cancel what is announced of it, too. Return how many those are."""
    take_turn()
    series = Series.objects.select_for_update().get(uid=uid)
    if series.ended_at is not None:
        raise NotAllowed("it has ended")
    series.ended_at = now
    series.save(update_fields=["ended_at"])
    trail(actor=by, verb="ended", thing="series", thing_id=uid, now=now)
    if not body:
        return 0
    waiting = Maintenance.objects.filter(
        series=series, incident__state=State.SCHEDULED, cancelled_at=None
    )
    uids = list(waiting.values_list("incident__uid", flat=True))
    for each in uids:
        cancel(uid=each, body=body, by=by, now=now)
    return len(uids)


def _planned(series: Series, start: datetime, by: Actor, now: datetime) -> int:
    if Maintenance.objects.filter(series=series, scheduled_for=start).exists():
        return 0
    settings = series.settings
    planning = Planning(
        name=series.name, body=series.body, affects=series.affects, scheduled_for=start,
        scheduled_until=start + timedelta(seconds=series.seconds),
        components={uid: Status(status) for uid, status in series.components.items()},
        auto_start=settings["auto_start"], auto_complete=settings["auto_complete"],
        verify=timedelta(seconds=settings["verify"]), audiences=tuple(series.audiences),
    )  # fmt: skip
    try:
        with transaction.atomic():
            schedule(planning=planning, by=by, now=now, series=series)
    except IntegrityError:  # another worker was first
        return 0
    return 1
