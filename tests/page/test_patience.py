"""What tells of now is written first; pages that can wait follow, and nothing lies meanwhile."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from tests.page.leaves import leaf, now
from tests.page.support import NOON
from tests.page.test_front import Browser
from tests.page.test_status_live import component, opened
from tests.running import wait_for
from troth.components.rules.results import Status
from troth.core import clock
from troth.incidents import actions as incidents
from troth.incidents.actions import Message
from troth.page import actions, folder, jobs
from troth.page.front import Front
from troth.page.sheets import Patience, Sheet

MINUTE = timedelta(minutes=1)
ROOT = Path(__file__).parents[2]


def write(place, *sheets, turns=0, at=NOON):
    """Write; of what can wait, so many are made."""
    left = iter(range(turns))
    with folder.alone(place):
        return folder.write(
            place, sheets=sheets, pulse=folder.Pulse("a", "b"), now=at,
            stop=lambda: next(left, None) is None,
        )[0]  # fmt: skip


def read(place, name):
    return (place / "current" / name / "index.html").read_text()


def test_what_can_wait_stands_as_it_was_until_there_is_time(tmp_path):
    write(tmp_path, now("one"), leaf("shop", "up"), leaf("mail", "up"), turns=2)
    found = write(tmp_path, now("two"), leaf("shop", "down"), leaf("mail", "down"), turns=1)
    assert (found.waiting, found.missing) == (1, [])
    assert (tmp_path / "current/index.html").read_text().startswith("two")
    assert "shop down" in read(tmp_path, "shop")
    assert "mail up" in read(tmp_path, "mail")
    found = write(tmp_path, now("two"), leaf("shop", "down"), leaf("mail", "down"), turns=9)
    assert found.waiting == 0
    assert "mail down" in read(tmp_path, "mail")


def test_what_says_something_new_goes_before_what_only_aged(tmp_path):
    names = ("a", "b", "c")
    write(tmp_path, *(leaf(name, "up") for name in names), turns=3)
    made = []
    some = [leaf("a", "up", "b", made), leaf("b", "up", "b", made), leaf("new", "up", "b", made),
            leaf("c", "down", "b", made)]  # fmt: skip
    write(tmp_path, *some, turns=2)
    assert made == ["c", "new"]


def test_a_style_that_waiting_pages_ask_for_stays_until_they_are_new(tmp_path):
    def style(name):
        return Sheet(f"assets/{name}.css", name, lambda: b"p{}", immutable=True)

    write(tmp_path, style("old"), leaf("shop", "up", "old"), turns=1)
    write(tmp_path, style("new"), leaf("shop", "up", "new"))
    names = {path.name for path in (tmp_path / "current/assets").iterdir()}
    assert names == {"old.css", "new.css"}
    write(tmp_path, style("new"), leaf("shop", "up", "new"), turns=1)
    assert [path.name for path in (tmp_path / "current/assets").iterdir()] == ["new.css"]


def test_a_page_that_is_still_to_be_written_is_not_called_unknown(tmp_path):
    write(tmp_path, now("one"), now("gone", "404.html"), leaf("shop", "up"))
    front = Front(folder=tmp_path, behind=lambda: None, passed=("/desk",), secure=False)
    assert Browser(front)("/shop/").status == 503
    assert Browser(front)("/shop").status == 503
    assert Browser(front)("/nothing/").status == 404
    write(tmp_path, now("one"), now("gone", "404.html"), leaf("shop", "up"), turns=1)
    time.sleep(0.25)
    assert Browser(front)("/shop/").status == 200


def test_a_folder_used_again_holds_what_its_list_says_and_nothing_else(tmp_path):
    for minute in range(12):
        some = [leaf(f"page-{n}", f"{minute if n == minute % 3 else 0}") for n in range(6)]
        some = [one for one in some if one.path != f"page-{minute % 6}/index.html"]
        write(tmp_path, now(f"{minute} "), *some, turns=9, at=NOON + minute * MINUTE)
        root = (tmp_path / "current").resolve()
        there = {str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()}
        listed = folder.current(tmp_path).files
        plain = {name for name in there if not name.endswith((".br", ".gz", ".zst"))}
        assert plain == {*listed, "files.json"}
        assert len(there) == 1 + sum(1 + len(entry.codings) for entry in listed.values())
        assert all(any(p.iterdir()) for p in root.rglob("*") if p.is_dir())
        for one in some:
            assert (root / one.path).read_bytes() == one.make()


def test_revisions_keep_their_order_when_the_clock_jumps_back(tmp_path):
    for minute in (0, 1, -600, -599, -598, -1200, 2, 3):
        write(tmp_path, now(f"{minute} "), at=NOON + minute * MINUTE)
        assert (tmp_path / "current/index.html").read_text().startswith(f"{minute} ")
        names = sorted(path.name for path in (tmp_path / "revisions").iterdir())
        assert (tmp_path / "current").resolve().name == names[-1]
        assert len(names) <= folder.KEPT


def test_a_full_disk_leaves_the_page_as_it_was_and_nothing_half_written(tmp_path):
    for minute in range(6):
        write(tmp_path, now(f"{minute} "), at=NOON + minute * MINUTE)
    before = sorted(path.name for path in (tmp_path / "revisions").iterdir())

    def full():
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        write(tmp_path, now("6 "), Sheet("b.html", "b", full), at=NOON + 6 * MINUTE)
    assert (tmp_path / "current/index.html").read_text().startswith("5 ")
    after = {path.name for path in (tmp_path / "revisions").iterdir()}
    assert after < set(before)
    write(tmp_path, now("7 "), at=NOON + 7 * MINUTE)
    assert (tmp_path / "current/index.html").read_text().startswith("7 ")


WRITING = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.page.leaves import leaf, now
from troth.page import folder
place = Path({place!r})
def slow():
    time.sleep(0.01)
    return False
number = 0
while True:
    number += 1
    with folder.alone(place):
        sheets = [now(f"{{number}} "), *(leaf(f"page-{{n}}", f"{{number}}") for n in range(30))]
        turns = iter(range(20))
        folder.write(place, sheets=sheets, pulse=folder.Pulse(f"{{number}}", ""),
                     now=datetime.now(UTC), stop=lambda: slow() or next(turns, None) is None)
"""


