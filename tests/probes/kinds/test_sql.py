"""PostgreSQL and MariaDB as they are, where they are installed, and peers that are neither."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests import postgres

pytest.importorskip("psycopg")


@pytest.fixture(scope="module")
def postgresql():
    """Start a server that listens on this machine's network, with a password."""
    programs = postgres.programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    home = Path(tempfile.mkdtemp(prefix="troth-sql-"))  # where another user may look
    if os.geteuid() == 0:
        shutil.chown(home, "postgres", "postgres")
    secret = home / "secret"
    secret.write_text("s3cret")
    secret.chmod(0o644)  # of a server that lives for a minute
    port = free()
    postgres._run(
        *(programs / "initdb", "-D", home / "data", "-A", "scram-sha-256", "-U", "probe"),
        *(f"--pwfile={secret}", "-E", "UTF8"),
    )
    options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 -c fsync=off"
    control = (programs / "pg_ctl", "-D", home / "data", "-w", "-l", home / "log")
    postgres._run(*control, "-o", options, "start")
    yield {
        "host": "127.0.0.1",
        "port": port,
        "user": "probe",
        "password": "s3cret",
        "database": "postgres",
    }
    postgres._run(*control, "-m", "immediate", "stop")
    shutil.rmtree(home, ignore_errors=True)


def free():
    import socket

    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@pytest.mark.mission("S2.5")
@pytest.mark.postgres
def test_the_answer_of_postgresql_is_judged(check, postgresql):
    found = check("sql", postgresql)
    assert (found.outcome, found.reason) == ("up", "")
    asked = {**postgresql, "query": "SELECT 3.0 AS lag, 'ok' AS state, now() AS at, NULL AS n"}
    told = 'value == 3 and row.state == "ok" and row.n == null and rows == 1 and version > "1"'
    assert check("sql", asked, condition=told).outcome == "up"
    bad = check("sql", asked, condition="row.lag < 1")
    assert bad.outcome == "down"
    assert "lag\tstate" in bad.excerpt
    none = {**postgresql, "query": "SELECT 1 WHERE false"}
    assert check("sql", none).outcome == "up"
    assert "returned no row" in check("sql", none, condition="value == 1").reason


@pytest.mark.postgres
def test_a_long_result_is_cut_and_a_slow_query_given_up(check, postgresql):
    many = {**postgresql, "query": "SELECT generate_series(1, 100000000)"}
    found = check("sql", many, condition="rows == 1000 and more == true")
    assert (found.outcome, found.reason) == ("up", "")
    slow = check("sql", {**postgresql, "query": "SELECT pg_sleep(30)"}, timeout=700)
    assert slow.reason == "no answer within 0.7 s"
    assert slow.took < 2


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"query": "CREATE TABLE t (i int)"}, "the query wants to write"),
        ({"query": "SELECT 1; DROP TABLE t"}, "the query is not valid"),
        ({"query": "SELEC"}, "the query is not valid"),
        ({"password": "wrong"}, "does not take this user or password"),
        ({"password": ""}, "does not take this user or password"),
        ({"database": "nowhere"}, "no such"),
        ({"tls": "required"}, "it offers no TLS"),
    ],
)
def test_what_postgresql_refuses_is_told_in_words(check, postgresql, changed, reason):
    found = check("sql", {**postgresql, **changed})
    assert found.outcome == "down"
    assert reason in found.reason


