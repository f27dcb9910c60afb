"""One decision is one correction on the page, however many days it touches."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from troth.promises.rules.restating import together
from troth.promises.rules.results import RestatementRow

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
FIRST = date(2026, 1, 1)


def row(day, *, at=NOON, reason="exclusion", before=10, after=9):
    return RestatementRow(
        slug="calls", bucket=NOON, date=FIRST + timedelta(days=day), before_good=before,
        before_total=20, after_good=after, after_total=19, reason=reason, at=at,
    )  # fmt: skip


def test_an_exclusion_that_reaches_back_is_one_correction_with_its_days():
    [found] = together([row(day) for day in (3, 1, 2)])
    assert (found.days, found.date, found.last) == (3, date(2026, 1, 2), date(2026, 1, 4))
    assert (found.before_good, found.before_total, found.after_good, found.after_total) == (
        30, 60, 27, 57,
    )  # fmt: skip


def test_another_reason_or_instant_is_another_correction():
    later = NOON + timedelta(hours=1)
    found = together([row(1), row(1, at=later), row(2, reason="late signals")])
    assert [(one.days, one.last) for one in found] == [(1, None)] * 3
    assert found[0].at == later


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 3), st.integers(0, 20)), max_size=60))
def test_no_case_is_lost_or_counted_twice(drawn):
    rows = [row(day, at=NOON + timedelta(hours=hour), before=good) for day, hour, good in drawn]
    found = together(rows)
    assert sum(one.before_good for one in found) == sum(one.before_good for one in rows)
    assert sum(one.days for one in found) == len(rows)
