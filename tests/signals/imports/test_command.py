"""`troth import`: what it says, what it writes, and with which code it ends."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from troth.config.verbs.forget import forget
from troth.signals import queries
from troth.signals.commands import import_
from troth.signals.imports.problems import ImportProblem
from troth.signals.models import Inbox
from troth.signals.store import Filter

from .conftest import minimal

pytestmark = pytest.mark.django_db
GOOD = "k,t,v\nA,2026-01-01T00:00:00Z,1\nB,2026-01-02T00:00:00Z,2\n"
MIXED = "k,t,v\nA,2026-01-01T00:00:00Z,1\nB,yesterday,2\nC\n=D,2026-01-02T00:00:00Z,x\n"
MAP = minimal(happened_at='{from: "{t}", format: iso8601}', value='"{v}"')


@pytest.fixture
def troth(tmp_path):
    """Return a function that runs `troth import` in a folder with `data.csv` and `map.yaml`."""

    def run(body: str | bytes, *options: str, text: str | None = MAP, name: str = "data.csv"):
        path = tmp_path / name
        path.write_bytes(body.encode() if isinstance(body, str) else body)
        given = list(options)
        if text is not None:
            (tmp_path / "map.yaml").write_text(text, "utf-8")
            given += ["--map", str(tmp_path / "map.yaml")]
        return CliRunner().invoke(
            import_, [*given, str(path)], standalone_mode=False, catch_exceptions=False
        )

    return run


def cases() -> list[tuple[str, float | None]]:
    page = queries.store().cases(Filter(), order="key", limit=100)
    return [(row.key, row.value) for row in page.cases]


@pytest.mark.mission("S0.6")
def test_a_good_file_is_imported_sealed_and_told(troth):
    answer = troth(GOOD)
    assert answer.return_value == 0
    assert answer.stdout.splitlines() == [
        "data.csv: 2 rows, 2 accepted",
        "  2 new, 0 already known",
        "  happened from 2026-01-01 00:00 to 2026-01-02 00:00 UTC",
    ]
    assert cases() == [("A", 1.0), ("B", 2.0)]
    assert Inbox.objects.count() == 0


def test_a_second_import_counts_nothing_twice(troth):
    troth(GOOD)
    assert "  0 new, 2 already known" in troth(GOOD).stdout
    assert "  1 new, 1 already known" in troth(GOOD.replace(",2\n", ",3\n")).stdout
    assert cases() == [("A", 1.0), ("B", 3.0)]


def test_refused_lines_go_to_a_file_that_can_be_mended_and_imported(troth, tmp_path):
    answer = troth(MIXED)
    assert answer.return_value == 1
    assert "  3 refused:" in answer.stdout
    path = tmp_path / "data.refused.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
    assert [(row["k"], row["refused_line"], row["refused_field"]) for row in rows] == [
        ("B", "3", "happened_at"),
        ("C", "4", ""),
        ("=D", "5", "value"),
    ]
    mended = path.read_text("utf-8").replace("yesterday", "2026-01-03T00:00:00Z")
    answer = troth(mended, name="mended.csv")
    assert answer.return_value == 1
    assert cases() == [("A", 1.0), ("B", 2.0)]


def test_refused_json_carries_its_reason_and_can_be_sent_again(troth, tmp_path):
    good = {"source": "s", "kind": "k", "key": "A", "happened_at": "2026-01-01T00:00:00Z"}
    body = f"{json.dumps(good)}\n{json.dumps({**good, 'key': 'B', 'weight': 0})}\nbroken\n"
    assert troth(body, text=None, name="data.ndjson").return_value == 1
    path = tmp_path / "data.refused.ndjson"
    refused = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [one["_refused"]["line"] for one in refused] == [2, 3]
    assert refused[1]["_refused"]["raw"] == "broken"
    mended = json.dumps({**refused[0], "weight": 2}) + "\n"
    assert troth(mended, text=None, name="mended.ndjson").return_value == 0
    assert [key for key, _ in cases()] == ["A", "B"]


def test_a_dry_run_writes_nothing(troth, tmp_path):
    answer = troth(MIXED, "--dry-run")
    assert answer.return_value == 1
    assert "4 rows, 1 would be accepted" in answer.stdout
    assert '"key":"A"' in answer.stdout
    assert Inbox.objects.count() == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data.csv", "map.yaml"]


def test_json_says_the_same_to_programs(troth):
    (told,) = json.loads(troth(MIXED, "--json").stdout)
    assert (told["rows"], told["accepted"], told["refused"], told["new"]) == (4, 1, 3, 1)
    assert {(one["field"], one["count"]) for one in told["reasons"]} == {
        ("happened_at", 1), ("", 1), ("value", 1),
    }  # fmt: skip


def test_without_sealing_the_inbox_keeps_them(troth):
    assert "new" not in troth(GOOD, "--no-seal").stdout
    assert Inbox.objects.count() == 1


def test_a_source_may_be_given_on_the_line(troth):
    text = MAP.replace("  source: test\n", "")
    with pytest.raises(ImportProblem, match="lacks source"):
        troth(GOOD, text=text)
    troth(GOOD, "--source", "given", text=text)
    assert queries.sources() == ["given"]


def test_an_open_question_stops_before_the_first_row(troth):
    with pytest.raises(ImportProblem) as problem:
        troth(GOOD.replace("00:00Z", "00:00"), text=minimal(value='"{v}"'))
    assert problem.value.exit_code == 2
    assert str(problem.value) == (
        "Line 2, `happened_at`: “2026-01-01 00:00:00” has no offset; say its time zone with `zone`."
    )
    assert Inbox.objects.count() == 0


def test_two_notations_in_one_column_are_asked_about_however_far_apart(troth):
    rows = "".join(f"K{n},2026-01-01T00:00:00Z,1.500\n" for n in range(3000))
    body = f'k,t,v\n{rows}Z,2026-01-01T00:00:00Z,"1.500,25"\n'
    with pytest.raises(
        ImportProblem, match=r"Line 3002, `value`: “1\.500,25” is written with a comma"
    ):
        troth(body, text=minimal(value='"{v}"'))
    declared = minimal(value='{from: "{v}", decimal: ",", thousands: "."}')
    assert troth(body, text=declared).return_value == 0
    assert ("Z", 1500.25) in cases() or len(cases()) == 100


def test_rows_may_be_left_out_and_values_named(troth):
    body = "k,t,v,s\nA,2026-01-01T00:00:00Z,1,ok\nB,2026-01-01T00:00:00Z,1,test\nC,2026-01-01T00:00:00Z,1,odd\nD,2026-01-01T00:00:00Z,1,\n"  # noqa: E501
    text = minimal(
        outcome='{from: "{s}", values: {ok: kept}}', _skip_when="[{column: s, is: [test]}]"
    )
    answer = troth(body, text=text)
    assert "1 left out by skip_when" in answer.stdout
    assert "outcome “odd” is not among the values that the mapping names" in answer.stdout
    assert [key for key, _ in cases()] == ["A", "D"]


def test_a_case_told_in_several_rows_of_one_file_keeps_its_versions(troth):
    body = "k,t,v,n\nA,2026-01-01T00:00:00Z,1,1\nA,2026-01-01T00:00:00Z,2,2\nA,2026-01-01T00:00:00Z,1,3\n"  # noqa: E501
    text = minimal(value='"{v}"', version='"{n}"')
    troth(body, text=text)
    assert cases() == [("A", 1.0)]
    assert len(queries.store().history(source="test", key="A")) == 3
    assert "  0 new, 3 already known" in troth(body, text=text).stdout


@pytest.mark.parametrize("bad", [999_999])
@pytest.mark.long
def test_one_bad_line_in_a_million_is_found(troth, bad):
    rows = [f"K{n},2026-01-01T00:00:00Z,{n}\n" for n in range(1_000_000)]
    rows[bad] = f"K{bad},2026-01-01T00:00:00Z,seven\n"
    (told,) = json.loads(troth("k,t,v\n" + "".join(rows), "--json", "--no-seal").stdout)
    assert (told["accepted"], told["refused"]) == (999_999, 1)
    assert told["reasons"][0]["line"] == bad + 2


def test_forget_hides_a_person(troth):
    body = f"k,t,v\nada@example.org,{datetime(2026, 1, 1, tzinfo=UTC).isoformat()},1\n"
    troth(body, text=minimal(key="x", subject='"{k}"'))
    assert queries.store().history(source="test", key="x")[0].subject is not None
    answer = CliRunner().invoke(forget, ["ada@example.org", "--yes"], standalone_mode=False)
    assert "Forgotten" in answer.stdout
    assert queries.store().history(source="test", key="x")[0].subject is None
