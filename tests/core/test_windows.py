"""Windows and buckets against brute force: every instant is asked, none is computed cleverly."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from troth.core import windows
from troth.core.windows import DAY, HOUR, TICK, Calendar, Rolling, Span

BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # moves by half an hour
SAO_PAULO = ZoneInfo("America/Sao_Paulo")  # until 2018 midnight itself was skipped
ST_JOHNS = ZoneInfo("America/St_Johns")  # until 2011 clocks went back across midnight
APIA = ZoneInfo("Pacific/Apia")  # left out 30 December 2011
UTC_ZONE = ZoneInfo("UTC")
ZONES = [BERLIN, LORD_HOWE, SAO_PAULO, ST_JOHNS, APIA, UTC_ZONE]
FIRST, LAST = datetime(1965, 1, 1, tzinfo=UTC), datetime(2035, 1, 1, tzinfo=UTC)
# Days around which clocks moved in one of the zones, a leap day, a year's end, ISO week 53.
ODD_DAYS = [
    datetime(2018, 2, 18, tzinfo=UTC), datetime(2018, 11, 4, tzinfo=UTC),
    datetime(2024, 3, 31, tzinfo=UTC), datetime(2024, 10, 27, tzinfo=UTC),
    datetime(2024, 4, 6, tzinfo=UTC), datetime(2024, 10, 5, tzinfo=UTC),
    datetime(2009, 11, 1, tzinfo=UTC), datetime(2010, 3, 14, tzinfo=UTC),
    datetime(2011, 12, 30, tzinfo=UTC), datetime(2024, 2, 29, tzinfo=UTC),
    datetime(2026, 12, 31, tzinfo=UTC), datetime(1969, 12, 31, tzinfo=UTC),
]  # fmt: skip

zones = st.sampled_from(ZONES)
moments = st.one_of(
    st.datetimes(FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None)).map(
        lambda naive: naive.replace(tzinfo=UTC)
    ),
    st.tuples(st.sampled_from(ODD_DAYS), st.integers(-36 * 60, 60 * 60)).map(
        lambda pair: pair[0] + timedelta(minutes=pair[1])
    ),
)
ticks = st.sampled_from([timedelta(0), TICK, -TICK])
instants = st.builds(lambda moment, tick: moment + tick, moments, ticks)
grains = st.sampled_from([DAY, HOUR, 900, 60])


def brute_midnight(day: date, zone: ZoneInfo) -> datetime:
    """Ask every minute from 30 hours before for the first whose local date is `day` or later."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=30)
    minutes = (start + timedelta(minutes=n) for n in range(60 * 60))
    return next(at for at in minutes if at.astimezone(zone).date() >= day)


def brute_day(instant: datetime, zone: ZoneInfo) -> date:
    """Return the latest day that has begun before `instant`, asked day by day."""
    near = instant.astimezone(zone).date()
    around = [near + timedelta(days=n) for n in (-2, -1, 0, 1, 2)]
    return max(day for day in around if brute_midnight(day, zone) < instant)


@given(zones, instants)
@settings(deadline=None, max_examples=150)
def test_a_day_begins_at_the_first_minute_that_bears_its_date(zone, instant):
    day = instant.astimezone(zone).date()
    assert windows.midnight(day, zone) == brute_midnight(day, zone)


@given(zones, instants)
@settings(deadline=None, max_examples=150)
def test_an_instant_belongs_to_the_last_day_that_began_before_it(zone, instant):
    found = windows.bucket_start(instant, zone, DAY)
    assert found == brute_midnight(brute_day(instant, zone), zone)


@given(zones, grains, instants)
@settings(max_examples=1000)
def test_each_instant_is_in_exactly_one_bucket(zone, grain, instant):
    start = windows.bucket_start(instant, zone, grain)
    end = windows.next_bucket(start, zone, grain)
    assert start < instant <= end
    assert windows.bucket_start(end, zone, grain) == start
    assert windows.bucket_start(end + TICK, zone, grain) == end


@given(zones, grains, instants, st.integers(0, 5 * DAY))
@settings(max_examples=500)
def test_the_buckets_of_a_span_follow_each_other_without_gap_or_overlap(zone, grain, at, length):
    span = Span(at, at + timedelta(seconds=length if grain >= HOUR else length // 60))
    found = list(windows.buckets(span, zone, grain))
    assert [windows.next_bucket(start, zone, grain) for start in found[:-1]] == found[1:]
    if span.start < span.end:
        assert found[0] <= span.start < windows.next_bucket(found[0], zone, grain)
        assert found[-1] < span.end <= windows.next_bucket(found[-1], zone, grain)
    else:
        assert found == []


@given(zones, instants, st.integers(0, 500))
@settings(max_examples=300, deadline=None)
def test_offsets_place_every_instant_in_the_day_that_python_finds(zone, start, days):
    span = Span(start, start + timedelta(days=days, hours=1))
    steps = windows.offsets(zone, span)
    assert steps[0][0] == span.start
    assert [at for at, _ in steps] == sorted({at for at, _ in steps})
    near = [
        at + timedelta(minutes=m) for at, _ in steps for m in (-61, -31, -1, 0, 1, 31, 61, 1441)
    ]
    for at in [span.end, *near]:
        for instant in (at, at + TICK):
            if span.start + TICK < instant <= span.end:
                day = engine_day(instant, steps)
                assert windows.midnight(day, zone) == windows.bucket_start(instant, zone, DAY)


def engine_day(instant: datetime, steps: list[tuple[datetime, int]]) -> date:
    """Do what an engine does: shift t - 1 µs by its CASE and cut off the time."""
    before = instant - TICK
    shift = [seconds for at, seconds in steps if at <= before][-1]
    return (before + timedelta(seconds=shift)).date()


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (BERLIN, date(2024, 3, 31), 23),
        (BERLIN, date(2024, 10, 27), 25),
        (LORD_HOWE, date(2024, 10, 6), 23.5),
        (LORD_HOWE, date(2024, 4, 7), 24.5),
        (SAO_PAULO, date(2018, 11, 4), 23),
        (SAO_PAULO, date(2018, 2, 17), 25),
        (ST_JOHNS, date(2009, 11, 1), 25),
        (APIA, date(2011, 12, 30), 0),
        (UTC_ZONE, date(2024, 2, 29), 24),
    ],
)
def test_a_day_is_as_long_as_its_clocks_say(zone, day, hours):
    length = windows.midnight(day + timedelta(days=1), zone) - windows.midnight(day, zone)
    assert length == timedelta(hours=hours)


