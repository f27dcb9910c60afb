"""Settings: each documented, each refused in plain words when it cannot be used."""

import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from troth.config import database, environment, keys, ports

ROOT = Path(__file__).parents[2]


def read(tmp_path, **given):
    return environment.read({"TROTH_DATA": str(tmp_path), **given})


def problems(tmp_path, **given):
    with pytest.raises(environment.SettingsError) as caught:
        read(tmp_path, **given)
    return caught.value.problems


def test_nothing_needs_to_be_set(tmp_path):
    found = read(tmp_path)
    assert found.base_url == "http://127.0.0.1:8000"
    assert found.page_dir == tmp_path / "page"
    assert found.database_url == f"sqlite:///{tmp_path}/troth.sqlite3"
    assert found.signal_store == "embedded"
    assert (found.languages, found.time_zone) == (("en", "de"), "UTC")
    assert found.email_from == "troth@127.0.0.1"
    assert not found.is_https


def test_every_variable_is_documented_with_its_default():
    text = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `TROTH_(\w+)` \| (.*?) \|", text, re.MULTILINE))
    assert set(rows) == {variable.name for _, variable in environment.variables()}
    for _, variable in environment.variables():
        if variable.default:
            assert rows[variable.name] == f"`{variable.default}`"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "eighty", "“eighty” is no whole number of 0 or more"),
        ("PORT", "70000", "“70000” is no port; write a number from 1 to 65535"),
        ("WEB_WORKERS", "-1", "“-1” is no whole number of 0 or more"),
        ("DEBUG", "perhaps", "“perhaps” is neither yes nor no; write 1 or 0"),
        ("TIME_ZONE", "Berlin", "“Berlin” is no time zone; write for example Europe/Berlin"),
        ("TIME_ZONE", "../etc", "“../etc” is no time zone; write for example Europe/Berlin"),
        (
            "BASE_URL",
            "trust.example",
            "“trust.example” is no web address; write for example https://trust.example",
        ),
        (
            "BASE_URL",
            "https://a.example/trust",
            "“https://a.example/trust” has a path; Troth answers at the root of a host",
        ),
        (
            "DATABASE_URL",
            "mysql://host/name",
            "write sqlite:////path/to/file or postgresql://user:password@host/name",
        ),
        (
            "SIGNAL_STORE",
            "kafka://host",
            "write embedded, or clickhouse://user:password@host:8123/database",
        ),
        ("LOG_LEVEL", "loud", "“loud” is no level; write debug, info, warning or error"),
        (
            "SUBJECT_KEY",
            "secret",
            "a key is 64 hexadecimal digits; `openssl rand -hex 32` makes one",
        ),
        (
            "EMAIL_URL",
            "mail.example",
            "write smtp://user:password@host:587 or smtps://user:password@host:465",
        ),
        ("WEB_WORKERS", "0", "at least one is needed"),
        ("LANGUAGES", ",", "name at least one language, for example en"),
        (
            "OIDC_ISSUER",
            "https://id.example",
            "it needs TROTH_OIDC_CLIENT_ID and TROTH_OIDC_CLIENT_SECRET",
        ),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_in_plain_words(tmp_path, name, value, sentence):
    assert problems(tmp_path, **{f"TROTH_{name}": value}) == [f"TROTH_{name}: {sentence}"]


def test_all_problems_are_named_at_once(tmp_path):
    found = problems(tmp_path, TROTH_PORT="x", TROTH_DEBUG="x", TROTH_PROT="8000")
    assert [text.partition(":")[0] for text in found] == ["TROTH_PROT", "TROTH_PORT", "TROTH_DEBUG"]


def test_a_misspelt_variable_is_an_error_and_not_ignored(tmp_path):
    assert problems(tmp_path, TROTH_ORGANIZATION="Acme") == [
        "TROTH_ORGANIZATION: there is no such setting; docs/configuration.md lists them"
    ]


def test_a_secret_can_come_from_a_file(tmp_path):
    file = tmp_path / "token"
    file.write_text("s3cret\n", encoding="utf-8")
    assert read(tmp_path, TROTH_METRICS_TOKEN_FILE=str(file)).metrics_token == "s3cret"


