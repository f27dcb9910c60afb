"""Deadlines in business hours, with pauses: due instants, and the results with and without."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from troth.config.verbs.apply import apply_
from troth.core import clock
from troth.core.windows import Span
from troth.promises import actions, queries
from troth.promises.rules import calendars
from troth.promises.rules.results import Count
from troth.promises.rules.terms import DocumentError
from troth.signals import actions as signals
from troth.signals.envelope import Signal

OFFICE = {
    "apiVersion": "troth/v1",
    "kind": "Calendar",
    "metadata": {"name": "office"},
    "spec": {
        "zone": "Europe/Berlin",
        "weekdays": ["mon", "tue", "wed", "thu", "fri"],
        "hours": "09:00-17:00",
        "holidays": ["2026-04-03", "2026-04-06"],
    },
}
ANSWERS = {
    "apiVersion": "troth/v1",
    "kind": "Promise",
    "metadata": {"name": "answers"},
    "spec": {
        "text": "We answer within eight office hours.",
        "evaluator": "deadline",
        "signals": {"kind": "ticket"},
        "due": {"after": "8h", "calendar": "office"},
        "target": "90%",
        "windows": ["28d"],
        "zone": "Europe/Berlin",
        "needs": {"cases": 1, "coverage": 0},
    },
}
BERLIN = ZoneInfo("Europe/Berlin")


def local(text):
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-03-16T09:00", 8, "2026-03-16T17:00"),  # a whole Monday
        ("2026-03-16T10:00", 8, "2026-03-17T10:00"),
        ("2026-03-16T20:00", 8, "2026-03-17T17:00"),  # after hours
        ("2026-03-20T16:00", 2, "2026-03-23T10:00"),  # over a weekend
        ("2026-03-21T12:00", 1, "2026-03-23T10:00"),
        ("2026-04-02T16:00", 2, "2026-04-07T10:00"),  # over Easter
        ("2026-03-27T16:00", 2, "2026-03-30T10:00"),  # clocks go forward on Sunday
    ],
)
def test_hours_are_counted_on_open_days_only(start, hours, due):
    found = calendars.due(calendars.read(OFFICE), local(start), hours * 3600)
    assert found == local(due)


def test_a_pause_moves_the_deadline_by_its_open_hours_only():
    hours = calendars.read(OFFICE)
    night = Span(local("2026-03-16T16:00"), local("2026-03-17T10:00"))
    assert calendars.due(hours, local("2026-03-16T12:00"), 6 * 3600, [night]) == local(
        "2026-03-17T12:00"
    )


@given(st.integers(0, 20_000), st.integers(1, 100), st.lists(
    st.tuples(st.integers(0, 20_000), st.integers(1, 3000)), max_size=4))  # fmt: skip
def test_the_deadline_is_the_first_instant_at_which_the_hours_are_over(minute, hours, pauses):
    """Against counting open minutes one by one."""
    office, start = calendars.read(OFFICE), datetime(2026, 3, 14, tzinfo=UTC)
    begin = start + timedelta(minutes=minute)
    spans = [
        Span(start + timedelta(minutes=a), start + timedelta(minutes=a + n)) for a, n in pauses
    ]
    left, moment = hours * 60, begin
    while left:
        at = moment.astimezone(BERLIN)
        is_open = (
            at.weekday() < 5 and 9 <= at.hour < 17
            and at.date().isoformat() not in OFFICE["spec"]["holidays"]
            and not any(span.start <= moment < span.end for span in spans)
        )  # fmt: skip
        left -= is_open
        moment += timedelta(minutes=1)
    assert calendars.due(office, begin, hours * 3600, spans) == moment


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"hours": "17:00-09:00"}, "must run from earlier to later"),
        ({"hours": "nine to five"}, "are no hours"),
        ({"weekdays": ["mon", "someday"]}, "“someday” is no weekday"),
        ({"zone": "Mars"}, "is no time zone"),
        ({"holidys": []}, "did you mean “holidays”?"),
        ({"holidays": ["easter"]}, "is no date"),
    ],
)
def test_a_mistake_in_a_calendar_is_named(changes, said):
    with pytest.raises(DocumentError, match=said):
        calendars.read({**OFFICE, "spec": {**OFFICE["spec"], **changes}})


@pytest.mark.django_db
@pytest.mark.mission("S1.5a")
def test_results_are_given_with_and_without_pauses(tmp_path):
    now = datetime(2026, 3, 20, 12, tzinfo=UTC)
    (tmp_path / "a.yaml").write_text(yaml.safe_dump_all([OFFICE, ANSWERS]))
    with clock.frozen(now):
        done = CliRunner().invoke(apply_, ["-f", str(tmp_path), "--yes"], catch_exceptions=False)
        assert "create Calendar office" in done.output
        opened = local("2026-03-16T09:00")
        send = [
            ticket("in-time", opened, resolved_at=local("2026-03-16T16:00")),
            ticket("waited", opened, resolved_at=local("2026-03-17T11:00")),
            ticket("late", opened, resolved_at=local("2026-03-18T11:00")),
            ticket("waiting", opened),
            Signal(source="desk", kind="ticket.paused", key="waited#1",
                   happened_at=local("2026-03-16T12:00"), resolved_at=local("2026-03-16T15:00")),
            Signal(source="pauses", kind="ticket.paused", key="waiting",
                   happened_at=local("2026-03-16T12:00")),
        ]  # fmt: skip
        signals.accept(batches=[send], door="test", now=now)
        actions.bring_up_to_date(now=now)
        (found,) = queries.standing()
        (exact,) = queries.standing(at=now)
    (window,) = found.windows
    assert (window.good, window.total) == (2, 3)
    assert window.unpaused == Count(1, 4)
    assert found.pending == 1
    assert window == exact.windows[0]
    assert found.strip == exact.strip


def ticket(key, opened, **fields):
    return Signal(source="desk", kind="ticket", key=key, happened_at=opened, **fields)


@pytest.mark.django_db
def test_a_promise_needs_a_calendar_that_is_there():
    with pytest.raises(DocumentError, match="there is no calendar “office”"):
        actions.declare(spec=ANSWERS, author="Ada", now=datetime(2026, 3, 1, tzinfo=UTC))
