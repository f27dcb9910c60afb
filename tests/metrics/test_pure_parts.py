"""Ranges, leaves and families: the pure parts, each against the plain way to say the same."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.metrics.oracle import answer
from troth.core.windows import DAY, HOUR, Span
from troth.metrics.families import families
from troth.metrics.leaves import CELL, cells_of, leaves_of, replaced
from troth.metrics.marking import mark
from troth.metrics.ranges import Grid, Range, joined
from troth.metrics.rules import Measure
from troth.signals.envelope import Signal
from troth.signals.expressions import parse
from troth.signals.store import Tally

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
UTC_DAYS = Grid(ZoneInfo("UTC"), DAY)
ranges = st.builds(lambda a, n: Range(a, a + n), st.integers(0, 300), st.integers(0, 30))


@given(st.lists(ranges), st.integers(1, 20))
def test_joined_ranges_cover_the_same_and_are_apart(given_ranges, gap):
    found = joined(given_ranges, gap=gap)
    covered = {n for r in found for n in range(r.first, r.last + 1)}
    assert covered >= {n for r in given_ranges for n in range(r.first, r.last + 1)}
    assert all(b.first - a.last > gap for a, b in pairwise(found))
    ends = {r.first for r in given_ranges} | {r.last for r in given_ranges}
    assert all(r.first in ends and r.last in ends for r in found)


cells = st.dictionaries(st.integers(0, 200), st.integers(1, 9), max_size=40).map(
    lambda found: np.array(
        [(n * HOUR, total, total, 0, 0.0, 0.0) for n, total in sorted(found.items())], dtype=CELL
    )
)


@given(cells, cells, st.integers(0, 200), st.integers(0, 50))
def test_replacing_buckets_leaves_all_others_and_leaves_hold_what_was_put_in(old, new, at, more):
    first, last = at * HOUR, (at + more) * HOUR
    fresh = new[(new["bucket"] >= first) & (new["bucket"] <= last)]
    found = replaced(old, fresh, first=first, last=last)
    plain = {int(c["bucket"]): c for c in old if not first <= c["bucket"] <= last}
    plain |= {int(c["bucket"]): c for c in fresh}
    assert [int(c["bucket"]) for c in found] == sorted(plain)
    assert all(c == plain[int(c["bucket"])] for c in found)
    leaves = leaves_of(found, HOUR)
    assert all(len(leaf) <= 64 for leaf in leaves.values())
    assert np.concatenate([found[:0], *leaves.values()]).tolist() == found.tolist()


@given(st.lists(st.tuples(st.integers(-3, 5), st.integers(1, 9), st.integers(0, 3)), max_size=20))
def test_cells_add_up_the_segments_of_a_bucket(parts):
    tallies = [
        Tally(NOW + timedelta(days=day), (str(n),), good, good + 1, 1, 2.0, 4.0)
        for day, good, n in parts
    ]
    found = cells_of(tallies)
    for day in {day for day, _, _ in parts}:
        mine = [good for other, good, _ in parts if other == day]
        bucket = int((NOW + timedelta(days=day)).timestamp())
        (cell,) = [c for c in found if c["bucket"] == bucket]
        assert cell.tolist() == (
            bucket, sum(mine), sum(mine) + len(mine), len(mine), 2.0 * len(mine), 4.0 * len(mine),
        )  # fmt: skip


def test_a_change_marks_the_days_that_its_utc_day_can_reach_and_no_more():
    day = date(2026, 4, 10)
    berlin = Grid(ZoneInfo("Europe/Berlin"), DAY)
    found = mark(parse("happened_at", role="time"), [day], berlin, now=NOW)
    starts = [datetime(2026, 4, 9, 22, tzinfo=UTC), datetime(2026, 4, 10, 22, tzinfo=UTC)]
    assert found.dirty == [Range(*(int(start.timestamp()) for start in starts))]
    assert found.due is None


def test_a_shifted_instant_marks_both_sides_and_what_lies_ahead():
    places = parse("happened_at + interval '3 days'", role="time")
    found = mark(places, [date(2026, 4, 30)], UTC_DAYS, now=NOW)
    days = [
        datetime.fromtimestamp(n, tz=UTC).date()
        for n in (found.dirty[0].first, found.dirty[0].last)
    ]
    assert days == [date(2026, 4, 26), date(2026, 5, 1)]
    assert found.due == NOW
    ahead = mark(parse("due_at", role="time"), [date(2026, 6, 1)], UTC_DAYS, now=NOW)
    assert ahead.dirty == []
    assert ahead.due == datetime(2026, 6, 1, tzinfo=UTC) - timedelta(microseconds=1)


def test_an_instant_named_in_the_measure_makes_everything_dirty():
    places = parse("coalesce(due_at, timestamp '2026-01-01T00:00:00Z')", role="time")
    assert mark(places, [date(2026, 4, 30)], UTC_DAYS, now=NOW).everything


# --- families -----------------------------------------------------------------------------------

conditions = st.sampled_from(
    [
        None,
        "segment.country = 'DE'",
        "segment.country = 'FR'",
        "segment.country = 'DE' and value > 1",
        "(segment.country = 'FR' and value > 1)",
        "segment.plan = 'pro' and segment.country = 'DE'",
        "segment.country = 'FR' and segment.plan = 'free'",
        "segment.country = 'DE' or value > 1",
        "segment.country = 'DE' and segment.country = 'FR'",
        "value > 1",
        "not segment.country = 'DE'",
    ]
)
cases = st.builds(
    Signal,
    source=st.just("s"),
    kind=st.just("k"),
    key=st.uuids().map(str),
    happened_at=st.integers(0, 72).map(lambda n: NOW - timedelta(hours=n)),
    value=st.one_of(st.none(), st.integers(0, 3).map(float)),
    weight=st.integers(1, 3),
    segment=st.sampled_from(
        [
            {},
            {"country": "DE"},
            {"country": "FR", "plan": "pro"},
            {"country": "DE", "plan": "pro"},
            {"country": "FR", "plan": "free"},
        ]
    ),
)


@given(st.lists(conditions, max_size=12), st.lists(cases, max_size=20))
def test_a_family_answers_what_each_member_would_have_been_answered(wheres, given_cases):
    questions = [Measure(where=where, good="value > 1").question() for where in wheres]
    span, zone = Span(NOW - timedelta(days=9), NOW), ZoneInfo("Europe/Berlin")
    kin = families(questions)
    found = {}
    for family in kin:
        asked = answer(family.asked, given_cases, span, zone, DAY)
        found |= family.shared_out(asked)
    assert len(kin) <= len(questions)
    for place, question in enumerate(questions):
        alone = answer(question, given_cases, span, zone, DAY)
        assert sorted(found[place], key=repr) == sorted(alone, key=repr)


def test_a_thousand_departments_are_one_question():
    many = [Measure(where=f"segment.d = '{n}' and value > 1").question() for n in range(1000)]
    (family,) = families(many)
    assert family.asked.by == ("d",)
    assert len(family.members) == 1000