def test_a_variable_and_its_file_are_one_too_many(tmp_path):
    found = problems(tmp_path, TROTH_METRICS_TOKEN="a", TROTH_METRICS_TOKEN_FILE="/dev/null")
    assert found == [
        "TROTH_METRICS_TOKEN: set TROTH_METRICS_TOKEN or TROTH_METRICS_TOKEN_FILE, not both"
    ]


def test_a_file_that_is_not_there_is_named(tmp_path):
    (found,) = problems(tmp_path, TROTH_METRICS_TOKEN_FILE=str(tmp_path / "nowhere"))
    assert found.startswith("TROTH_METRICS_TOKEN: ")
    assert "nowhere" in found


def test_keys_are_made_once_and_readable_by_their_owner_only(tmp_path):
    first, second = read(tmp_path), read(tmp_path)
    assert first.subject_key == second.subject_key
    made = sorted((tmp_path / "keys").iterdir())
    assert [file.name for file in made] == ["inbox", "secret", "signing", "subject"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in made} == {0o600}
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert len({file.read_bytes() for file in made}) == 4


def test_a_given_key_wins_and_makes_no_file(tmp_path):
    found = read(tmp_path, TROTH_SUBJECT_KEY="ab" * 32)
    assert found.subject_key == bytes.fromhex("ab" * 32)
    assert not (tmp_path / "keys" / "subject").exists()


def test_a_damaged_key_stops_the_start(tmp_path):
    read(tmp_path)
    (tmp_path / "keys" / "inbox").write_bytes(b"short")
    (found,) = problems(tmp_path)
    assert "holds 5 bytes, not 32" in found


def test_processes_that_start_at_once_agree_on_the_keys(tmp_path):
    program = (
        "import sys; from pathlib import Path; from troth.config import keys;"
        "print(keys.kept(Path(sys.argv[1])).hex())"
    )
    racing = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "keys" / "one")],
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        for _ in range(6)
    ]
    found = {process.communicate()[0] for process in racing}
    assert len(found) == 1
    assert [file.name for file in (tmp_path / "keys").iterdir()] == ["one"]
    assert keys.kept(tmp_path / "keys" / "one").hex().encode() == found.pop().strip()


def test_behind_tls_is_what_the_address_says(tmp_path):
    assert (
        read(tmp_path, TROTH_BASE_URL="https://trust.example/").base_url == "https://trust.example"
    )
    assert read(tmp_path, TROTH_BASE_URL="https://trust.example").is_https


def test_a_postgres_address_is_taken_apart():
    found = database.setting("postgresql://ada:p%40ss@db.example:5433/troth?sslmode=require")
    assert (found["USER"], found["PASSWORD"]) == ("ada", "p@ss")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example", "5433", "troth")
    assert found["OPTIONS"]["sslmode"] == "require"


def test_a_postgres_socket_is_an_address_too():
    found = database.setting("postgresql://postgres@/troth?host=%2Frun%2Fpostgresql")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("/run/postgresql", "", "troth")


def test_a_sqlite_address_is_a_path_absolute_or_not():
    assert database.setting("sqlite:////var/lib/a%20b/x.db")["NAME"] == "/var/lib/a b/x.db"
    assert database.setting("sqlite:///x.db")["NAME"] == "x.db"


@pytest.mark.django_db(transaction=True)
def test_sqlite_commits_reach_the_disk():
    from django.db import connection

    if connection.vendor != "sqlite":
        pytest.skip("this run uses PostgreSQL")
    with connection.cursor() as cursor:
        found = {
            name: cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2}


def test_the_other_verbs_take_the_port_that_was_taken_last(tmp_path):
    given = {"TROTH_DATA": str(tmp_path)}
    assert environment.read(given).base_url == "http://127.0.0.1:8000"
    ports.keep(tmp_path, 8771)
    assert environment.read(given).base_url == "http://127.0.0.1:8771"
    assert environment.read(given | {"TROTH_PORT": "9000"}).base_url == "http://127.0.0.1:9000"