def whole(place):
    """Return whether each file of the current page is there as its list says."""
    import hashlib

    root = (place / "current").resolve(strict=True)
    manifest = folder.current(place)
    bodies = {name: (root / name).read_bytes() for name in manifest.files}
    return all(
        hashlib.sha256(body).hexdigest() == manifest.files[name].sha256
        for name, body in bodies.items()
    )


@pytest.mark.mission("S3.16")
def test_two_that_write_at_once_and_are_killed_leave_a_page_that_is_whole(tmp_path):
    write(tmp_path, now("0 "))
    code = WRITING.format(root=str(ROOT), place=str(tmp_path))
    for turn in range(4):
        before = folder.current(tmp_path).revision
        both = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(2)]
        wait_for("a page of theirs", lambda b=before: folder.current(tmp_path).revision != b)
        time.sleep(turn * 0.13)
        for process in both:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        assert whole(tmp_path)
    write(tmp_path, now("last "))
    assert whole(tmp_path)
    names = [path.name for path in (tmp_path / "revisions").iterdir()]
    assert len(names) <= folder.KEPT
    assert all((tmp_path / "revisions" / name / "files.json").exists() for name in names)


@pytest.fixture
def services(db, place):
    with clock.frozen(NOON):
        uids = [component(f"part-{number}") for number in range(30)]
        actions.publish(now=NOON)
        yield uids


def test_the_end_of_a_day_makes_no_change_wait(services, place, monkeypatch):
    row = opened("Payments fail", {services[0]: Status.MAJOR})
    tomorrow = NOON + timedelta(days=1)
    monkeypatch.setattr(actions, "TURN", 0.0)
    with clock.frozen(tomorrow):
        assert jobs.publish(now=tomorrow) > 0
        before = actions.left()
        assert before > 30
        message = Message(body="A disk was full.", problem="a", affects="b", workaround="c")
        incidents.update(uid=row.uid, message=message, by="Ada", now=tomorrow)
        assert jobs.is_due(now=tomorrow)
        jobs.publish(now=tomorrow)
        assert "A disk was full." in (place / "current/index.html").read_text()
        monkeypatch.setattr(actions, "TURN", 60.0)
        while jobs.is_due(now=tomorrow):
            jobs.publish(now=tomorrow)
        assert actions.left() == 0


def test_what_happens_while_old_pages_are_made_ends_that_turn(services, place, monkeypatch):
    tomorrow = NOON + timedelta(days=1)
    made = []
    real = folder.Draft._make

    def slowly(self, sheet):
        made.append(sheet.path)
        if sheet.patience is Patience.ALWAYS:
            time.sleep(0.03)
            if len(made) > 40 and not opened_by:
                opened_by.append(opened("Payments fail", {services[0]: Status.MAJOR}))
        real(self, sheet)

    opened_by = []
    monkeypatch.setattr(folder.Draft, "_make", slowly)
    with clock.frozen(tomorrow):
        began = time.monotonic()
        actions.publish(now=tomorrow, within=60)
        assert opened_by
        assert time.monotonic() - began < 20
        assert actions.left() > 0
        actions.publish(now=tomorrow, within=0)
        assert "Payments fail" in (place / "current/index.html").read_text()


def test_the_command_writes_all_of_it(services, place):
    found = actions.publish_all(now=NOON)
    assert found.waiting == actions.left() == 0
    assert threading.active_count() < 20
