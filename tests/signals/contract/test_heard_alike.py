"""When the newest of some rows was recorded: of those asked for, whatever lies beside them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from troth.signals import actions, queries
from troth.signals.envelope import Signal
from troth.signals.expressions import parse
from troth.signals.models import SegmentFile
from troth.signals.store import Heard
from troth.signals.stores import hearing

START = datetime(2026, 5, 1, 12, tzinfo=UTC)


def at(minutes):
    return START + timedelta(minutes=minutes)


def sealed(kind, minutes, *, key=None, **more):
    told = Signal(source="s", kind=kind, happened_at=at(minutes), key=key or f"{kind}{minutes}",
                  **more)  # fmt: skip
    actions.accept(batches=[[told]], door="test", now=at(minutes))
    actions.seal(now=at(minutes))


def heard(*kinds, where=None, **more):
    asked = Heard(kinds=kinds, where=where and parse(where, role="condition"), **more)
    return queries.store().heard([asked])[0]


def compact(minutes):
    actions.tidy(now=at(minutes))
    actions.compact(now=at(minutes))


@pytest.fixture
def neighbours(adapter):
    """Let one kind speak once and another for hours; then merge the files of the day."""
    sealed("silent", 0)
    for minutes in range(1, 20):
        sealed("loud", minutes * 10, segment={"p": "b" if minutes > 3 else "a"})
    compact(3 * 1440)
    return adapter


@pytest.mark.mission("S2.6")
def test_a_silent_kind_does_not_speak_by_the_files_of_its_neighbour(neighbours):
    if neighbours == "embedded":
        (file,) = SegmentFile.objects.filter(removed_at=None, role="rows")
        assert file.kinds == ["loud", "silent"], "they lie in one file"
    assert queries.last_recorded(["silent"]) == at(0)
    assert queries.last_recorded(["loud"]) == at(190)
    assert queries.last_recorded(["silent", "loud"]) == queries.last_recorded([]) == at(190)
    assert queries.last_recorded(["nobody"]) is None
    sealed("silent", 5000)
    assert queries.last_recorded(["silent"]) == at(5000)
    assert queries.last_recorded(["loud"]) == at(190)


def test_a_condition_chooses_among_rows_of_a_kind(neighbours):
    assert heard("loud", where="segment.p = 'a'") == at(30)
    assert heard("loud", where="segment.p = 'b'") == at(190)
    assert heard(where="segment.p = 'a'") == at(30)
    assert heard("loud", "silent", where="segment.q = 'a'") is None
    assert heard("silent", where="segment.p is null") == at(0)
    zone = ZoneInfo("Asia/Kolkata")  # 12:00 UTC is 17:30 there
    assert heard("loud", where="hour(happened_at) = 18", zone=zone) == at(80)
    assert heard("loud", where="hour(happened_at) = 18") is None
    assert heard("loud", where="hour(happened_at) = 14") == at(170)


def test_what_is_older_than_asked_for_is_not_told(neighbours):
    assert heard("loud", after=at(189)) == at(190)
    assert heard("loud", after=at(190)) is None
    assert heard("silent", after=at(60)) is None
    assert heard("loud", where="segment.p = 'a'", after=at(30)) is None
    assert heard("loud", where="segment.p = 'a'", after=at(29)) == at(30)


def test_a_revision_is_a_sign_of_life_and_a_repeat_is_none(adapter):
    assert queries.last_recorded([]) is None
    sealed("order", 0, key="a")
    sealed("order", 10, key="a", version=2, outcome="failed")
    told = Signal(source="s", kind="order", happened_at=at(10), key="a", version=2,
                  outcome="failed")  # fmt: skip
    actions.accept(batches=[[told]], door="test", now=at(20))
    actions.seal(now=at(20))
    compact(3 * 1440)
    assert queries.last_recorded(["order"]) == at(10)
    sealed("order", 5000, key="a", version=1)
    compact(2 * 5000)
    assert queries.last_recorded(["order"]) == at(5000), "an old version that came late came, too"


def test_many_are_asked_at_once_each_answered_for_itself(neighbours):
    asked = [
        Heard(kinds=("loud",), where=parse(f"value is null and weight < {n}", role="condition"))
        for n in range(100)
    ] + [Heard(kinds=("silent",)), Heard()]
    found = queries.store().heard(asked)
    assert found == [None, None] + [at(190)] * 98 + [at(0), at(190)]


@pytest.mark.parametrize("adapter", ["embedded"], indirect=True)
def test_a_file_is_read_once_and_only_where_it_can_tell_of_something_newer(neighbours, monkeypatch):
    read = []
    plain = hearing._newest
    monkeypatch.setattr(hearing, "_newest", lambda *given: read.append(1) or plain(*given))
    for _ in range(3):
        assert queries.last_recorded(["silent"]) == at(0)
    assert len(read) == 1
    sealed("loud", 5000)
    for _ in range(3):
        assert queries.last_recorded(["loud"]) == at(5000)
    assert len(read) == 1, "the newest file holds nothing else, the others are older"
