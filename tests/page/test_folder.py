import gzip
import json
import os
import subprocess
import sys
from datetime import timedelta

import brotli
import pytest

from tests.page.support import NOON
from troth.core.packing import zstd
from troth.page import folder
from troth.page.sheets import Sheet


def sheet(path="index.html", text="hello " * 100, inputs=None, *, immutable=False):
    return Sheet(path, inputs or text, text.encode, immutable)


def write(place, *sheets, now=NOON):
    with folder.alone(place):
        return folder.write(place, sheets=sheets, pulse=folder.Pulse("a", "b"), now=now)


def revisions(place):
    return sorted(path.name for path in (place / "revisions").iterdir())


def test_what_is_written_is_read_back_in_every_coding(tmp_path):
    write(tmp_path, sheet())
    page = tmp_path / "current" / "index.html"
    body = b"hello " * 100
    assert page.read_bytes() == body
    assert brotli.decompress(page.with_name("index.html.br").read_bytes()) == body
    assert zstd.decompress(page.with_name("index.html.zst").read_bytes()) == body
    gzipped = page.with_name("index.html.gz").read_bytes()
    assert gzip.decompress(gzipped) == body


def test_the_manifest_lists_every_file_with_its_hash(tmp_path):
    manifest, new = write(tmp_path, sheet(), sheet("a/b.json", "{}"))
    read = json.loads((tmp_path / "current" / "files.json").read_bytes())
    assert sorted(read["files"]) == ["a/b.json", "index.html"]
    assert read["files"]["index.html"]["codings"] == ["br", "zstd", "gzip"]
    assert read["files"]["a/b.json"]["codings"] == []
    assert folder.current(tmp_path) == manifest
    assert new == 6  # two files, three codings of the longer one, the manifest


def test_a_file_whose_inputs_stay_is_linked_and_not_made_again(tmp_path):
    write(tmp_path, sheet())
    first = (tmp_path / "current" / "index.html").stat().st_ino
    _, new = write(tmp_path, sheet(), now=NOON + timedelta(minutes=1))
    assert ((tmp_path / "current" / "index.html").stat().st_ino, new) == (first, 1)
    write(tmp_path, sheet(text="other " * 100), now=NOON + timedelta(minutes=2))
    assert (tmp_path / "current" / "index.html").stat().st_ino != first


def test_a_file_that_reads_the_same_is_not_packed_again(tmp_path):
    write(tmp_path, sheet())
    first = (tmp_path / "current" / "index.html.br").stat().st_ino
    manifest, new = write(tmp_path, sheet(inputs="other"), now=NOON + timedelta(minutes=1))
    assert ((tmp_path / "current" / "index.html.br").stat().st_ino, new) == (first, 1)
    assert manifest.files["index.html"].inputs == "other"


def test_five_revisions_are_kept_and_the_current_one_among_them(tmp_path):
    for minute in range(8):
        write(tmp_path, sheet(text=f"{minute} " * 200), now=NOON + timedelta(minutes=minute))
    assert len(revisions(tmp_path)) == 5
    assert (tmp_path / "current").resolve().name == revisions(tmp_path)[-1]


def test_what_a_crash_left_half_written_is_removed(tmp_path):
    write(tmp_path, sheet())
    half = tmp_path / "revisions" / "20261121T115900Z-00000000"
    half.mkdir()
    (half / "index.html").write_text("half")
    write(tmp_path, sheet(text="new " * 100))
    assert half.name not in revisions(tmp_path)


def test_a_copy_is_the_same_to_the_byte_and_swapped_whole(tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    for text in ("one " * 100, "two " * 100):
        write(here, sheet(text=text), sheet("de/index.html", text))
        with folder.alone(there):
            folder.copy(here, there)
        same = subprocess.run(["diff", "-r", here / "current", there / "current"], check=False)
        assert same.returncode == 0
    assert len(revisions(there)) == 2


def test_a_copy_of_nothing_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError), folder.alone(tmp_path / "b"):
        folder.copy(tmp_path / "a", tmp_path / "b")


CRASH = """
import sys
from datetime import timedelta
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.page.support import NOON
from troth.page import folder
from troth.page.sheets import Sheet
place = Path({place!r})
with folder.alone(place):
    sheets = [Sheet("index.html", "new", b"new".__add__(b"").strip)]
    folder.write(place, sheets=sheets, pulse=folder.Pulse("a", "b"), now=NOON)
"""
STEPS = {
    "publish.rendered": b"old",
    "publish.files-written": b"old",
    "publish.swapped": b"new",
    "publish.old-removed": b"new",
}


@pytest.mark.mission("S3.16")
@pytest.mark.parametrize(("step", "served"), STEPS.items())
def test_a_crash_at_any_step_leaves_the_old_page_or_the_new_one_whole(tmp_path, step, served):
    root = str(folder.Path(__file__).parents[2])
    write(tmp_path, Sheet("index.html", "old", lambda: b"old"))
    code = CRASH.format(root=root, place=str(tmp_path))
    environ = {**os.environ, "TROTH_CRASH_AT": step}
    crashed = subprocess.run([sys.executable, "-c", code], env=environ, check=False)
    assert crashed.returncode == -9
    assert (tmp_path / "current" / "index.html").read_bytes() == served
    write(tmp_path, Sheet("index.html", "next", lambda: b"next"))
    assert (tmp_path / "current" / "index.html").read_bytes() == b"next"
    assert all(
        (tmp_path / "revisions" / name / "files.json").exists() for name in revisions(tmp_path)
    )