def brute_unit(day: date, unit: str) -> object:
    year, week, _ = day.isocalendar()
    return {
        "D": day, "W": (year, week), "M": (day.year, day.month),
        "Q": (day.year, (day.month - 1) // 3), "Y": day.year,
    }[unit]  # fmt: skip


@given(zones, instants, st.sampled_from("DWMQY"))
@settings(max_examples=400, deadline=None)
def test_a_calendar_window_holds_the_days_of_its_unit_and_no_other(zone, at, unit):
    window = Calendar(unit)
    span, end = windows.span_of(window, at=at, zone=zone), windows.end_of(window, at=at, zone=zone)
    assert span.end == at
    assert span.start < at <= end
    mine = brute_unit(day_of(at, zone), unit)
    assert brute_unit(day_of(span.start + TICK, zone), unit) == mine
    assert brute_unit(day_of(end, zone), unit) == mine
    assert brute_unit(day_of(span.start, zone), unit) != mine
    assert brute_unit(day_of(end + TICK, zone), unit) != mine


def day_of(instant: datetime, zone: ZoneInfo) -> date:
    return windows.bucket_start(instant, zone, DAY).astimezone(zone).date()


@given(zones, instants, st.integers(1, 400))
@settings(max_examples=300, deadline=None)
def test_a_rolling_window_of_days_ends_now_and_begins_at_a_midnight(zone, at, days):
    window = Rolling(days * DAY)
    span = windows.span_of(window, at=at, zone=zone)
    today = day_of(at, zone)
    assert span == Span(brute_midnight(today - timedelta(days=days - 1), zone), at)
    assert windows.end_of(window, at=at, zone=zone) == at


@given(zones, instants, st.sampled_from([1, 5, 30, 24 * 60, 36 * 60]))
@settings(max_examples=300, deadline=None)
def test_a_rolling_window_finer_than_a_day_is_whole_buckets_of_its_grain(zone, at, minutes):
    window = Rolling(minutes * 60)
    grain = windows.grain_for(window)
    span = windows.span_of(window, at=at, zone=zone)
    assert span.end == at
    assert span.start == windows.bucket_start(span.start + TICK, zone, grain)
    assert len(list(windows.buckets(span, zone, grain))) == minutes * 60 // grain


def test_a_bucket_boundary_belongs_to_the_bucket_that_ends_there():
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert windows.bucket_start(noon, UTC_ZONE, HOUR) == noon - timedelta(hours=1)
    assert windows.bucket_start(noon + TICK, UTC_ZONE, HOUR) == noon
    span = Span(noon - timedelta(hours=1), noon)
    assert noon in span
    assert span.start not in span


def test_before_1970_buckets_are_rounded_down_too():
    last = datetime(1970, 1, 1, tzinfo=UTC)
    assert windows.bucket_start(last, UTC_ZONE, 60) == last - timedelta(minutes=1)


@pytest.mark.parametrize(
    ("text", "window", "grain"),
    [
        ("28d", Rolling(28 * DAY), DAY),
        ("4w", Rolling(28 * DAY), DAY),
        ("24h", Rolling(DAY), DAY),
        ("36h", Rolling(36 * HOUR), HOUR),
        ("90m", Rolling(5400), 60),
        ("1D", Calendar("D"), DAY),
        ("1W", Calendar("W"), DAY),
        (" 1Q ", Calendar("Q"), DAY),
        ("1m", Rolling(60), 60),
        ("1M", Calendar("M"), DAY),
    ],
)
def test_windows_are_read_and_written(text, window, grain):
    assert windows.parse_window(text) == window
    assert windows.parse_window(str(window)) == window
    assert windows.grain_for(window) == grain


@pytest.mark.parametrize("text", ["", "d", "0d", "-1d", "1.5h", "28 days", "1X", "9999999m", "²d"])
def test_what_is_no_window_is_refused_in_plain_words(text):
    with pytest.raises(ValueError, match="is no duration; write for example"):
        windows.parse_window(text)


@given(st.integers(1, 999_999), st.sampled_from("mhdw"))
def test_a_written_duration_reads_back(number, unit):
    seconds = windows.parse_duration(f"{number}{unit}")
    try:
        assert windows.parse_duration(windows.written(seconds)) == seconds
    except ValueError:
        assert number * {"m": 1, "h": 1, "d": 1, "w": 7}[unit] > 999_999
