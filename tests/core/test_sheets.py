import csv
import io
from datetime import UTC, date, datetime

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.core import sheets

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FULL_WIDTH_EQUALS = "\uff1d1"


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", FULL_WIDTH_EQUALS, '=HYPERLINK("x")']
)
def test_no_text_leaves_as_a_formula(text):
    _, line = sheets.csv_lines(["a"], [[text]])
    (row,) = csv.reader(io.StringIO(line, newline=""))
    assert row == ["'" + text]


def test_a_negative_number_stays_a_number():
    assert list(sheets.csv_lines(["a", "b"], [[-1, -0.5]])) == ["a,b\r\n", "-1,-0.5\r\n"]


def test_times_leave_in_utc_and_nothing_leaves_as_nothing():
    lines = list(sheets.csv_lines(["at", "day", "ok", "gone"], [[NOON, NOON.date(), True, None]]))
    assert lines[1] == "2026-03-01T12:00:00Z,2026-03-01,true,\r\n"


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=20), min_size=1, max_size=5))
def test_every_text_comes_back_as_it_was_but_for_the_apostrophe(texts):
    lines = "".join(sheets.csv_lines(["c"] * len(texts), [texts]))
    read = list(csv.reader(io.StringIO(lines, newline="")))[-1]
    assert read == [sheets.neutral(text) for text in texts] or texts == [""]


def test_parquet_keeps_types_and_awkward_text(tmp_path):
    path = tmp_path / "it's.parquet"
    columns = {
        "key": "VARCHAR",
        "n": "BIGINT",
        "share": "DOUBLE",
        "late": "BOOLEAN",
        "at": "TIMESTAMPTZ",
        "day": "DATE",
        "quo'te": "VARCHAR",
    }
    rows = [
        ["=1", 2**53, 0.1, True, NOON, date(2026, 3, 1), 'a "b"\n\\u0041'],
        [None] * 7,
    ]
    assert sheets.write_parquet(path, columns, rows) == 2
    found = duckdb.sql(f"FROM read_parquet('{str(path).replace(chr(39), chr(39) * 2)}')")
    assert found.columns == list(columns)
    first, second = found.project('* REPLACE (epoch("at") AS "at")').fetchall()
    assert list(first) == ["=1", 2**53, 0.1, True, NOON.timestamp(), *rows[0][5:]]
    assert set(second) == {None}
    assert [file.name for file in tmp_path.iterdir()] == ["it's.parquet"]


def test_an_unknown_column_type_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(ValueError, match="no such column type: BLOB"):
        sheets.write_parquet(tmp_path / "x.parquet", {"a": "BLOB"}, [])
    assert list(tmp_path.iterdir()) == []
