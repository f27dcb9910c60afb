from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.core import moments as m


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("2026-03-01T14:30Z", datetime(2026, 3, 1, 14, 30, tzinfo=UTC)),
        ("2026-03-01T14:30", datetime(2026, 3, 1, 14, 30, tzinfo=UTC)),
        ("2026-03-01T14:30-05:00", datetime(2026, 3, 1, 19, 30, tzinfo=UTC)),
        ("2026-02-28", datetime(2026, 3, 1, tzinfo=UTC)),
    ],
)
def test_an_instant_is_read_as_a_person_means_it(text, means):
    assert m.instant(text) == means


@pytest.mark.parametrize("text", ["", "yesterday", "0001-01-01", "9999-12-31T23:59Z", "12", "٣"])
def test_what_is_no_instant_is_refused_in_plain_words(text):
    with pytest.raises(ValueError, match=r"is no instant; write for example|is outside the years"):
        m.instant(text)


@given(st.integers(10**8, 7 * 10**9).map(lambda s: datetime.fromtimestamp(s, tz=UTC)))
def test_what_is_shown_is_read_back(value):
    assert m.instant(m.shown(value)) == value


def test_a_link_keeps_both_instants_and_says_nothing_for_now():
    asked = m.moments({"at": "2026-03-01T00:00Z", "as_of": "2026-03-02T00:00Z"})
    assert asked.query == "at=2026-03-01T00%3A00Z&as_of=2026-03-02T00%3A00Z"
    assert m.moments({"at": " "}).is_now
    assert m.moments({}).query == ""


def test_what_cannot_be_read_is_told_and_the_present_is_shown():
    asked = m.moments({"at": "soon"})
    assert asked.is_now
    assert "soon" in asked.problem


def test_what_names_no_offset_is_as_the_clocks_of_the_named_zone_show_it():
    asked = m.moments({"at": "2026-03-01T14:30", "as_of": "2026-03-01", "zone": "Europe/Berlin"})
    assert asked.at == datetime(2026, 3, 1, 13, 30, tzinfo=UTC)
    assert asked.as_of == datetime(2026, 3, 1, 23, tzinfo=UTC)
    kept = m.moments({"at": "2026-03-01T14:30Z", "zone": "Europe/Berlin"})
    assert kept.at == datetime(2026, 3, 1, 14, 30, tzinfo=UTC)
    twice = m.moments({"at": "2026-10-25T02:30", "zone": "Europe/Berlin"})
    assert twice.at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # all of that hour is behind it


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"at": "2026-03-29T02:30", "zone": "Europe/Berlin"}, "02:30 does not exist on 29 March"),
        ({"at": "2026-03-29", "zone": "Mars/Base"}, "“Mars/Base” is no time zone"),
        ({"at": "9999-12-31", "zone": "Europe/Berlin"}, "is outside the years"),
    ],
)
def test_a_time_that_no_clock_of_the_zone_shows_is_told(asked, says):
    assert says in m.moments(asked).problem


@pytest.mark.parametrize("text", ["", "soon", "1970-12-31", "2200-01-01", "9999-12-31"])
def test_a_day_that_no_clock_keeps_is_none(text):
    assert m.named_day(text) is None


def test_a_day_is_read_as_it_is_written():
    assert m.named_day("2026-02-28") == date(2026, 2, 28)


def test_who_reads_what_is_counted_now_looks_back_by_at_alone():
    found = m.looking_back({"at": "2026-03-01T00:00Z"})
    assert found.at == datetime(2026, 3, 1, tzinfo=UTC)
    assert found.only_at
    assert m.looking_back({"at": "soon"}).problem
    refused = m.looking_back({"at": "2026-03-01T00:00Z", "as_of": "2026-03-02T00:00Z"})
    assert refused.is_now
    assert "look back with at=" in refused.problem
