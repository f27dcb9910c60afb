"""The `troth` command: help that a person can use, and exit codes that a program can."""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from django.db import OperationalError

from troth.config import cli, outcome

ROOT = Path(__file__).parents[2]
SHOWN = [(name, *entry) for name, entry in cli.VERBS.items() if entry[1]]


def troth(*words, **environment):
    return subprocess.run(
        [sys.executable, "-m", "troth.config", *words],
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
        cwd=ROOT,
        text=True,
    )


def test_help_names_every_verb_and_the_exit_codes():
    found = troth("--help")
    assert found.returncode == 0
    for name, _, text in SHOWN:
        assert f"  {name} " in found.stdout
        assert text in found.stdout
    assert "Exit codes: 0 done" in found.stdout


def test_help_loads_neither_django_nor_an_engine():
    program = (
        "import sys; from click.testing import CliRunner; from troth.config.cli import troth;"
        "CliRunner().invoke(troth, ['--help']);"
        "print([name for name in ('django', 'numpy', 'duckdb', 'granian') if name in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, cwd=ROOT, text=True
    )
    assert found.stdout == "[]\n"


@pytest.mark.parametrize(("name", "module", "text"), SHOWN)
def test_a_verb_has_help_with_examples_and_the_line_that_the_list_shows(name, module, text):
    (command,) = [each for each in import_module(module).commands if each.name == name]
    assert command.get_short_help_str(limit=100) == text
    assert f"troth {name}" in command.help


def test_every_command_that_a_package_declares_is_a_verb():
    for file in sorted((ROOT / "troth").glob("*/commands.py")):
        module = f"troth.{file.parent.name}.commands"
        declared = {command.name for command in import_module(module).commands}
        assert declared == {name for name, entry in cli.VERBS.items() if entry[0] == module}


def test_a_wrong_verb_is_wrong_usage():
    found = troth("improve")
    assert found.returncode == outcome.USAGE
    assert "No such command 'improve'" in found.stderr


def test_wrong_settings_are_told_without_a_traceback():
    found = troth("migrate", TROTH_PORT="eighty")
    assert found.returncode == outcome.USAGE
    assert found.stderr == "troth: TROTH_PORT: “eighty” is no whole number of 0 or more\n"


def test_a_database_out_of_reach_is_told_without_a_traceback(tmp_path):
    found = troth("migrate", TROTH_DATABASE_URL=f"sqlite:///{tmp_path}/nowhere/troth.sqlite3")
    assert found.returncode == outcome.UNREACHABLE
    assert found.stderr == "troth: unable to open database file\n"


class Full(Exception):  # noqa: N818 - as the packages name theirs
    exit_code = outcome.BUSY


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (Full("the inbox is full"), 4),
        (OperationalError("no route"), 3),
        (ConnectionRefusedError("refused"), 3),
        (click.UsageError("no such option"), 2),
        (click.ClickException("12 lines were refused"), 1),
    ],
)
def test_a_foreseen_failure_is_one_sentence_and_a_code(problem, code, capsys):
    assert outcome.of(problem) == code
    assert capsys.readouterr().err.strip().endswith(str(problem.args[0]))


def test_what_nobody_foresaw_is_not_hidden():
    with pytest.raises(KeyError):
        outcome.of(KeyError("a mistake of ours"))


@pytest.mark.parametrize("verb", [[], *([name] for name in cli.VERBS)])
def test_help_keeps_the_lines_of_its_examples(verb):
    told = CliRunner().invoke(cli.troth, [*verb, "--help"]).output

    assert "\\b" not in told
    assert "\b" not in told


@pytest.mark.parametrize("words", [("apply", "-f", "{file}"), ("judge",), ("insight",)])
def test_a_database_that_is_not_migrated_is_said_in_plain_words(tmp_path, words):
    file = tmp_path / "promise.yaml"
    file.write_text(
        "{apiVersion: troth/v1, kind: Metric, metadata: {name: carts}, spec: {over: a}}"
    )
    found = troth(*(word.format(file=file) for word in words), TROTH_DATA=str(tmp_path / "data"))
    assert found.returncode == outcome.UNREACHABLE
    assert "the database has not the tables of this version" in found.stderr
    assert "Run troth migrate, then this again" in found.stderr
    assert "Traceback" not in found.stderr


def test_a_table_that_is_missing_is_that_of_the_database_in_use_too():
    """PostgreSQL says it as a programming error, which is none where changes wait for it."""
    kind = type("ProgrammingError", (Exception,), {})
    assert outcome._code(kind('relation "promises_promise" does not exist')) == outcome.UNREACHABLE
    assert outcome._code(kind('syntax error at or near "SELEC"')) is None
