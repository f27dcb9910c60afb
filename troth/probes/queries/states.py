"""How what we watch is, and how it changed."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Max, QuerySet

from troth.core import clock
from troth.probes import packed
from troth.probes.instants import instant, ms
from troth.probes.models import Heartbeat, Lease, Monitor, Ping, Sight, State, Turn
from troth.probes.rules import turning
from troth.probes.rules.documents import LOCAL
from troth.probes.rules.results import Level, Outcome, StateShown, TurnShown


def states(slugs: Iterable[str] | None = None, *, at: datetime | None = None) -> list[StateShown]:
    """Return how monitors and heartbeats are, by name; the retired ones left out.

    `no_data` is true where nothing is known: never yet, paused, or silent for too long by `at`.
    """
    now = at or clock.now()
    monitors = Monitor.objects.filter(retired_at=None).annotate(last=Max("sights__last"))
    heartbeats = Heartbeat.objects.filter(retired_at=None)
    if slugs is not None:
        wanted = list(slugs)
        monitors, heartbeats = monitors.filter(slug__in=wanted), heartbeats.filter(slug__in=wanted)
    rows = {state.watch: state for state in State.objects.all()}
    found = [_monitor(one, rows.get(one.slug), now) for one in monitors]
    found += [_heartbeat(one, rows.get(one.slug)) for one in heartbeats]
    return sorted(found, key=lambda one: (one.name.lower(), one.slug))


def _monitor(row: Monitor, state: State | None, now: datetime) -> StateShown:
    last: int = getattr(row, "last", None) or 0  # annotated above
    silent = turning.is_silent(last=last, every=row.every_ms, timeout=row.timeout_ms, now=ms(now))
    return _shown(row, state, kind=row.kind, checked_at=instant(last) if last else None,
                  silent=silent)  # fmt: skip


def _heartbeat(row: Heartbeat, state: State | None) -> StateShown:
    return _shown(row, state, kind="heartbeat", checked_at=row.last_at, silent=False)


def _shown(
    row: Monitor | Heartbeat,
    state: State | None,
    *,
    kind: str,
    checked_at: datetime | None,
    silent: bool,
) -> StateShown:
    level = Level(state.state) if state else Level.UNKNOWN
    paused = row.paused_at is not None
    return StateShown(
        slug=row.slug,
        name=row.name,
        kind=kind,
        state=level.value,
        since=state.since if state else None,
        confirmed_at=state.confirmed_at if state else None,
        checked_at=checked_at,
        reason=state.reason if state else "",
        no_data=paused or silent or level is Level.UNKNOWN,
        paused=paused,
        touchpoint=row.touchpoint or row.slug,
    )


def turns() -> QuerySet[Turn]:
    """Return all turns, oldest first: facts to be answered by anti-join on a row of one's own."""
    return Turn.objects.order_by("pk")


def turn_rows(*, slug: str, limit: int = 50) -> Sequence[TurnShown]:
    """Return the newest turns of one watch, newest first."""
    return [
        TurnShown(
            number=row.pk, slug=row.watch, was=row.was, now=row.now, at=row.at,
            confirmed_at=row.confirmed_at, reason=row.reason, suppressed_by=row.suppressed_by,
        )
        for row in Turn.objects.filter(watch=slug).order_by("-pk")[:limit]
    ]  # fmt: skip


def is_runner_wanted(*, is_mine: bool, now: datetime) -> bool:
    """Return whether this worker is to have a runner: something is watched, and no other has one.

    `is_mine` says that its own runner is alive.
    """
    rows = Monitor.objects.filter(retired_at=None, paused_at=None, sights__location=LOCAL)
    if not rows.exists():
        return False
    return is_mine or not Lease.objects.filter(location=LOCAL, until__gt=now).exists()


def is_anything_watched() -> bool:
    return Monitor.objects.filter(retired_at=None).exists()


def is_any_late(*, now: datetime) -> bool:
    """Return whether a heartbeat has a new sign or is overdue."""
    return (
        Ping.objects.filter(is_new=True).exists()
        or Heartbeat.objects.filter(down_at__lt=now, retired_at=None, paused_at=None).exists()
    )


def monitor_slugs() -> list[str]:
    return list(Monitor.objects.filter(retired_at=None).values_list("slug", flat=True))


def is_taken(slug: str) -> bool:
    """Return whether something living has this name already."""
    return (
        Monitor.objects.filter(slug=slug, retired_at=None).exists()
        or Heartbeat.objects.filter(slug=slug, retired_at=None).exists()
    )


def latencies(slugs: Sequence[str]) -> dict[str, list[float | None]]:
    """Return slug → milliseconds of the last checks, oldest first; None where one was down.

    Of several locations the one whose name comes first is shown.
    """
    rows = Sight.objects.filter(monitor__slug__in=slugs).order_by("-location")
    return {
        slug: [None if one.outcome is Outcome.DOWN else one.took / 1000 for one in _read(shown)]
        for slug, shown in rows.values_list("monitor__slug", "shown")
    }


def _read(shown: bytes | memoryview) -> list[packed.Shown]:
    return packed.read_shown(bytes(shown))
