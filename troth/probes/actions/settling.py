"""From what the locations see to a monitor's state; a change is claimed, then told as a Turn."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Count, Max

from troth.probes.instants import instant, ms
from troth.probes.models import Lease, Monitor, Sight, State, Turn
from troth.probes.rules import turning
from troth.probes.rules.results import Level
from troth.probes.rules.turning import Terms, View

_LONGEST: Final = 300
_RELEASED: Final = "it is still down, and what it depends on is up again"


@dataclass(frozen=True, slots=True)
class Change:
    """A state that is to be: since when in milliseconds, 0 for now, and why."""

    state: Level
    since: int
    reason: str


@transaction.atomic
def settle(*, monitors: Iterable[int], now: datetime) -> int:
    """Bring the states of monitors (by primary key) in line with what is seen; return the turns.

    Parents go first, so that children that fail with them in one breath are suppressed.
    """
    rows = Monitor.objects.filter(pk__in=list(monitors), retired_at=None, paused_at=None)
    chosen = list(rows.prefetch_related("sights", "parents"))
    if not chosen:
        return 0
    out = outages(now=now) if any(len(one.locations) > 1 for one in chosen) else frozenset()
    mine = {one.pk for one in chosen}
    chosen.sort(key=lambda one: any(parent.pk in mine for parent in one.parents.all()))
    return sum(_settled(one, out, now) for one in chosen)


def _settled(monitor: Monitor, out: frozenset[str], now: datetime) -> bool:
    state = State.objects.select_for_update().filter(watch=monitor.slug).first()
    if state is None:
        return False
    sights = list(monitor.sights.all())
    views = [_view(one, monitor, out, now) for one in sights]
    terms = Terms(monitor.need, monitor.of, monitor.quorum)
    verdict = turning.agreed(views, terms, was=Level(state.state))
    if verdict.state == state.state:
        return False
    since = verdict.since or _fell_silent(sights, monitor)
    reason = _reason(sights, views, verdict.state)
    change = Change(verdict.state, since, reason)
    return turn(state, change, now=now, parents=list(monitor.parents.all()))


def _view(sight: Sight, monitor: Monitor, out: frozenset[str], now: datetime) -> View:
    """Return a sight as the rules take it: unknown where it is stale or the location is out."""
    silent = turning.is_silent(
        last=sight.last, every=monitor.every_ms, timeout=monitor.timeout_ms, now=ms(now)
    )
    if silent or sight.location in out:
        return View()
    return View(state=Level(sight.state), since=sight.since)


def _fell_silent(sights: Sequence[Sight], monitor: Monitor) -> int:
    """Return the first instant at which a check should have been and was not."""
    last = max((one.last for one in sights), default=0)
    return last + monitor.every_ms if last else 0


def _reason(sights: Sequence[Sight], views: Sequence[View], state: Level) -> str:
    if state is Level.UNKNOWN:
        return "nothing was heard of its checks"
    if state is Level.UP:
        return ""
    told = [one for one, view in zip(sights, views, strict=True)
            if view.state in (Level.DOWN, state) and one.reason]  # fmt: skip
    if not told:
        return ""
    where = f"{', '.join(sorted(one.location for one in told))}: " if len(sights) > 1 else ""
    return f"{where}{told[0].reason}"[:_LONGEST]


def turn(state: State, change: Change, *, now: datetime, parents: Sequence[Monitor] = ()) -> bool:
    """Claim a change of state and leave its Turn; False if someone else was there first.

    It is never dated later than now, nor before the turn before it, even if the clock was set back.
    """
    at = min(instant(change.since) if change.since else now, now)
    if state.since is not None:
        at = max(at, state.since)
    mine = State.objects.filter(pk=state.pk, state=state.state).update(
        state=change.state, since=at, confirmed_at=now, reason=change.reason
    )
    if mine:
        by = turning.suppressing(Level(state.state), change.state, _levels(parents))
        Turn.objects.create(
            watch=state.watch, kind=state.kind, was=state.state, now=change.state, at=at,
            confirmed_at=now, reason=change.reason, suppressed_by=by,
        )  # fmt: skip
    return bool(mine)


def _levels(parents: Sequence[Monitor]) -> Mapping[str, Level]:
    """Return how parents are; one whose newest result is a failure counts as down already."""
    slugs = [one.slug for one in parents]
    found = dict(State.objects.filter(watch__in=slugs).values_list("watch", "state"))
    failing = Sight.objects.filter(monitor__in=parents, outcome=Level.DOWN)
    found |= dict.fromkeys(failing.values_list("monitor__slug", flat=True), Level.DOWN)
    return {slug: Level(state) for slug, state in found.items()}


def silence(slug: str, *, at: datetime, now: datetime, reason: str) -> bool:
    """Say that nothing is known of a watch from `at` on."""
    state = State.objects.select_for_update().filter(watch=slug).first()
    if state is None or state.state == Level.UNKNOWN:
        return False
    return turn(state, Change(Level.UNKNOWN, ms(at), reason), now=now)


def outages(*, now: datetime) -> frozenset[str]:
    """Return the locations that have an outage of their own, and note since when."""
    seen: dict[str, dict[str, Level]] = {}
    sights = Sight.objects.filter(monitor__retired_at=None, monitor__paused_at=None)
    for sight in sights.select_related("monitor"):
        view = _view(sight, sight.monitor, frozenset(), now)
        seen.setdefault(sight.location, {})[sight.monitor.slug] = view.state
    found = turning.own_outages(seen)
    Lease.objects.filter(out_since__isnull=False).exclude(location__in=found).update(out_since=None)
    Lease.objects.filter(out_since=None, location__in=found).update(out_since=now)
    return found


def silent_monitors(*, now: datetime) -> list[int]:
    """Return the monitors (primary keys) of which a state is told though nothing is heard."""
    rows = (
        Monitor.objects.filter(retired_at=None, paused_at=None)
        .annotate(last=Max("sights__last"))
        .values_list("pk", "slug", "last", "every_ms", "timeout_ms")
    )
    told = set(State.objects.exclude(state=Level.UNKNOWN).values_list("watch", flat=True))
    at = ms(now)
    return [
        pk
        for pk, slug, last, every, timeout in rows
        if slug in told and turning.is_silent(last=last or 0, every=every, timeout=timeout, now=at)
    ]


def divided_monitors() -> list[int]:
    """Return the monitors that several locations watch."""
    counted = Monitor.objects.filter(retired_at=None, paused_at=None).annotate(n=Count("sights"))
    return list(counted.filter(n__gt=1).values_list("pk", flat=True))


@transaction.atomic
def release(*, now: datetime) -> int:
    """Tell again of children that are still down once their parents are up and they were checked.

    Only the opening was suppressed; without this a failure of their own would never be told.
    """
    down = State.objects.filter(state=Level.DOWN, kind="monitor")
    newest = Turn.objects.filter(watch__in=down.values("watch")).values("watch")
    ids = newest.annotate(newest=Max("pk")).values("newest")
    held = Turn.objects.filter(pk__in=ids).exclude(suppressed_by="")
    return sum(_released(each, now) for each in held)


def _released(held: Turn, now: datetime) -> bool:
    monitor = Monitor.objects.filter(slug=held.watch, retired_at=None).first()
    if monitor is None:
        return False
    parents = list(monitor.parents.all())
    if Level.DOWN in _levels(parents).values():
        return False
    since = State.objects.filter(watch__in=[one.slug for one in parents]).aggregate(
        last=Max("since")
    )["last"]
    waited = since is None or now - since > timedelta(milliseconds=monitor.every_ms)
    if not waited or not monitor.sights.filter(outcome=Level.DOWN).exists():
        return False
    Turn.objects.create(
        watch=held.watch, kind=held.kind, was=Level.DOWN, now=Level.DOWN, at=held.at,
        confirmed_at=now, reason=(held.reason or _RELEASED)[:_LONGEST],
    )  # fmt: skip
    return True
