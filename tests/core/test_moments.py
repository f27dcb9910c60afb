from datetime import UTC, datetime

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
