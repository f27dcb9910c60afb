"""Uptime to the second: intervals, weights, days on which the clock is set, and GitHub's years."""

import gzip
import json
from datetime import UTC, date, datetime
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.components.rules import days, uptime
from troth.components.rules.combining import FAR, Stretch, Told
from troth.components.rules.results import Status, Weights
from troth.components.rules.uptime import Regime, Sum, Weighing

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 3_600
PLAIN = Weighing([Regime(starts=-FAR, ends=FAR, weights=Weights())])
_intervals = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=12)


def stretch(starts, ends, status=Status.MAJOR, *, announced=True):
    return Stretch(starts=starts, ends=ends, told=Told(status=status, announced=announced))


def second(text, zone=UTC):
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp())


@given(_intervals, st.tuples(st.integers(0, 60), st.integers(0, 60)))
def test_a_union_holds_every_second_once(intervals, span):
    seconds = {n for begin, end in intervals for n in range(begin, end)}
    found = uptime.union(intervals)
    assert [n for begin, end in found for n in range(begin, end)] == sorted(seconds)
    assert all(a[1] < b[0] for a, b in pairwise(found))
    assert uptime.length(intervals) == len(seconds)
    inside = uptime.clipped(intervals, span)
    assert uptime.length(inside) == len(seconds & set(range(*span)))


_tellings = st.lists(
    st.tuples(st.integers(1, 20), st.sampled_from(list(Status)), st.booleans()), max_size=8
)


@given(_tellings, st.fractions(0, 1, max_denominator=1000), st.integers(0, 100))
def test_the_sum_is_that_of_every_second_by_the_weight_of_its_time(tellings, partial, change):
    stretches, last = [], 0
    for length, status, announced in tellings:
        stretches.append(stretch(last, last + length, status, announced=announced))
        last += length
    new = Weights(partial=partial, degraded=Fraction(1, 7), maintenance=Fraction(1, 2))
    regimes = [
        Regime(starts=0, ends=change, weights=Weights()),
        Regime(starts=change, ends=FAR, weights=new),
    ]
    known, down = 0, Fraction(0)
    for one in stretches:
        for moment in range(one.starts, one.ends):
            weights = Weights() if moment < change else new
            each = {
                Status.MAJOR: weights.major, Status.PARTIAL: weights.partial,
                Status.DEGRADED: weights.degraded, Status.OPERATIONAL: Fraction(0),
                Status.MAINTENANCE:
                    weights.maintenance if one.told.announced else weights.unannounced,
            }  # fmt: skip
            if one.status is not Status.NO_DATA:
                known += 1
                down += each[one.status]
    found = Weighing(regimes).added(stretches)
    assert (found.known, found.down) == (known, down)
    assert found.share == (1 - down / known if known else None)


def test_a_share_is_exact_and_nothing_known_is_no_share():
    assert Sum(3, 1).share == Fraction(2, 3)
    assert Sum(3, 1, 10).share == Fraction(29, 30)
    assert Sum(3).share == 1
    assert Sum().share is None


@pytest.mark.mission("S3.11")
@pytest.mark.parametrize(("last", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_the_day_on_which_the_clock_is_set_has_its_own_length(last, hours):
    on = date.fromisoformat(last)
    calendar = days.calendar(on, 2, BERLIN)
    start, end = calendar.starts[1], calendar.starts[2]
    assert (end - start) == hours * HOUR
    down = stretch(start + HOUR, start + 4 * HOUR)
    fine = [stretch(start - 5, start + HOUR, Status.OPERATIONAL),
            stretch(start + 4 * HOUR, end, Status.OPERATIONAL)]  # fmt: skip
    before, found = days.Drawing(calendar, PLAIN).strip([fine[0], down, fine[1]])
    assert dict(found.seconds) == {
        Status.OPERATIONAL: (hours - 3) * HOUR, Status.MAJOR: 3 * HOUR,
    }  # fmt: skip
    assert found.share == Fraction(hours - 3, hours)
    assert found.worst is Status.MAJOR
    assert (before.date, before.seconds) == (date.fromordinal(on.toordinal() - 1),
                                             ((Status.OPERATIONAL, 5),))  # fmt: skip


@given(
    st.lists(st.tuples(st.integers(1, 300_000), st.sampled_from(list(Status))), max_size=10),
    st.integers(0, 200_000),
    st.sampled_from(["Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "UTC"]),
)
def test_a_strip_adds_up_to_its_stretches_and_each_day_is_its_own(tellings, start, zone):
    calendar = days.calendar(date(2026, 3, 31), 8, ZoneInfo(zone))
    stretches, last = [], calendar.starts[0] + start - 50_000
    for length, status in tellings:
        stretches.append(stretch(last, last + length, status))
        last += length
    strip = days.Drawing(calendar, PLAIN).strip(stretches)
    assert [one.date for one in strip] == list(calendar.dates)
    for number, one in enumerate(strip):
        span = (calendar.starts[number], calendar.starts[number + 1])
        parts = uptime.cut(stretches, span)
        assert sum(seconds for _, seconds in one.seconds) == sum(p.seconds for p in parts)
        assert one.share == PLAIN.added(parts).share
        for status, seconds in one.seconds:
            assert seconds == sum(p.seconds for p in parts if p.status is status)


@pytest.mark.parametrize(
    ("seconds", "status"),
    [
        ({}, Status.NO_DATA),
        ({Status.OPERATIONAL: 49, Status.NO_DATA: 51}, Status.NO_DATA),
        ({Status.OPERATIONAL: 50, Status.NO_DATA: 50}, Status.OPERATIONAL),
        ({Status.OPERATIONAL: 99, Status.MAINTENANCE: 1}, Status.MAINTENANCE),
        ({Status.OPERATIONAL: 99, Status.DEGRADED: 1, Status.NO_DATA: 99}, Status.DEGRADED),
    ],
)
def test_a_day_is_drawn_as_its_worst_trouble_and_silence_is_never_good(seconds, status):
    assert days.worst(seconds) is status


_WORDS = {"minor": Status.DEGRADED, "major": Status.PARTIAL, "critical": Status.MAJOR}


def _github(shared):
    with gzip.open(shared / "github_status/incidents.jsonl.gz") as file:
        for line in file:
            row = json.loads(line)
            status = _WORDS.get(row["impact"], Status.OPERATIONAL)
            starts, ends = (
                int(datetime.fromisoformat(row[name]).timestamp())
                for name in ("downtime_start", "downtime_end")
            )
            yield stretch(starts, ends, status), row.get("components") or []


@pytest.mark.shared
@pytest.mark.mission("S3.11")
@pytest.mark.parametrize(
    ("component", "least", "year", "percent"),
    [
        (None, Status.DEGRADED, 2023, 97.058),
        (None, Status.DEGRADED, 2024, 97.470),
        (None, Status.PARTIAL, 2023, 99.466),
        (None, Status.PARTIAL, 2024, 99.286),
        ("Actions", Status.DEGRADED, 2023, 98.705),
        ("Actions", Status.DEGRADED, 2024, 99.255),
    ],
)
def test_githubs_years_add_up_to_the_published_figures(shared, component, least, year, percent):
    chosen = [one for one, names in _github(shared) if component is None or component in names]
    span = (second(f"{year}-01-01"), second(f"{year + 1}-01-01"))
    down = uptime.length(uptime.clipped(uptime.at_least(chosen, least), span))
    assert round(100 * (1 - down / (span[1] - span[0])), 3) == percent
