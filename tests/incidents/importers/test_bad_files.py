"""Files that are broken, large or full of odd texts: said in words, and nothing half-imported."""

import gzip
import json
import subprocess
import sys

import pytest

from troth.components.models import Component
from troth.incidents.importing import reading
from troth.incidents.importing.told import Unreadable
from troth.incidents.models import Incident

pytestmark = pytest.mark.django_db
_WELL = json.dumps({"components": [{"id": "c1", "name": "API"}], "incidents": []}).encode()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", r"is not JSON: .*line 1 column 1"),
        (b'{"incidents": [\n  {"id": ', r"is not JSON: .*line 2 column 10"),
        (_WELL[:-5], r"is not JSON"),
        ('{"incidents": "ö"}'.encode("latin-1"), r"is not UTF-8: line 1, byte 16 of the file"),
        (_WELL.decode().encode("utf-16"), r"is UTF-16: save it as UTF-8"),
        (gzip.compress(_WELL, mtime=0)[:-9], r"ends in the middle of a gzip; it is not whole"),
        (gzip.compress(_WELL, mtime=0)[:10] + b"\xff" * 20, r"is a gzip that is damaged"),
        (b"[" * 100_000, r"nested too deeply"),
        (b"<html><title>Sign in</title></html>", r"is not JSON"),
        (b"PK\x03\x04\xff\xfe", r"is not UTF-8"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["kuma", "cachet", "instatus", "statuspage"])
def test_a_broken_file_is_named_with_the_place_and_what_was_kept(
    troth, tmp_path, name, content, says
):
    if name == "statuspage" and content.startswith(b"<"):
        says = "holds no entries|is not a feed"
    (tmp_path / "export.json").write_bytes(content)
    with pytest.raises(ValueError, match=says) as told:
        troth("import", name, tmp_path / "export.json")
    assert str(told.value).startswith(str(tmp_path / "export.json"))
    assert str(told.value).endswith("Nothing was imported.")
    assert (Incident.objects.count(), Component.objects.count()) == (0, 0)


def test_an_empty_folder_is_refused_in_words(troth, tmp_path):
    with pytest.raises(ValueError, match=r"a folder without \.json files"):
        troth("import", "cachet", tmp_path)


def test_a_packed_file_is_read_whatever_it_is_called(troth, tmp_path):
    (tmp_path / "export.json").write_bytes(gzip.compress(_WELL, mtime=0))
    assert "API" in troth("import", "instatus", tmp_path / "export.json")


_NAUGHTY = [
    "", " ", "null", "undefined", "NaN", "-1", "1e309", "0x0", "'; DROP TABLE incident; --",
    "<script>alert(1)</script>", "\u202eright to left", "\ufdfa" * 50, "\U0001d518", "\r\n\t",
    "\U0001f469\u200d\U0001f467", "a\u0300" * 200, "\x00", "\x1b[31mred", "%s%n{0}{{7*7}}",
    "../../etc/passwd", "CON", "\ud800", "ß" * 999,
]  # fmt: skip


def test_naughty_texts_are_kept_as_they_are_or_shown_as_not_kept(troth, tmp_path):
    when = {"started": "2024-05-01T10:00:00Z", "resolved": "2024-05-01T11:00:00Z"}
    rows = [{"id": f"{number}{text}", "name": text, "status": text, "impact": text, **when,
             "components": [text], "updates": [{"message": text, "status": text, **when}]}
            for number, text in enumerate(_NAUGHTY)]  # fmt: skip
    parts = [{"id": text, "name": text, "order": text, "group": text, "description": text}
             for text in _NAUGHTY]  # fmt: skip
    file = tmp_path / "odd.json"
    file.write_text(json.dumps({"components": parts, "incidents": rows, "maintenances": rows}))
    told = json.loads(troth("import", "instatus", file, "--json"))
    assert told["incidents"]["new"] == 2 * len(_NAUGHTY)
    again = json.loads(troth("import", "instatus", file, "--json"))
    assert again["incidents"] == {"new": 0, "changed": 0, "same": 2 * len(_NAUGHTY)}
    assert again["components_declared"] == []
    names = set(Incident.objects.values_list("name", flat=True))
    assert {"<script>alert(1)</script>", "'; DROP TABLE incident; --", "�"} <= names


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00+14:00", 1e300, "99999-01-01", "soon", {}])
def test_an_instant_beyond_all_calendars_is_refused_alone(troth, tmp_path, instant):
    well = {"id": "1", "name": "Well", "started": "2024-05-01T10:00:00Z", "status": "RESOLVED"}
    file = tmp_path / "odd.json"
    file.write_text(json.dumps({"incidents": [well, {**well, "id": "2", "started": instant}]}))
    told = json.loads(troth("import", "instatus", file, "--json", code=1))
    assert told["incidents"]["new"] == 1
    assert [one["id"] for one in told["refused"]] == ["2"]


def test_what_is_larger_than_we_read_is_refused_before_it_fills_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "_MOST", 1 << 20)
    (tmp_path / "bomb.json").write_bytes(gzip.compress(b" " * (8 << 20)))
    with pytest.raises(Unreadable, match="larger than 1 MB once unpacked: export it in parts"):
        reading.text(tmp_path / "bomb.json")


_READ = """
import resource, sys
from pathlib import Path
from troth.incidents.importing import reading
assert len(reading.data(Path(sys.argv[1]))["incidents"]) > 1000
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.long
def test_a_file_of_100_mb_needs_less_than_a_gigabyte(tmp_path):
    one = json.dumps({"id": "x", "name": "Slow", "body": "We look into it. " * 20,
                      "started": "2024-05-01T10:00:00Z"})  # fmt: skip
    file = tmp_path / "large.json"
    file.write_text(f'{{"incidents": [{", ".join([one] * (100_000_000 // len(one)))}]}}')
    done = subprocess.run([sys.executable, "-c", _READ, str(file)], capture_output=True, text=True,
                          check=True)  # fmt: skip
    assert int(done.stdout) * 1024 < 1_000_000_000
