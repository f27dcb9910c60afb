"""Times as clocks on the wall show them, over the days on which clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.core import walls
from troth.core.walls import OffTheClock, TwiceError

BERLIN, LORD_HOWE = ZoneInfo("Europe/Berlin"), ZoneInfo("Australia/Lord_Howe")
ZONES = ("UTC", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2026-01-15T12:00", "2026-01-15T11:00"), ("2026-07-15T12:00", "2026-07-15T10:00"),
     ("2026-07-15 12:00", "2026-07-15T10:00"), ("2026-07-15T12:00Z", "2026-07-15T12:00"),
     ("2026-10-25T02:30+01:00", "2026-10-25T01:30")],
)  # fmt: skip
def test_a_time_is_that_of_the_zone_unless_it_says_its_own(text, expected):
    assert walls.instant(text, BERLIN) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "text", "said"),
    [(BERLIN, "2026-03-29T02:30", "02:30 does not exist on 29 March 2026 in Europe/Berlin: "),
     (BERLIN, "2026-03-29T02:00", "clocks go from 02:00 to 03:00"),
     (LORD_HOWE, "2026-10-04T02:15", "clocks go from 02:00 to 02:30"),
     (ZoneInfo("Pacific/Apia"), "2011-12-30T12:00", "clocks go from 00:00 to 00:00")],
)  # fmt: skip
def test_a_time_that_does_not_exist_is_refused_in_words(zone, text, said):
    with pytest.raises(OffTheClock) as refused:
        walls.instant(text, zone)
    assert said in str(refused.value)


def test_a_time_that_comes_twice_is_asked_for():
    with pytest.raises(TwiceError, match="02:30 comes twice on 25 October 2026") as asked:
        walls.instant("2026-10-25T02:30", BERLIN)
    both = (asked.value.first, asked.value.second)
    assert [walls.offset(at, BERLIN) for at in both] == ["UTC+02:00", "UTC+01:00"]
    told = [walls.instant("2026-10-25T02:30", BERLIN, second=which) for which in (False, True)]
    assert tuple(told) == both
    assert both[1] - both[0] == timedelta(hours=1)


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01T00:00", "9999-12-31T23:59", "0001-01-01",
                                  "2026-01-01T25:00", "x" * 10_000])  # fmt: skip
def test_what_is_no_time_is_refused_in_words(text):
    with pytest.raises(OffTheClock, match=r"write (for example|a year)"):
        walls.instant(text, BERLIN)


@given(st.integers(15_000_000, 35_000_000), st.sampled_from(ZONES))
def test_every_minute_comes_back_as_it_went(minutes, name):
    at, zone = datetime.fromtimestamp(minutes * 60, tz=UTC), ZoneInfo(name)
    text = at.astimezone(zone).strftime("%Y-%m-%dT%H:%M")
    assert walls.instant(text, zone, second=walls.is_second(at, zone)) == at
