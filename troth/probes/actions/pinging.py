"""Signs of heartbeats: on disk before the answer, then applied to states and told as signals."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from troth.core import connections
from troth.core.groups import Group
from troth.probes import sealing
from troth.probes.actions.settling import Change, turn
from troth.probes.instants import ms
from troth.probes.models import Heartbeat, Ping, State
from troth.probes.queries.rhythms import rhythm_of
from troth.probes.rules import beating
from troth.probes.rules.beating import Applied, Beat, Sign
from troth.probes.rules.results import Level
from troth.signals import actions as signals
from troth.signals.envelope import Signal

_AT_ONCE: Final = 10_000  # signs that one transaction applies
_COLUMNS: Final = "heartbeat_id, at, kind, code, method, size, sealed, is_new, mark"
_PLACES: Final = "(%s, %s, %s, %s, %s, %s, %s, %s, %s)"
_MOST: Final = 100  # rows of one statement: SQLite takes 999 values where it is old
_TOLD: Final = {Sign.SUCCESS: "up", Sign.FAIL: "down", Sign.START: "started", Sign.LOG: "log"}


class OutdatedError(Exception):
    """What is watched has changed since the sign's heartbeat was looked up: look again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A sign as it came in. `size` is that of the whole body, `body` what is kept of it.

    `revision` is the roster's, read before the heartbeat was looked up. Of those with the same
    `mark` the first is kept alone.
    """

    heartbeat: int
    revision: int
    at: datetime
    sign: Sign
    method: str
    code: int | None = None
    size: int = 0
    body: bytes = b""
    mark: str = ""


def take(arrived: Arrived) -> None:
    """Keep a sign; on return it is on disk. Threads that come together share one write.

    Raises OutdatedError where an address that was looked up before may be another's by now.
    """
    _group.put([arrived])


def _written(arrived: Sequence[Arrived]) -> None:
    connections.renew()
    with connection.cursor() as cursor:
        cursor.execute("SELECT revision FROM probes_roster")
        revision = (cursor.fetchone() or (0,))[0]
        if any(one.revision != revision for one in arrived):
            raise OutdatedError
        if len(arrived) <= _MOST:
            _insert(cursor, arrived)
            return
        with transaction.atomic():
            for begin in range(0, len(arrived), _MOST):
                _insert(cursor, arrived[begin : begin + _MOST])


def _insert(cursor: CursorWrapper, arrived: Sequence[Arrived]) -> None:
    """Write rows by one statement, which is a transaction of its own where there is none."""
    adapted = connection.ops.adapt_datetimefield_value
    values: list[Any] = []
    for one in arrived:
        sealed = sealing.seal(one.body, label="ping") if one.body else b""
        values += (one.heartbeat, adapted(one.at), one.sign.value, one.code, one.method, one.size,
                   sealed, True, one.mark)  # fmt: skip
    places = ",".join([_PLACES] * len(arrived))
    cursor.execute(
        f"INSERT INTO probes_ping ({_COLUMNS}) VALUES {places} ON CONFLICT DO NOTHING",  # noqa: S608 - constants
        values,
    )


_group: Group[Arrived] = Group(_written)


@transaction.atomic
def beat(*, now: datetime) -> int:
    """Apply new signs in order, then turn down what is overdue; return how many of both."""
    new = list(Ping.objects.filter(is_new=True).order_by("pk")[:_AT_ONCE])
    if connection.vendor == "postgresql":
        new = list(Ping.objects.select_for_update(skip_locked=True).filter(
            pk__in=[one.pk for one in new], is_new=True))  # fmt: skip
    found = list(_applied_all(new))
    found += _overdue(now)
    if found:
        signals.accept(batches=[found], door="ping", now=now)
    if new:
        Ping.objects.filter(pk__in=[one.pk for one in new]).update(is_new=False)
    return len(found)


def _applied_all(new: Sequence[Ping]) -> Iterator[Signal]:
    by_heartbeat: defaultdict[int, list[Ping]] = defaultdict(list)
    for one in sorted(new, key=lambda ping: (ping.at, ping.pk)):
        by_heartbeat[one.heartbeat_id].append(one)
    rows = Heartbeat.objects.select_for_update().filter(pk__in=by_heartbeat).order_by("pk")
    for row in rows:
        yield from _applied(row, by_heartbeat[row.pk])


def _applied(row: Heartbeat, pings: Sequence[Ping]) -> Iterator[Signal]:
    if row.retired_at is not None or row.paused_at is not None:
        return
    state = State.objects.select_for_update().get(watch=row.slug)
    for ping in pings:
        if row.down_at is not None and ping.at > row.down_at:
            yield from _missed(row, state, row.down_at, ping.at)
        done = beating.applied(Beat(row.last_at, row.started_at), Sign(ping.kind), ping.at)
        yield _signal(row, ping, done)
        _note(row, done)
        if done.level is not None:
            _turn(state, Change(done.level, ms(ping.at), _failure(ping)), ping.at)
    row.save(update_fields=["last_at", "started_at", "down_at"])


def _note(row: Heartbeat, done: Applied) -> None:
    """Keep what is known of a heartbeat now. One that failed is down until its next success."""
    is_log = done.level is None and done.beat.started == row.started_at
    row.last_at, row.started_at = done.beat.last, done.beat.started
    if done.level is Level.DOWN:
        row.down_at = None
    elif not is_log:
        row.down_at = beating.down_at(rhythm_of(row), done.beat)


def _failure(ping: Ping) -> str:
    if ping.kind != Sign.FAIL:
        return ""
    return "it reported a failure" if ping.code is None else f"it ended with code {ping.code}"


def _turn(state: State, change: Change, now: datetime) -> None:
    if state.state != change.state and turn(state, change, now=now):
        state.refresh_from_db()


def _signal(row: Heartbeat, ping: Ping, done: Applied) -> Signal:
    is_end = done.level is not None
    return Signal(
        source="probes",
        kind="ping",
        key=f"{row.slug}/ping/{ping.pk}",
        happened_at=ping.at,
        due_at=row.down_at if is_end else None,
        resolved_at=ping.at if is_end else None,
        touchpoint=row.touchpoint or row.slug,
        outcome=_TOLD[Sign(ping.kind)],
        value=done.took.total_seconds() * 1000 if done.took is not None else None,
        unit="ms" if done.took is not None else None,
        segment=_segment(row, ping),
    )


def _segment(row: Heartbeat, ping: Ping) -> dict[str, str | int | float | bool]:
    found: Mapping[str, str | int] = {"heartbeat": row.slug, "sign": ping.kind}
    return {**found, **({} if ping.code is None else {"code": ping.code})}


def _overdue(now: datetime) -> Iterator[Signal]:
    late = Heartbeat.objects.select_for_update().filter(
        down_at__lt=now, retired_at=None, paused_at=None
    )
    for row in late.order_by("pk"):
        state = State.objects.select_for_update().get(watch=row.slug)
        if row.down_at is not None:
            yield from _missed(row, state, row.down_at, now)
        row.save(update_fields=["down_at", "started_at"])


def _missed(row: Heartbeat, state: State, at: datetime, now: datetime) -> Iterator[Signal]:
    """Turn a heartbeat down from the end of its grace on, and tell that its sign was missed."""
    reason = "it began and did not end in time" if row.started_at else "its sign did not come"
    _turn(state, Change(Level.DOWN, ms(at), reason), now)
    row.down_at = row.started_at = None
    yield Signal(
        source="probes",
        kind="ping.missed",
        key=f"{row.slug}/missed/{ms(at)}",
        happened_at=at,
        touchpoint=row.touchpoint or row.slug,
        outcome="down",
        segment={"heartbeat": row.slug},
    )
