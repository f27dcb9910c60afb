"""Programs of our own, and every way in which one must not be run."""

from pathlib import Path
from time import monotonic, sleep

import pytest


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Name a folder, and return a function that puts a script there."""
    made = tmp_path / "scripts"
    made.mkdir(mode=0o755)
    monkeypatch.setenv("TROTH_PROBE_SCRIPTS", str(made))
    monkeypatch.setenv("TROTH_SECRET_KEY", "s3cret")

    def put(name, body, *, mode=0o755):
        file = made / name
        file.write_text(f"#!/bin/sh\n{body}\n")
        file.chmod(mode)
        return file

    return put


@pytest.mark.mission("S2.5")
@pytest.mark.parametrize(
    ("body", "condition", "reason"),
    [
        ("exit 0", "", ""),
        ("exit 3", "", "its exit code is 3"),
        ("exit 3", "code in [0, 3]", ""),
        ("echo 'all well'", 'output == "all well"', ""),
        ("echo '{\"queue\": 7}'", "json.queue < 5", "json.queue is 7"),
        ("echo oops >&2; exit 1", 'output == "oops"', "its exit code is 1"),
        ("kill -9 $$", "", "it was ended by signal 9"),
        ("printf '\\377\\000'", "json.a == 1", "the output is no JSON"),
    ],
)
def test_the_exit_code_counts_and_the_output_may(check, folder, body, condition, reason):
    folder("it", body)
    found = check("script", {"name": "it"}, condition=condition)
    assert reason in found.reason
    assert found.outcome == ("down" if reason else "up")


def test_no_shell_reads_the_arguments_and_the_environment_is_bare(check, folder):
    folder("it", 'printf "%s|" "$@"; env')
    arguments = ["a b", "$(id)", "; rm -rf /"]
    told = 'output contains "a b|$(id)|; rm -rf /|" and not (output contains "s3cret")'
    found = check("script", {"name": "it", "arguments": arguments}, condition=told)
    assert (found.outcome, found.reason) == ("up", "")
    no_more = 'output matches "TROTH|USER=|SSH"'
    assert check("script", {"name": "it"}, condition=no_more).outcome == "down"


def test_one_that_hangs_is_ended_with_all_it_started(check, folder, tmp_path):
    folder("it", f"sleep 60 & echo $! > {tmp_path}/child; wait")
    found = check("script", {"name": "it"}, timeout=700)
    assert found.reason == "no answer within 0.7 s"
    child = int(Path(tmp_path / "child").read_text())
    until = monotonic() + 5
    while _runs(child):
        assert monotonic() < until
        sleep(0.02)


def _runs(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_one_that_prints_without_end_is_ended(check, folder):
    folder("it", "yes")
    found = check("script", {"name": "it"}, timeout=5_000)
    assert found.reason == "it prints more than 10,000,000 bytes"
    folder("much", "head -c 200000 /dev/zero | tr '\\0' x")
    assert check("script", {"name": "much"}, condition="code == 0").outcome == "up"


def test_only_files_of_the_folder_are_run(check, folder, tmp_path):
    outside = tmp_path / "outside"
    outside.write_text("#!/bin/sh\nexit 0\n")
    outside.chmod(0o755)
    inside = folder("plain", "exit 0", mode=0o644)
    (inside.parent / "link").symlink_to(outside)
    (inside.parent / "sub").mkdir()
    folder("open", "exit 0", mode=0o757)
    folder("odd", "").write_bytes(b"\x00\x01 no program")
    reasons = {
        "absent": "holds no file of this name",
        "plain": "may not be executed",
        "link": "is not in TROTH_PROBE_SCRIPTS itself",
        "sub": "is not in TROTH_PROBE_SCRIPTS itself",
        "open": "everybody may write",
    }
    for name, reason in reasons.items():
        assert reason in check("script", {"name": name}).reason
    assert check("script", {"name": "odd"}).outcome == "down"
    for name in ("../outside", "/bin/true", "a/b", "..", ".hidden", "a\nb"):
        with pytest.raises(ValueError, match="without a folder"):
            check("script", {"name": name})


def test_it_is_off_unless_the_installation_names_a_folder(check, monkeypatch):
    monkeypatch.delenv("TROTH_PROBE_SCRIPTS", raising=False)
    with pytest.raises(ValueError, match="scripts are switched off here"):
        check("script", {"name": "it"})
    monkeypatch.setenv("TROTH_PROBE_SCRIPTS", "/nowhere/at/all")
    with pytest.raises(ValueError, match="is not there"):
        check("script", {"name": "it"})
