"""The pure rules, as tables: what may follow what, how bad it is, and by when to speak."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise, product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.components.rules.results import Status
from troth.incidents.rules import (
    cadence,
    impact,
    maintenance,
    prose,
    publishing,
    recurrence,
    states,
)
from troth.incidents.rules import spans as told
from troth.incidents.rules.cadence import PACES
from troth.incidents.rules.impact import Blend, blend, impact_of
from troth.incidents.rules.maintenance import Move, Plan
from troth.incidents.rules.publishing import Answers
from troth.incidents.rules.results import Impact, Kind, State, Urgency
from troth.incidents.rules.spans import Saying

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
RELATION = "nofollow noopener noreferrer"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
Q, D, M, R, P = (State.INVESTIGATING, State.IDENTIFIED, State.MONITORING, State.RESOLVED,
                 State.POSTMORTEM)  # fmt: skip
S, G, V, C = State.SCHEDULED, State.IN_PROGRESS, State.VERIFYING, State.COMPLETED
TALK = {None: (Q, D, M, R), Q: (Q, D, M, R), D: (Q, D, M, R), M: (Q, D, M, R), R: (R, P), P: (P,)}
WORK = {None: (S, G, C), S: (S, G, C), G: (G, V, C), V: (G, V, C), C: (C,)}
OK, DEG, PART, MAJ, MAINT, SILENT = (
    Status.OPERATIONAL, Status.DEGRADED, Status.PARTIAL, Status.MAJOR, Status.MAINTENANCE,
    Status.NO_DATA,
)  # fmt: skip


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(("was", "now"), list(product((None, *State), State)))
def test_every_transition_is_allowed_or_not_as_the_table_says(kind, was, now):
    table = WORK if kind is Kind.MAINTENANCE else TALK
    assert states.may_follow(kind, was, now) is (now in table.get(was, ()))


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(("was", "now"), list(product(State, State)))
def test_only_what_is_over_is_reopened_and_maintenance_never(kind, was, now):
    allowed = kind is not Kind.MAINTENANCE and was in (R, P, C) and now in (Q, D, M)
    assert states.may_reopen(kind, was, now) is allowed


@pytest.mark.parametrize(
    ("statuses", "indicator", "description"),
    [
        ((), "none", "All Systems Operational"),
        ((OK,), "none", "All Systems Operational"),
        ((SILENT,), "none", "All Systems Operational"),
        ((MAINT,), "maintenance", "Service Under Maintenance"),
        ((DEG,), "minor", "Partially Degraded Service"),
        ((PART,), "major", "Partial System Outage"),
        ((MAJ,), "critical", "Major System Outage"),
        ((OK, OK), "none", "All Systems Operational"),
        ((MAJ, MAJ), "critical", "Major System Outage"),
        ((MAJ, OK), "major", "Partial System Outage"),
        ((MAJ, PART), "major", "Partial System Outage"),
        ((MAJ, SILENT), "major", "Partial System Outage"),
        ((PART, PART), "major", "Partial System Outage"),
        ((PART, OK), "minor", "Minor Service Outage"),
        ((PART, DEG), "minor", "Minor Service Outage"),
        ((DEG, DEG), "minor", "Degraded System Service"),
        ((DEG, OK), "minor", "Partially Degraded Service"),
        ((DEG, MAINT), "minor", "Partially Degraded Service"),
        ((MAINT, OK), "maintenance", "Service Under Maintenance"),
        ((MAINT, MAINT), "maintenance", "Service Under Maintenance"),
        ((SILENT, OK), "none", "All Systems Operational"),
    ],
)
def test_a_page_is_blended_as_statuspage_does(statuses, indicator, description):
    assert blend(statuses) == Blend(Impact(indicator), description)


@given(st.lists(st.sampled_from(list(Status)), min_size=2))
def test_the_order_of_components_does_not_matter(statuses):
    assert blend(statuses) == blend(sorted(statuses)) == blend(reversed(statuses))


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ((), "none"), ((OK,), "none"), ((SILENT,), "none"), ((MAINT,), "none"),
        ((DEG,), "minor"), ((PART, DEG), "major"), ((DEG, MAJ, OK), "critical"),
    ],
)  # fmt: skip
def test_an_incident_is_as_bad_as_its_worst_component(statuses, expected):
    assert impact_of(Kind.INCIDENT, statuses) == expected
    assert impact_of(Kind.BREACH, statuses) == expected
    assert impact_of(Kind.MAINTENANCE, statuses) == "maintenance"
    assert impact.worst(statuses) in (*statuses, OK)


@pytest.mark.mission("S2.17")
@pytest.mark.parametrize(
    ("urgency", "spoken", "due"),
    [
        ("urgent", 0 * MINUTE, 20 * MINUTE),
        ("urgent", 119 * MINUTE, 139 * MINUTE),
        ("urgent", 2 * HOUR, 3 * HOUR),
        ("urgent", 9 * HOUR, 10 * HOUR),
        ("important", HOUR, 3 * HOUR),
        ("important", 2 * HOUR, 26 * HOUR),
        ("routine", 0 * MINUTE, 7 * DAY),
        ("routine", HOUR, 7 * DAY + HOUR),
    ],
)
def test_we_speak_faster_in_the_first_two_hours(urgency, spoken, due):
    pace = PACES[Urgency(urgency)]
    assert cadence.next_due(pace, opened_at=NOON, spoken_at=NOON + spoken) == NOON + due


@pytest.mark.parametrize("day", [datetime(2026, 3, 29, 1, 30), datetime(2026, 10, 25, 1, 30)])  # noqa: DTZ001
def test_an_hour_is_an_hour_when_clocks_change(day):
    spoken = day.replace(tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
    due = cadence.next_due(PACES[Urgency.URGENT], opened_at=spoken - DAY, spoken_at=spoken)
    assert due - spoken == HOUR
    daily = cadence.next_due(PACES[Urgency.IMPORTANT], opened_at=spoken - DAY, spoken_at=spoken)
    assert daily - spoken == DAY


@pytest.mark.parametrize(
    ("impact_word", "urgency"),
    [("critical", "urgent"), ("major", "urgent"), ("minor", "important"), ("none", "routine"),
     ("maintenance", "routine")],
)  # fmt: skip
def test_what_is_worse_is_more_urgent(impact_word, urgency):
    assert cadence.urgency_of(Impact(impact_word)) == urgency


def answers(**more):
    said = {
        "kind": Kind.INCIDENT, "state": Q, "name": "Payments fail", "body": "We look.",
        "started_at": NOON, "now": NOON, "problem": "Orders fail.", "affects": "Everyone.",
        "workaround": "None known.", "next_due_at": NOON + HOUR, "latest_due_at": NOON + HOUR,
    }  # fmt: skip
    return Answers(**{**said, **more})


@pytest.mark.mission("S3.6")
@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({}, []),
        ({"name": " "}, ["name"]),
        ({"body": "\n"}, ["body"]),
        ({"problem": ""}, ["problem"]),
        ({"affects": ""}, ["affects"]),
        ({"workaround": ""}, ["workaround"]),
        ({"started_at": None}, ["started_at"]),
        ({"started_at": NOON + MINUTE}, ["started_at"]),
        ({"next_due_at": None}, ["next_due_at"]),
        ({"next_due_at": NOON}, ["next_due_at"]),
        ({"next_due_at": NOON + 2 * HOUR}, ["next_due_at"]),
        ({"problem": "", "workaround": "", "body": ""}, ["body", "problem", "workaround"]),
        ({"state": R, "next_due_at": None}, ["recovery", "data_loss"]),
        ({"state": R, "recovery": "All.", "data_loss": "None.", "workaround": ""}, []),
        ({"state": P, "problem": "", "next_due_at": None}, []),
        ({"kind": Kind.MAINTENANCE, "state": S, "problem": "", "workaround": ""}, []),
        ({"kind": Kind.MAINTENANCE, "state": S, "affects": ""}, ["affects"]),
        ({"needs_facts": False, "problem": "", "affects": "", "next_due_at": None}, []),
    ],
)
def test_what_must_be_said_is_asked_for_by_name(wrong, fields):
    assert [gap.field for gap in publishing.gaps(answers(**wrong))] == fields


def plan(**more):
    return Plan(**{"starts_at": NOON, "ends_at": NOON + 2 * HOUR, **more})


@pytest.mark.parametrize(
    ("more", "state", "overrun", "expected"),
    [
        ({}, S, False, Move(NOON, G)),
        ({"auto_start": False}, S, False, None),
        ({}, G, False, Move(NOON + 2 * HOUR, C)),
        ({"verify": HOUR}, G, False, Move(NOON + HOUR, V)),
        ({"verify": HOUR}, V, False, Move(NOON + 2 * HOUR, C)),
        ({"auto_complete": False}, G, False, Move(NOON + 2 * HOUR, G, is_overrun=True)),
        ({"auto_complete": False}, V, False, Move(NOON + 2 * HOUR, V, is_overrun=True)),
        ({"auto_complete": False}, G, True, None),
        ({}, C, False, None),
    ],
)
def test_what_the_clock_does_next(more, state, overrun, expected):
    assert maintenance.next_move(plan(**more), state, has_overrun=overrun) == expected


@pytest.mark.parametrize(("seconds", "in_time"), [(-1, False), (0, True), (1, True)])
@pytest.mark.parametrize("day", [29, 18])  # over the change of clocks, and not
def test_72_hours_are_72_hours(seconds, in_time, day):
    starts = datetime(2026, 3, day, 14, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
    announced = starts - timedelta(hours=72, seconds=seconds)
    assert maintenance.is_in_time(announced_at=announced, starts_at=starts) is in_time


def test_a_rule_in_local_time_over_both_changes_of_clocks():
    berlin = ZoneInfo("Europe/Berlin")
    found = recurrence.occurrences(
        "FREQ=DAILY", first=datetime(2026, 10, 24, 2, 30), zone=berlin,  # noqa: DTZ001 - local
        after=datetime(2026, 10, 24, tzinfo=UTC), until=datetime(2026, 10, 27, tzinfo=UTC),
    )  # fmt: skip
    assert [f"{one.astimezone(berlin):%d %H:%M %z}" for one in found] == [
        "24 02:30 +0200", "25 02:30 +0200", "26 02:30 +0100",
    ]  # fmt: skip
    assert [one.fold for one in found] == [0, 0, 0]


def saying(minute, status, component="shop", update=None):
    at = NOON + minute * MINUTE
    return Saying(minute if update is None else update, at, component, "Shop", status)


def test_spans_follow_what_was_said_in_the_order_of_time():
    said = [saying(30, OK), saying(0, MAJ), saying(10, PART), saying(5, MAJ)]
    found = told.spans(said, ended_at=None)
    assert [(one.status, one.starts_at - NOON, one.ends_at - NOON) for one in found] == [
        (MAJ, 0 * MINUTE, 10 * MINUTE), (PART, 10 * MINUTE, 30 * MINUTE),
    ]  # fmt: skip
    assert told.at_worst(said) == {"shop": MAJ}
    assert told.present(said) == {"shop": OK}
    changes = told.changes(said)
    assert [(one.was, one.now) for each in changes.values() for one in each] == [
        (OK, MAJ), (MAJ, MAJ), (MAJ, PART), (PART, OK),
    ]  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 60), st.sampled_from((OK, DEG, PART, MAJ)),
                          st.sampled_from("ab"))), st.integers(61, 90))  # fmt: skip
def test_spans_never_overlap_and_never_last_longer_than_the_incident(words, end):
    said = [
        saying(minute, status, name, update=n) for n, (minute, status, name) in enumerate(words)
    ]
    ended = NOON + end * MINUTE
    for name in "ab":
        found = [one for one in told.spans(said, ended_at=ended) if one.component == name]
        for one, two in pairwise(found):
            assert one.starts_at < one.ends_at <= two.starts_at
        assert all(one.ends_at <= ended for one in found)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("**b** *i* `c`", "<p><strong>b</strong> <em>i</em> <code>c</code></p>"),
        ("# Title", "<h3>Title</h3>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("[x](data:text/html;base64,AAAA)", "<p>[x](data:text/html;base64,AAAA)</p>"),
        ("![p](https://evil.example/p.png)", "<p></p>"),
        ('<a href="x" onclick="y">z</a>', '<p>&lt;a href="x" onclick="y"&gt;z&lt;/a&gt;</p>'),
        (
            "[us](https://a.example/?b=1&c=2)",
            f'<p><a href="https://a.example/?b=1&amp;c=2" rel="{RELATION}">us</a></p>',
        ),
    ],
)
def test_markdown_becomes_html_that_cannot_harm(written, shown):
    assert prose.html(written) == shown


@given(st.text())
def test_whatever_is_written_becomes_html_without_scripts(text):
    low = prose.html(prose.tidy(text)).lower()
    assert "<script" not in low
    assert "<img" not in low
    assert "\0" not in prose.tidy(text)
    prose.plain(text)


def test_plain_text_keeps_lists_and_addresses():
    text = "We **know** [more](https://a.example/).\n\n1. one\n2. two\n   - three"
    assert prose.plain(text) == (
        "We know more (https://a.example/).\n1. one\n2. two\n  - three"
    )  # fmt: skip
