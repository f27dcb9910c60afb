from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from troth.ui import words

THIN = "\u202f"
NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "english", "german"),
    [
        (0.939, "93.9", "93,9"),
        (Decimal("0.9"), "90.0", "90,0"),
        (1, "100.0", "100,0"),
        (0, "0.0", "0,0"),
        (0.99996, "99.996", "99,996"),
        (Fraction(999_999_999, 1_000_000_000), "99.9999", "99,9999"),
        (0.0001, "0.01", "0,01"),
    ],
)
def test_a_share_is_never_rounded_to_all_or_nothing(value, english, german):
    assert words.share(value) == f"{english}{THIN}%"
    with override("de"):
        assert words.share(value) == f"{german}{THIN}%"


@given(st.fractions(min_value=0, max_value=1))
def test_only_all_reads_as_a_hundred_and_only_nothing_as_nought(value):
    text = words.share(value)
    assert (text == f"100.0{THIN}%") == (value == 1)
    assert (text == f"0.0{THIN}%") == (value == 0)


def test_what_is_not_known_is_a_dash():
    assert words.share(None) == words.number(None) == words.duration(None) == words.NOTHING
    assert words.interval(None, 0.5) == words.NOTHING


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.9, "90"), (0.995, "99.5"), (0.9995, "99.95"), (1.0, "100"), (Decimal("0.70"), "70")],
)
def test_a_target_is_read_as_it_was_written(value, text):
    assert words.target(value) == f"{text}{THIN}%"


def test_numbers_are_grouped_as_the_language_does():
    assert words.number(12610) == "12,610"
    assert words.number(-1234.5, 1) == "\u22121,234.5"
    with override("de"):
        assert words.number(12610) == "12.610"


def test_an_interval_says_its_unit_once():
    assert words.interval(0.905, 0.963) == f"90.5\u201396.3{THIN}%"


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(days=3, hours=4, minutes=5), f"3 days 4{THIN}h"),
        (timedelta(days=1), "1 day"),
        (90, f"1{THIN}min 30{THIN}s"),
        (0, f"0{THIN}s"),
        (-3600, f"\u22121{THIN}h"),
    ],
)
def test_a_length_of_time_reads_by_its_two_largest_units(length, text):
    assert words.duration(length) == text


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=2), "2 minutes ago"),
        (timedelta(hours=30), "30 hours ago"),
        (timedelta(days=9), "9 days ago"),
        (timedelta(days=-3), "in 3 days"),
    ],
)
def test_an_instant_is_told_relative_to_now(before, text):
    assert words.ago(NOON - before, NOON) == text


def test_days_and_instants_name_their_zone_and_language():
    assert words.day(date(2026, 6, 30)) == "30 June 2026"
    assert words.instant(NOON) == "30 Jun 2026, 12:00 UTC"
    assert words.instant(NOON, ZoneInfo("America/New_York")) == "30 Jun 2026, 08:00 EDT"
    with override("de"):
        assert words.day(date(2026, 6, 30)) == "30. Juni 2026"


def test_counts_of_time_read_as_time_and_counts_of_cases_as_numbers():
    assert words.amount(2_591_400_000, timed=True) == f"29 days 23{THIN}h"
    assert words.amount(2_591_400_000, timed=False) == "2,591,400,000"
