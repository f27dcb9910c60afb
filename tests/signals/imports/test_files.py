"""Files of every shape come to the same signals, and what is wrong with a line is said."""

import datetime as dt
import gzip
import io
import json
import re
import zipfile

import openpyxl
import pytest

from troth.core.packing import zstd
from troth.signals.imports import tables
from troth.signals.imports.plan import FileTerms
from troth.signals.imports.problems import ImportProblem

from .conftest import minimal

CSV = "k,t\nA,2026-01-01T00:00:00Z\nB,2026-01-02T00:00:00Z\n"


def keys(summary) -> list[str]:
    return [signal.key for signal in summary.samples]


def zipped(*names: str, body: str = CSV) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, body)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("data.csv", CSV.encode()),
        ("data.csv", b"\xef\xbb\xbf" + CSV.encode()),
        ("data.csv", CSV.replace("\n", "\r\n").encode()),
        ("data.csv", CSV.replace("\n", "\r").encode()),
        ("data.csv", CSV.rstrip().encode()),
        ("data.csv", CSV.replace("\n", "\n\n").encode()),
        ("data.tsv", CSV.replace(",", "\t").encode()),
        ("DATA.CSV.GZ", gzip.compress(CSV.encode())),
        ("data.csv.gz", gzip.compress(CSV[:20].encode()) + gzip.compress(CSV[20:].encode())),
        ("data.csv.zst", zstd.compress(CSV.encode())),
        ("data.zip", zipped("inside.csv")),
        ("data.zip", zipped("inside.csv", "__MACOSX/inside.csv")),
        (
            "data.ndjson",
            b'{"k":"A","t":"2026-01-01T00:00:00Z"}\n{"k":"B","t":"2026-01-02T00:00:00Z"}',
        ),
    ],
    ids=range(13),
)  # fmt: skip
def test_every_wrapping_comes_to_the_same(look, name, body):
    summary = look(body, minimal(), name=name)
    assert (keys(summary), summary.refused) == (["A", "B"], 0)


def test_parquet_keeps_instants_and_numbers(look, tmp_path):
    import duckdb

    path = tmp_path / "made.parquet"
    with duckdb.connect() as engine:
        engine.execute(
            "COPY (SELECT 7 AS k, TIMESTAMPTZ '2026-01-01 00:00:00+00' AS t,"
            " 1.5::DECIMAL(4,1) AS v,"
            f" [1, 2] AS l, DATE '2026-01-31' AS d) TO '{path}' (FORMAT parquet)"
        )
    text = minimal(
        value='"{v}"',
        due_at='{from: "{d}", zone: Europe/Berlin, bare_date: end}',
        segment='{list: "{l}"}',
    )
    summary = look(path.read_bytes(), text, name="data.parquet")
    (signal,) = summary.samples
    assert (signal.key, signal.value, signal.segment) == ("7", 1.5, {"list": "[1,2]"})
    assert signal.happened_at.isoformat() == "2026-01-01T00:00:00+00:00"
    assert signal.due_at.isoformat() == "2026-01-31T23:00:00+00:00"
    assert keys(look(gzip.compress(path.read_bytes()), text, name="data.parquet.gz")) == ["7"]


def book(*sheets: list[list[object]]) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for number, rows in enumerate(sheets):
        sheet = made.create_sheet(f"S{number}")
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def test_a_spreadsheet_is_read_by_its_values(look):
    at = dt.datetime(2026, 7, 1, 12)  # noqa: DTZ001 - spreadsheets know no zones
    body = book([["k", "t", "v"], [1001, at, 2.5], [None, None, None], ["=1+1", at, "x"]])
    text = minimal(happened_at='{from: "{t}", zone: Europe/Berlin}', value='"{v}"')
    summary = look(body, text, name="data.xlsx")
    (signal,) = summary.samples
    assert (signal.key, signal.value) == ("1001", 2.5)
    assert signal.happened_at.isoformat() == "2026-07-01T10:00:00+00:00"
    assert [one.line for one in summary.refused_lines] == [4]


def test_of_several_sheets_one_must_be_named(look):
    body = book([["k", "t"]], [["k", "t"], ["A", "2026-01-01T00:00:00Z"]])
    with pytest.raises(ImportProblem, match="S0, S1"):
        look(body, minimal(), name="data.xlsx")
    assert keys(look(body, minimal(_file="{sheet: S1}"), name="data.xlsx")) == ["A"]
    with pytest.raises(ImportProblem, match="Did you mean “S1”"):
        look(body, minimal(_file="{sheet: s1}"), name="data.xlsx")


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("data.csv", b"", "is empty"),
        ("data.csv", b"\n\n", "is empty"),
        ("data.ndjson", b"", "is empty"),
        ("data.csv.gz", b"nonsense", "damaged"),
        ("data.csv.gz", gzip.compress(CSV.encode() * 9)[:-9], "damaged"),
        ("data.csv.zst", b"nonsense", "damaged"),
        ("data.zip", b"nonsense", "not a zip"),
        ("data.zip", zipped("a.csv", "b.csv"), "holds 2 files"),
        ("data.parquet", b"PAR1 nonsense", "no Parquet file"),
        ("data.xlsx", b"nonsense", "no XLSX file"),
        ("data.xls", b"nonsense", "files are CSV"),
        ("data.csv", CSV.replace(",", ";").encode(), "say so with `file: {delimiter"),
        ("data.csv", CSV.encode("utf-16"), "say so with `file: {encoding: utf-16}`"),
        ("data.csv", "schlüssel,k,t\n".encode("latin-1"), "header is not utf-8 at byte 4"),
        ("data.csv", b"k,t,k\nA,2026-01-01T00:00:00Z,B\n", "More than one column is called k"),
        ("data.csv", b"K,t\n", "column “k”, which the file does not have. Did you mean “K”?"),
        (
            "data.csv",
            b'k,t\nA,2026-01-01T00:00:00Z\n"B,2026\n' + b"x" * 9_000_000,
            "From line 3 on",
        ),
    ],
    ids=range(17),
)
def test_a_file_that_cannot_be_read_is_refused_whole(look, name, body, words):
    with pytest.raises(ImportProblem, match=re.escape(words)):
        look(body, minimal(), name=name)


