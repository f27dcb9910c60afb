"""Times are read as declared, and never guessed."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import hypothesis
import pytest
from hypothesis import strategies as st

from troth.signals.imports import times
from troth.signals.imports.problems import ImportProblem, Undeclared, ValueRefused
from troth.signals.imports.times import TimeTerms


def read(text, **terms):
    return times.reader(TimeTerms(**terms))(text)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


NEW_YORK = "America/New_York"
US = ("%m/%d/%Y %I:%M:%S %p",)


@pytest.mark.parametrize(
    ("text", "terms", "instant"),
    [
        ("2026-01-31T14:05:00Z", {}, utc(2026, 1, 31, 14, 5)),
        ("2026-01-31 14:05:00+01:00", {}, utc(2026, 1, 31, 13, 5)),
        ("2026-01-31T14:05:00.1234567-0500", {}, utc(2026, 1, 31, 19, 5, 0, 123456)),
        ("2026-01-31T14:05", {"zone": "Europe/Berlin"}, utc(2026, 1, 31, 13, 5)),
        (" 2026-07-01T00:00:00 ", {"zone": "Europe/Berlin"}, utc(2026, 6, 30, 22)),
        ("2026-01-31T24:00:00Z", {}, utc(2026, 2, 1)),
        ("2024-02-29", {"zone": "UTC", "bare_date": "start"}, utc(2024, 2, 29)),
        ("2024-02-29", {"zone": NEW_YORK, "bare_date": "end"}, utc(2024, 3, 1, 5)),
        ("01/01/2015 12:20:09 AM", {"zone": NEW_YORK, "formats": US}, utc(2015, 1, 1, 5, 20, 9)),
        ("01/01/2015 12:20:09 PM", {"zone": NEW_YORK, "formats": US}, utc(2015, 1, 1, 17, 20, 9)),
        ("7/4/2015 1:02:03 p.m.", {"zone": NEW_YORK, "formats": US}, utc(2015, 7, 4, 17, 2, 3)),
        ("31. Dezember 2025", {"zone": "UTC", "formats": ("%d. %B %Y",)}, None),
        ("31. Dec 2025 08:30", {"zone": "UTC", "formats": ("%d. %b %Y %H:%M",)},
         utc(2025, 12, 31, 8, 30)),
        ("1769868300", {"formats": ("unix",)}, utc(2026, 1, 31, 14, 5)),
        ("1769868300123", {"formats": ("unix_ms",)}, utc(2026, 1, 31, 14, 5, 0, 123000)),
        ("-1.5", {"formats": ("unix",)}, utc(1969, 12, 31, 23, 59, 58, 500000)),
        ("20260131", {"formats": ("%Y%m%d",), "zone": "UTC", "bare_date": "start"},
         utc(2026, 1, 31)),
        ("31.01.2026", {"formats": ("%Y-%m-%d", "%d.%m.%Y"), "zone": "UTC", "bare_date": "start"},
         utc(2026, 1, 31)),
    ],
)  # fmt: skip
def test_a_time_is_read_as_declared(text, terms, instant):
    if instant is None:
        with pytest.raises(ValueRefused):
            read(text, **terms)
        return
    assert read(text, **terms) == instant


@pytest.mark.parametrize(
    ("text", "terms", "words"),
    [
        ("01/02/2015", {}, "declare its `format`"),
        ("2026-01-31T14:05:00", {}, "say its time zone"),
        ("2026-01-31", {"zone": "UTC"}, "say `bare_date: start` or `bare_date: end`"),
        ("20150102", {}, "declare its `format`"),
    ],
)
def test_what_can_be_read_in_two_ways_is_a_question(text, terms, words):
    with pytest.raises(Undeclared, match=words):
        read(text, **terms)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("2026-02-30T00:00:00Z", {}),
        ("2026-01-31T25:00:00Z", {}),
        ("2026-01-31T24:00:01Z", {}),
        ("2026-01-31T10:00:00+25:00", {}),
        ("13/01/2015 01:00:00 AM", {"zone": NEW_YORK, "formats": US}),
        ("01/01/2015 13:00:00 PM", {"zone": NEW_YORK, "formats": US}),
        ("01/01/2015 00:00:00 AM", {"zone": NEW_YORK, "formats": US}),
        ("9999-12-31T23:59:59-10:00", {}),
        ("0001-01-01T00:00:00+10:00", {}),
        ("", {}),
        ("9" * 400, {"formats": ("unix",)}),
        ("999999999999999999", {"formats": ("unix",)}),
    ],
)
def test_what_is_no_time_is_refused(text, terms):
    with pytest.raises(ValueRefused):
        read(text, **terms)


def test_iso_8601_may_be_one_of_several_formats():
    either = {"formats": ("iso8601", "%d/%m/%Y"), "zone": "UTC", "bare_date": "start"}
    assert read("2026-04-03", **either) == read("03/04/2026", **either) == utc(2026, 4, 3)
    with pytest.raises(ValueRefused, match=r"not written as ISO 8601 .* or %d/%m/%Y"):
        read("soon", **either)


def test_an_hour_that_the_clocks_skip_is_refused_unless_declared():
    gap = "2015-03-08T02:30:00"
    with pytest.raises(ValueRefused, match="does not exist in America/New_York"):
        read(gap, zone=NEW_YORK)
    assert read(gap, zone=NEW_YORK, fold="earlier") == utc(2015, 3, 8, 6, 30)
    assert read(gap, zone=NEW_YORK, fold="later") == utc(2015, 3, 8, 7, 30)


def test_an_hour_that_happens_twice_is_refused_unless_declared():
    twice = "2015-11-01T01:30:00"
    with pytest.raises(ValueRefused, match="happens twice in America/New_York"):
        read(twice, zone=NEW_YORK)
    assert read(twice, zone=NEW_YORK, fold="earlier") == utc(2015, 11, 1, 5, 30)
    assert read(twice, zone=NEW_YORK, fold="later") == utc(2015, 11, 1, 6, 30)


def test_a_day_whose_midnight_is_skipped_begins_when_it_begins():
    # In 2017 São Paulo's clocks went from 23:59:59 on the 14th to 01:00 on the 15th.
    assert read("2017-10-15", zone="America/Sao_Paulo", bare_date="start") == utc(2017, 10, 15, 3)


def test_typed_cells_are_read_by_the_same_rules():
    at = times.reader(TimeTerms(zone="Europe/Berlin", bare_date="start"))
    assert at(utc(2026, 1, 1)) == utc(2026, 1, 1)
    assert at(datetime(2026, 1, 1)) == utc(2025, 12, 31, 23)  # noqa: DTZ001 - as Excel has it
    assert at(date(2026, 1, 1)) == utc(2025, 12, 31, 23)
    with pytest.raises(Undeclared):
        times.reader(TimeTerms())(datetime(2026, 1, 1))  # noqa: DTZ001 - the same


@pytest.mark.parametrize(
    ("text", "clock"),
    [("517", (5, 17)), ("5", (0, 5)), ("0", (0, 0)), ("0000", (0, 0)), ("2359", (23, 59)),
     ("2400", (24, 0))],
)  # fmt: skip
def test_hhmm_is_hours_and_minutes(text, clock):
    assert times.clock_of(text) == timedelta(hours=clock[0], minutes=clock[1])


@pytest.mark.parametrize("text", ["1299", "2401", "2500", "-5", "12:30", "", "12345", "1e2"])
def test_what_is_no_hhmm_is_refused(text):
    with pytest.raises(ValueRefused):
        times.clock_of(text)


@pytest.mark.parametrize(
    ("written", "words"),
    [("%d/%m", "lacks a year"), ("%Q", "not known here"), ("%I:%M %d.%m.%Y", "needs %I and %p"),
     ("%Y %Y %m %d", "names one part twice"), ("hello", "lacks")],
)  # fmt: skip
def test_a_format_is_checked_before_a_row_is_read(written, words):
    with pytest.raises(ImportProblem, match=words):
        times.check_format(written)


def test_an_unknown_zone_is_said():
    for name in ("Mars/Olympus", "../etc/passwd", ""):
        if name:
            with pytest.raises(ImportProblem, match="is no time zone"):
                times.zone_named(name)


@pytest.mark.parametrize("zone", [NEW_YORK, "Australia/Lord_Howe", "America/Sao_Paulo", "UTC"])
@hypothesis.given(at=st.datetimes(datetime(1950, 1, 1), datetime(2030, 1, 1)))  # noqa: DTZ001
def test_hours_remembered_change_nothing(zone, at):
    """The clock that an instant shows leads back to that instant, or to a question at an edge."""
    local = at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    edges = times.Edges(TimeTerms(zone=zone))
    wall = local.replace(tzinfo=None, fold=0)
    for moment in (wall, wall.replace(minute=0), wall.replace(minute=59), wall):
        early = moment.replace(tzinfo=ZoneInfo(zone))
        if early.utcoffset() != early.replace(fold=1).utcoffset():
            with pytest.raises(ValueRefused):
                edges.instant(moment)
        else:
            assert edges.instant(moment) == early
