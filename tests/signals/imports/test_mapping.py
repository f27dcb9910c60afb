"""The mapping is checked before a row is read, and says what is wrong in plain words."""

import pytest

from troth.signals.imports import mapping
from troth.signals.imports.problems import ImportProblem

from .conftest import minimal


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("[1, 2", "is not YAML: line 1"),
        ("signal: {kind: a}", "lacks source, happened_at"),
        ("signals: {kind: a}", "Did you mean “signal”?"),
        ("kind: Promise\nsignal: {}", "This is a Promise"),
        ("apiVersion: v2\nsignal: {}", "Only apiVersion troth/v1"),
        (minimal(hapened_at="x"), "does not know “hapened_at”. Did you mean “happened_at”?"),
        (minimal(key='"{}"'), "a brace that names no column"),
        (minimal(key='"a{b"'), "a brace that names no column"),
        (minimal(happened_at='{from: "{t}", zone: Berlin}'), "is no time zone"),
        (minimal(happened_at='{from: "{t}", fold: maybe}'), "refuse, earlier or later"),
        (minimal(happened_at='{from: "{t}", bare_date: noon}'), "start or end"),
        (minimal(happened_at='{from: "{t}", format: "%H:%M"}'), "lacks a year"),
        (minimal(happened_at='{year: "{y}"}'), "`year`, `month` and `day` together"),
        (minimal(happened_at='{from: "{t}", year: "{y}", month: "1", day: "1"}'), "is made of"),
        (minimal(value='{from: "{v}", decimal: ";"}'), "`decimal` is . or ,"),
        (minimal(value='{from: "{v}", decimal: ",", thousands: ","}'), "cannot be the same"),
        (minimal(outcome='{from: "{o}", vals: {}}'), "Did you mean “values”?"),
        (minimal(outcome='{from: "{o}", otherwise: guess}'), "refuse, keep, empty"),
        (minimal(_file="{encoding: klingon}"), "is no encoding"),
        (minimal(_file='{delimiter: "::"}'), "one character, or tab"),
        (minimal(_skip_when="[{column: x}]"), "either `is` or `is_empty: true`"),
        (minimal(_skip_when="[x]"), "`skip_when` is a list"),
        (minimal(key="[a]"), "`key` is one text"),
        ("signal:\n  kind: a\n  kind: b", "Line 3 says “kind” a second time"),
        ("a: &a [*a]", "not YAML|does not know"),
    ],
)
def test_a_mistake_is_named_and_the_nearest_name_offered(text, words):
    with pytest.raises(ImportProblem, match=words.replace("?", r"\?")):
        mapping.read(text)


def test_yaml_never_makes_anything_of_a_word():
    plan = mapping.read(
        minimal(outcome='{from: "{o}", values: {NO: declined, yes: 1, 010: eight}}')
    )
    assert plan.fields["outcome"].values == {"NO": "declined", "yes": "1", "010": "eight"}


def test_yaml_cannot_run_anything():
    with pytest.raises(ImportProblem):
        mapping.read("!!python/object/apply:os.system [id]")


def test_the_columns_are_those_that_templates_name():
    plan = mapping.read(
        minimal(
            key='"{a}-{b}"',
            segment='{plan: "{p}", fixed: pro}',
            happened_at='{year: "{y}", month: "{m}", day: "1", hhmm: "{h}", plus: {hours: "{d}"}}',
            _skip_when="[{column: s, is: [x]}]",
        )
    )
    assert plan.columns() == ["a", "b", "y", "m", "h", "d", "p", "s"]


@pytest.mark.shared
@pytest.mark.parametrize("name", ["boston311", "nycflights13", "olist"])
def test_the_examples_are_mappings(name):
    from pathlib import Path

    text = (Path(__file__).parents[3] / "examples" / name / "mapping.yaml").read_text("utf-8")
    assert mapping.read(text).fields["source"].template == name