def test_a_missing_file_is_said(tmp_path):
    with (
        pytest.raises(ImportProblem, match="There is no file"),
        tables.table(tmp_path / "nothing.csv", FileTerms()),
    ):
        pass


def test_a_header_alone_is_no_mistake(look):
    assert look("k,t\n", minimal()).rows == 0


def test_declared_encodings_are_read(look):
    for encoding in ("latin-1", "cp1252", "utf-16", "utf-16-le", "shift_jis"):
        body = CSV.replace("A", "ä" if encoding != "shift_jis" else "注").encode(encoding)
        summary = look(body, minimal(_file=f"{{encoding: {encoding}}}"))
        assert keys(summary)[1] == "B"
        assert keys(summary)[0] in {"ä", "注"}


def test_bytes_that_are_no_text_refuse_their_line_and_say_where(look):
    body = CSV.encode() + "ü,2026-01-03T00:00:00Z\n".encode("latin-1") + b"C,2026-01-04T00:00:00Z\n"
    summary = look(body, minimal())
    assert keys(summary) == ["A", "B", "C"]
    (refused,) = summary.refused_lines
    assert refused.line == 4
    assert refused.reason == (
        f"is not utf-8 at byte {len(CSV)} of the file (0xfc); declare the file's `encoding`"
    )


def test_ragged_rows_are_refused_by_line_as_an_editor_counts(look):
    body = (
        'k,t\n"A\n\nB",2026-01-01T00:00:00Z\nC\nD,2026-01-01T00:00:00Z,x\nE,2026-01-01T00:00:00Z\n'
    )
    summary = look(body, minimal(key="x"))
    assert summary.accepted == 2
    assert [(one.line, one.reason) for one in summary.refused_lines] == [
        (5, "has 1 columns where the header has 2"),
        (6, "has 3 columns where the header has 2"),
    ]


def test_without_a_mapping_columns_are_the_envelopes(look):
    body = (
        "source,kind,key,happened_at,value,segment.plan\n"
        "shop,delivery,A,2026-01-01T00:00:00Z,2.5,pro\n"
    )
    (signal,) = look(body).samples
    assert (signal.source, signal.value, signal.segment) == ("shop", 2.5, {"plan": "pro"})
    with pytest.raises(ImportProblem, match="Did you mean “happened_at”"):
        look("source,kind,happend_at\n")


def test_without_a_mapping_ndjson_is_the_envelope(look):
    body = b'{"source":"s","kind":"k","happened_at":"2026-01-01T00:00:00Z"}\n{"source":1}\n'
    summary = look(body, name="data.ndjson")
    assert (summary.accepted, summary.refused) == (1, 1)
    assert summary.refused_lines[0].line == 2


def test_nested_json_is_reached_with_dots(look):
    body = b'{"a":{"k":"A"},"t":"2026-01-01T00:00:00Z"}\n'
    assert keys(look(body, minimal(key='"{a.k}"'), name="data.jsonl")) == ["A"]


@pytest.mark.shared
def test_the_awkward_csvs_all_parse_to_their_json(shared):
    folder = shared / "messy/csv_spectrum"
    files = sorted((folder / "csvs").glob("*.csv"))
    assert len(files) == 12
    for path in files:
        with tables.table(path, FileTerms()) as found:
            rows = [dict(zip(found.columns, line.cells, strict=True)) for line in found.rows]
        expected = json.loads((folder / "json" / f"{path.stem}.json").read_text("utf-8"))
        if path.stem == "location_coordinates":
            # Its JSON is one object, not a list, and has another telephone number than its CSV.
            expected = [{**expected, "Contact Phone Number": "2095257564"}]
        assert rows == expected, path.name


@pytest.mark.shared
def test_every_naughty_string_survives_a_file_unharmed_or_is_refused(look, shared):
    import csv

    strings = json.loads((shared / "messy/blns/blns.json").read_text("utf-8"))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["k", "t"])
    writer.writerows([one, "2026-01-01T00:00:00Z"] for one in strings)
    path_keys: list[str] = []
    from troth.signals.imports import mapping
    from troth.signals.imports.compiled import Compiled, RowRefused

    compiled = Compiled(mapping.read(minimal()), ["k", "t"])
    refused = []
    for one in strings:
        try:
            signal = compiled.signal([one, "2026-01-01T00:00:00Z"])
        except RowRefused:
            refused.append(one)
        else:
            path_keys.append(signal.key)
    assert path_keys == [one for one in strings if one not in refused]
    summary = look(text.getvalue().encode("utf-8"), minimal())
    assert summary.rows == len(strings)
    assert summary.accepted > 450
    assert summary.accepted + summary.refused == len(strings)
