"""A filled page from real open data: Boston's service requests of January to June 2015.

Nothing is invented. The city's own times are moved by whole days, so that the last day is
yesterday; what the city learned after that day is left out, as nobody would know it yet. The
page says so. Data: City of Boston, PDDL. `bin/make-demo-data` makes the file.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from troth.core import clock
from troth.core.windows import midnight
from troth.signals.envelope import Signal

HERE = Path(__file__).parent
ZONE = ZoneInfo("America/New_York")
BATCH = 5_000
SOURCE = "boston-311"
Case = tuple[Any, ...]


def fill(*, now: datetime | None = None, say: Callable[[str], None] = print) -> int:
    """Accept, seal, declare, judge and publish the demo; return how many cases came in.

    Filling twice counts nothing twice. Takes about twenty seconds on two cores.
    """
    from troth.config.demo import steps  # loads the engines, which the web process never needs

    now = now or clock.now()
    cases = read_cases()
    shift = days_to_yesterday(cases, now)
    say(f"Boston's {len(cases):,} service requests, moved by {shift:,} days")
    steps.take_in(batches(cases, shift, now), now=now)
    since = midnight(cases[0][1].date() + timedelta(days=shift), ZONE)
    steps.declare(HERE / "promises.yaml", since=since, now=now)
    steps.say_so(shift=shift, now=now)
    steps.judge_and_publish(now=now)
    return len(cases)


def read_cases() -> list[Case]:
    """Return (id, opened, target, closed, department, reason, channel, neighborhood) by opening."""
    import duckdb  # 60 MB that only the filling needs

    return duckdb.execute(
        "SELECT case_id, opened, target, closed, department, reason, channel, neighborhood "
        "FROM read_parquet(?) ORDER BY opened, case_id",
        [str(HERE / "boston311.parquet")],
    ).fetchall()


def days_to_yesterday(cases: list[Case], now: datetime) -> int:
    """Return by how many days the last opening must move to fall on yesterday, local time."""
    yesterday = now.astimezone(ZONE).date() - timedelta(days=1)
    last: datetime = max(case[1] for case in cases)
    return (yesterday - last.date()).days


def batches(cases: list[Case], shift: int, now: datetime) -> Iterator[list[Signal]]:
    """Yield the cases as signals, moved by `shift` days, without what lies after `now`."""
    for start in range(0, len(cases), BATCH):
        yield [as_signal(case, shift, now) for case in cases[start : start + BATCH]]


def as_signal(case: Case, shift: int, now: datetime) -> Signal:
    number, opened, target, closed, department, reason, channel, place = case
    closed_at = moved(closed, shift)
    named = {"department": department, "reason": reason, "channel": channel, "neighborhood": place}
    return Signal(
        source=SOURCE,
        kind="city.case",
        key=str(number),
        touchpoint=reason,
        segment={name: value for name, value in named.items() if value},
        happened_at=moved(opened, shift) or now,
        due_at=moved(target, shift),
        resolved_at=closed_at if closed_at and closed_at <= now else None,
    )


def moved(local: datetime | None, shift: int) -> datetime | None:
    """Return a Boston wall-clock time as an instant, `shift` days later."""
    if local is None:
        return None
    return (local + timedelta(days=shift)).replace(tzinfo=ZONE).astimezone(UTC)
