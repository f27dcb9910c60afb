"""Backup and restore: what comes back is what was there, or nothing changes."""

import json
import shutil

import pytest

from troth.config import archive

LEFT = 1  # the exit code of `troth check` where no worker runs


def listed(home):
    """Return what `troth check` says of signals and database, which is what a restore must keep."""
    found = home.troth("check")
    assert found.returncode == LEFT
    areas = ("database", "migrations", "readable", "store", "files", "inbox")
    return [line for line in found.stdout.splitlines() if line.split()[1] in areas]


def lose(installation):
    shutil.rmtree(installation.data)


def test_what_was_backed_up_comes_back(installation):
    before = listed(installation)
    assert any("2 signals, from 2026-03-01 to 2026-03-02" in line for line in before)
    file = installation.home / "b.tar.zst"
    installation.must("backup", "--with-keys", file)
    lose(installation)
    installation.must("restore", file)
    assert listed(installation) == before
    said = installation.must("import", "--json", installation.home / "signals.ndjson")
    assert '"new": 0' in said  # the keys came back too: these signals are known


@pytest.mark.postgres
def test_on_postgres_too(on_postgres):
    on_postgres.fill()
    before = listed(on_postgres)
    file = on_postgres.home / "b.tar.zst"
    on_postgres.must("backup", "--with-keys", file)
    on_postgres.must("forget", "ada", "--yes")
    assert on_postgres.troth("restore", file).returncode == 1  # there is an installation
    on_postgres.must("restore", "--force", file)
    assert listed(on_postgres) == before


def test_without_keys_it_says_so_and_a_start_without_them_is_refused(installation):
    keys = installation.home / "kept-keys"
    shutil.copytree(installation.data / "keys", keys)
    file = installation.home / "b.tar.zst"
    said = installation.troth("backup", file)
    assert "It holds no keys" in said.stderr
    lose(installation)
    said = installation.troth("restore", file)
    assert (said.returncode, "It held no keys" in said.stderr) == (0, True)
    refused = installation.troth("migrate")
    assert refused.returncode == 2
    assert "keys/secret is missing, and the database here used it: put it back" in refused.stderr
    shutil.copytree(keys, installation.data / "keys")
    installation.must("migrate")


def test_an_installation_is_not_overwritten_unless_asked_and_then_kept_beside(installation):
    file = installation.home / "b.tar.zst"
    installation.must("backup", file)
    refused = installation.troth("restore", file)
    assert refused.returncode == 1
    assert "there is an installation in" in refused.stderr
    (installation.data / "note").write_text("mine", encoding="utf-8")
    said = installation.must("restore", "--force", file)
    (kept,) = installation.home.glob("data.before-*")
    assert f"What was there is in {kept}." in said
    assert (kept / "note").read_text(encoding="utf-8") == "mine"
    assert not (installation.data / "note").exists()
    installation.must("migrate")  # the keys that were here are still used


@pytest.mark.parametrize("damage", ["cut", "flipped", "no backup"])
def test_a_damaged_backup_changes_nothing(installation, damage):
    file = installation.home / "b.tar.zst"
    installation.must("backup", file)
    whole = file.read_bytes()
    middle = len(whole) // 2
    file.write_bytes(
        {
            "cut": whole[:-100],
            "flipped": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
            "no backup": b"something else",
        }[damage]
    )
    before = sorted(path for path in installation.data.rglob("*"))
    refused = installation.troth("restore", "--force", file)
    assert refused.returncode == 1
    assert "b.tar.zst" in refused.stderr
    assert sorted(path for path in installation.data.rglob("*")) == before
    assert [path.name for path in installation.home.glob("data*")] == ["data"]


def test_a_backup_runs_while_signals_come_in_and_is_readable_by_its_owner_only(installation):
    file = installation.home / "b.tar.zst"
    file.write_bytes(b"an older one")
    told = json.loads(installation.must("backup", "--json", file))
    assert (told["files"], told["keys"], told["bytes"]) == (2, False, file.stat().st_size)
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in installation.home.glob("*b.tar.zst*")] == ["b.tar.zst"]


def test_a_missing_segment_stops_the_backup_and_leaves_no_half_file(installation):
    for segment in (installation.data / "signals").rglob("*.parquet"):
        segment.unlink()
    file = installation.home / "b.tar.zst"
    refused = installation.troth("backup", file)
    assert refused.returncode == 1
    assert "is listed but missing: see troth check" in refused.stderr
    assert list(installation.home.glob("*b.tar.zst*")) == []


def test_an_archive_that_reaches_out_of_its_folder_is_refused(tmp_path):
    (tmp_path / "inside").mkdir()
    (tmp_path / "x").write_bytes(b"x")
    contents = archive.Contents(made_at="now", version="0", engine="sqlite")
    with archive.written(tmp_path / "bad.tar.zst", contents) as writer:
        writer.add("../outside", tmp_path / "x")
    with pytest.raises(archive.BackupError, match="which no backup of ours does"):
        archive.unpack(tmp_path / "bad.tar.zst", tmp_path / "inside")
    assert not (tmp_path / "outside").exists()


def test_a_backup_of_a_later_format_asks_for_its_own_version(tmp_path):
    (tmp_path / "inside").mkdir()
    contents = archive.Contents(made_at="now", version="9.0", engine="sqlite", format=2)
    with archive.written(tmp_path / "later.tar.zst", contents):
        pass
    with pytest.raises(archive.BackupError, match=r"made by Troth 9\.0"):
        archive.unpack(tmp_path / "later.tar.zst", tmp_path / "inside")
