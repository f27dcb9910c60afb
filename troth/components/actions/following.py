"""Answering the turns of monitors and heartbeats: what they say of components."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from troth.components.actions.marking import owe_account, second, take_turn
from troth.components.models import Component, Condition, Heeded, Watch
from troth.components.rules.combining import FAR
from troth.components.rules.results import Cause, Status
from troth.components.rules.watching import Level, Saying, sayings
from troth.probes import queries as probes

_AT_ONCE = 500


def is_behind() -> bool:
    """Return whether there is a turn that was not taken in yet."""
    return probes.turns().filter(heeded=None).exists()


@transaction.atomic
def heed(*, now: datetime) -> int:
    """Take in the turns that were not taken in yet; return how many they were.

    Two workers take turns here, so that each turn is taken in once, and what a watch says is read
    anew from all of its turns: it does not matter in which order they became visible.
    """
    take_turn(visible=False)
    new = list(probes.turns().filter(heeded=None)[:_AT_ONCE])
    Heeded.objects.bulk_create(Heeded(turn=one) for one in new)
    earliest: dict[tuple[str, str], int] = {}
    for one in new:
        key = (one.kind, one.watch)
        earliest[key] = min(second(one.at), earliest.get(key, FAR))
    for (kind, slug), since in earliest.items():
        watches = Watch.objects.filter(kind=kind, slug=slug, until__gt=since)
        _retell(watches.select_related("component"), since=since, now=now)
    return len(new)


def follow(watches: Iterable[Watch], *, now: datetime) -> None:
    """Let components know what these watches say since they began, or that they were let go."""
    for one in watches:
        _retell([one], since=one.since if one.until == FAR else one.until, now=now)


def _retell(watches: Iterable[Watch], *, since: int, now: datetime) -> None:
    """Write again what watches say of their components from an instant on."""
    for one in watches:
        standing = Condition.objects.filter(
            component_id=one.component_id, cause=Cause.PROBE, ref=one.ref, withdrawn_at=None,
            ends__gt=max(since, one.since),
        )  # fmt: skip
        begin = min([since, *(row.starts for row in standing)])
        wanted = [
            each
            for each in sayings(_levels(one), starts=one.since, ends=one.until,
                                down=Status(one.down))
            if each.ends > begin
        ]  # fmt: skip
        if _write(one, list(standing), wanted, now=now):
            take_turn()
            held = Component.objects.select_for_update().filter(pk=one.component_id)
            owe_account(held, since=begin)


def _levels(watch: Watch) -> list[Level]:
    turns = probes.turns().filter(kind=watch.kind, watch=watch.slug)
    return [
        Level(at=second(at), level=level, reason=reason)
        for at, level, reason in turns.values_list("at", "now", "reason")
    ]


def _write(
    watch: Watch, standing: Sequence[Condition], wanted: Sequence[Saying], *, now: datetime
) -> bool:
    """Withdraw what is no longer said and add what is new; False where nothing changed."""
    keys = {(one.starts, one.ends, str(one.status)) for one in wanted}
    present = {(row.starts, row.ends, row.status) for row in standing}
    gone = [row for row in standing if (row.starts, row.ends, row.status) not in keys]
    for row in gone:
        row.withdrawn_at = now
    Condition.objects.bulk_update(gone, ["withdrawn_at"])
    new = [one for one in wanted if (one.starts, one.ends, str(one.status)) not in present]
    Condition.objects.bulk_create(
        Condition(
            component_id=watch.component_id, cause=Cause.PROBE, ref=watch.ref, status=one.status,
            starts=one.starts, ends=one.ends, note=one.reason, by=watch.ref, recorded_at=now,
        )
        for one in new
    )  # fmt: skip
    return bool(gone or new)