@pytest.fixture(scope="module")
def mariadb(tmp_path_factory):
    """Start a server with a user of ours."""
    pytest.importorskip("pymysql", reason="pip install troth[probes-mysql]")
    path = f"{os.environ['PATH']}:/usr/sbin"
    programs = ("mariadbd", "mariadb-install-db", "my_print_defaults")
    server, install, printer = (shutil.which(name, path=path) for name in programs)
    if not (server and install and printer):
        pytest.skip("apt-get install mariadb-server-core mariadb-client-core")
    home = tmp_path_factory.mktemp("mariadb")
    own = ["--no-defaults", f"--datadir={home}/data", f"--user={os.environ.get('USER') or 'root'}"]
    names = [f"'probe'@'{at}'" for at in ("127.0.0.1", "localhost")]
    made = [f"CREATE USER {name} IDENTIFIED BY 's3cret';" for name in names]
    may = [f"GRANT ALL ON *.* TO {name};" for name in names]
    (home / "first.sql").write_text("\n".join([*made, *may]) + "\n")
    port = free()
    more = [f"--port={port}", "--bind-address=127.0.0.1", f"--socket={home}/s"]
    more += [f"--init-file={home}/first.sql", "--innodb-buffer-pool-size=8M"]
    with (home / "log").open("wb") as log:
        said = {"stdout": log, "stderr": log}
        subprocess.run([install, *own, "--skip-test-db"], check=True, **said)
        process = subprocess.Popen([server, *own, *more], **said)
    _await(process, home / "log")
    yield {
        "system": "mysql",
        "host": "127.0.0.1",
        "port": port,
        "user": "probe",
        "password": "s3cret",
    }
    process.kill()
    process.wait()


def _await(process, log):
    until = monotonic() + 30
    while b"ready for connections" not in log.read_bytes():
        assert monotonic() < until, log.read_text()
        assert process.poll() is None, log.read_text()
        sleep(0.1)


@pytest.mark.mission("S2.5")
def test_the_answer_of_mysql_is_judged(check, mariadb):
    asked = {**mariadb, "query": "SELECT 3.5 AS lag, 'ok' AS state"}
    told = 'value == 3.5 and row.state == "ok" and rows == 1 and version contains "MariaDB"'
    found = check("sql", asked, condition=told)
    assert (found.outcome, found.reason) == ("up", "")
    many = {**mariadb, "query": "SELECT seq FROM mysql.seq_1_to_100000000"}
    assert check("sql", many, condition="rows == 1000 and more == true").reason == ""
    slow = check("sql", {**mariadb, "query": "SELECT sleep(30)"}, timeout=700)
    assert slow.reason == "no answer within 0.7 s"
    assert slow.took < 2


def test_what_mysql_refuses_is_told_in_words(check, mariadb):
    def reason(**changed):
        return check("sql", {**mariadb, **changed}).reason

    assert reason(password="x") == "it does not take this user or password"
    assert reason(database="nowhere") == "there is no such database"
    assert reason(query="SELEC") == "the query is not valid"
    assert reason(query="CREATE TABLE mysql.t (i int)") == (
        "the query wants to write; probes only read"
    )
    assert reason(tls="required") == "TLS failed"


@pytest.mark.parametrize("system", ["postgresql", "mysql"])
def test_peers_that_are_no_database(check, hanging, babbling, free_port, system):
    if system == "mysql":
        pytest.importorskip("pymysql", reason="pip install troth[probes-mysql]")
    settings = {"system": system, "host": "127.0.0.1", "user": "probe"}
    hung = check("sql", {**settings, "port": hanging}, timeout=400)
    assert hung.reason == "no answer within 0.4 s"
    assert hung.took < 1
    garbage = check("sql", {**settings, "port": babbling})
    assert garbage.outcome == "down"
    assert "the probe failed" not in garbage.reason
    closed = check("sql", {**settings, "port": free_port()})
    assert closed.reason == "the connection was refused"
    private = check("sql", {**settings, "port": hanging}, private=False)
    assert "private network" in private.reason


def test_without_the_library_it_says_what_to_install(check, monkeypatch, hanging):
    monkeypatch.setitem(__import__("sys").modules, "pymysql", None)
    settings = {"system": "mysql", "host": "127.0.0.1", "port": hanging, "user": "probe"}
    assert "pip install troth[probes-mysql]" in check("sql", settings).reason
