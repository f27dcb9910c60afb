"""Two sealers at once, strings that hurt, and files that go only when nobody reads them."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from troth.core.windows import DAY, Span
from troth.signals import actions, envelope, intake, queries, spool
from troth.signals.envelope import Signal
from troth.signals.expressions import parse
from troth.signals.intake import Parcel
from troth.signals.models import Change, Erasure, Inbox, Retention, SegmentFile
from troth.signals.store import Filter, Question
from troth.signals.stores import janitor, loading, manifest
from troth.signals.stores.duck import connection
from troth.signals.stores.reading import Reader

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)

SEALER = """
import django, sys
django.setup()
from datetime import UTC, datetime
from troth.signals import actions, queries
rows = 0
while queries.inbox_depth().signals:
    rows += actions.seal(now=datetime(2026, 5, 1, tzinfo=UTC), limit_rows=300).rows
print(rows)
"""


@pytest.fixture
def home(settings, tmp_path, db):
    from dataclasses import replace

    settings.TROTH = replace(settings.TROTH, data_dir=tmp_path, signal_store="embedded")
    return tmp_path


def sealed(*signals, now=NOW):
    actions.accept(batches=[list(signals)], door="test", now=now)
    return actions.seal(now=now)


def signal(key, **more):
    return Signal(**{"source": "s", "kind": "k", "happened_at": NOW, "key": key, **more})


@pytest.mark.mission("S2.6")
@pytest.mark.parametrize("written", ["now", "before subjects had a type"])
def test_a_case_without_subjects_is_claimed_by_one_with(home, written, monkeypatch):
    """Files of a batch in which nobody has a subject had a column without a type."""
    if written != "now":
        monkeypatch.setattr(loading, "SUBJECT", "hidden AS subject")
    sealed(signal("warm"))  # a process knows the cases of its files from its second sealing on
    sealed(signal("a"))
    sealed(signal("h", subject="ada", supersedes="a"))
    sealed(signal("a", version=1))
    actions.forget(subject="ada", now=NOW)
    sealed(signal("a", version=2, subject="ben"))
    actions.compact(now=NOW + timedelta(days=1))
    shown = queries.store().cases(Filter(), order="recorded_at", limit=10).cases
    assert {(one.key, one.subject is None) for one in shown} == {("warm", True), ("h", True)}


@pytest.mark.mission("S2.6")
def test_of_two_sealers_at_once_each_row_is_won_by_exactly_one(tmp_path):
    environment = {**os.environ, "TROTH_DATA": str(tmp_path), "TROTH_DATABASE_URL": "",
                   "DJANGO_SETTINGS_MODULE": "troth.config.settings"}  # fmt: skip
    prepare = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from datetime import UTC, datetime
from troth.signals import actions
from troth.signals.envelope import Signal
now = datetime(2026, 5, 1, tzinfo=UTC)
for batch in range(40):
    actions.accept(batches=[[Signal(source="s", kind="k", happened_at=now, id=f"{batch}-{n}")
                             for n in range(100)]], door="test", now=now)
"""
    count = """
import django
django.setup()
from troth.signals import queries
from troth.signals.store import Filter
from troth.signals.models import SegmentFile
from troth.signals.stores import manifest
store = queries.store()
print(store.cases(Filter()).total, store.statistics().rows,
      len(list(manifest.folder().rglob("*.parquet"))) - SegmentFile.objects.count())
"""

    def run(code):
        return subprocess.Popen([sys.executable, "-c", code], env=environment, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip

    with run(prepare) as first:
        first.communicate(timeout=100)
    assert first.returncode == 0
    sealers = [run(SEALER) for _ in range(3)]
    said = [sealer.communicate(timeout=200) for sealer in sealers]
    assert [sealer.returncode for sealer in sealers] == [0, 0, 0], said
    assert sum(int(out.strip().splitlines()[-1]) for out, _ in said) == 4000
    out, _ = run(count).communicate(timeout=60)
    assert out.split() == ["4000", "4000", "0"]


def naughty(folder):
    """Return a signal for each string that can be written as JSON: key, id, subject, attribute."""
    strings = json.loads((folder / "messy" / "blns" / "blns.json").read_text())
    strings += ["'; DROP TABLE signals_inbox; --", "\\", "\\'", "%", "_", "a'b\"c`d", "\u2028"]
    made = {
        text[:200]: Signal(source="s", kind="k", happened_at=NOW, key=text[:200], id=str(n),
                           segment={"said": text[:100]}, subject=text[:200])
        for n, text in enumerate([*strings, "😀" * 50]) if text
    }  # fmt: skip
    return list(made.values())


def has_controls(signal):
    return any(ord(letter) < 32 or ord(letter) == 127 for letter in signal.key)


@pytest.mark.shared
def test_a_control_character_is_refused_and_nothing_else(shared):
    for made in naughty(shared):
        assert bool(envelope.refusals([made])) == has_controls(made), ascii(made.key)
        assert bool(envelope.refusals([made], envelope.encode_lines([made]))) == has_controls(made)


@pytest.mark.shared
def test_every_naughty_string_comes_back_unharmed(home, shared):
    taken = [made for made in naughty(shared) if not has_controls(made)]
    assert len(taken) > 450
    assert sealed(*taken).rows == len(taken)
    store = queries.store()
    for made in taken:
        [row] = store.history(source="s", key=made.key)
        assert (row.key, row.segment) == (made.key, made.segment)
        quoted = made.segment["said"].replace("'", "''")
        where = parse(f"segment.said = '{quoted}'", role="condition")
        assert made.key in {row.key for row in store.cases(Filter(where=where)).cases}


def test_a_reader_that_listed_old_files_is_not_disturbed_by_compaction(home):
    for n in range(20):
        sealed(signal(f"case-{n}"), now=NOW + timedelta(seconds=n))
    later = NOW + timedelta(days=2)
    with connection() as con:
        reader = Reader(con)
        listed = reader.scan(reader.manifest.rows)
        assert actions.compact(now=later) == 1
        assert reader.rows(f"SELECT count(*) FROM {listed}") == [(20,)]  # noqa: S608 - our own
        janitor.clean(now=later + timedelta(minutes=5))
        assert reader.rows(f"SELECT count(*) FROM {listed}") == [(20,)]  # noqa: S608 - our own
    janitor.clean(now=later + timedelta(minutes=11))
    assert len(list(manifest.folder().rglob("*.parquet"))) == 1 == SegmentFile.objects.count()


def test_a_file_that_never_came_to_count_goes_after_an_hour(home):
    sealed(signal("a"))
    orphan = manifest.folder() / "2026/05/01/sig_orphan.parquet"
    orphan.write_bytes(b"half a file")
    os.utime(orphan, (NOW.timestamp(), NOW.timestamp()))
    janitor.clean(now=NOW + timedelta(minutes=59))
    assert orphan.exists()
    janitor.clean(now=NOW + timedelta(minutes=61))
    assert not orphan.exists()
    assert queries.store().cases(Filter()).total == 1


@pytest.mark.mission("S2.65")
def test_a_forgotten_person_is_gone_at_once_and_from_the_files_later_while_counts_stay(home):
    sealed(signal("a", subject="cleo"), signal("b", subject="dov"))
    store = queries.store()
    hashed = store.history(source="s", key="a")[0].subject
    files = lambda: b"".join(p.read_bytes() for p in manifest.folder().rglob("*.parquet"))  # noqa: E731
    actions.forget(subject="cleo", now=NOW + timedelta(hours=1))
    assert [row.subject for row in store.history(source="s", key="a")] == [None]
    where = parse(f"subject = '{hashed}'", role="condition")
    assert store.cases(Filter(where=where)).total == 0
    assert store.cases(Filter(where=parse("subject is null", role="condition"))).total == 1
    for days in (1, 2, 3):
        actions.compact(now=NOW + timedelta(days=days))
    assert hashed.encode() not in files()
    erasure = Erasure.objects.get()
    assert (erasure.subject_hash, erasure.done_at is None) == ("", False)
    assert store.cases(Filter()).total == 2
    assert store.history(source="s", key="b")[0].subject is not None
    sealed(signal("c", subject="cleo"), now=NOW + timedelta(days=4))
    assert store.history(source="s", key="c")[0].subject == hashed


def test_what_is_sealed_after_a_person_was_forgotten_does_not_show_them_either(home):
    actions.accept(batches=[[signal("a", subject="cleo")]], door="test", now=NOW)
    actions.forget(subject="cleo", now=NOW + timedelta(seconds=1))
    actions.seal(now=NOW + timedelta(seconds=2))
    assert queries.store().history(source="s", key="a")[0].subject is None


def test_a_kind_is_kept_as_long_as_its_retention_says_and_others_stay(home):
    old = NOW - timedelta(days=40)
    sealed(signal("a", happened_at=old), signal("b"), signal("c", kind="other", happened_at=old))
    sealed(signal("d", happened_at=old))
    Retention.objects.create(kind="k", days=30)
    assert actions.retain(now=NOW) == 2
    assert {row.key for row in queries.store().cases(Filter()).cases} == {"b", "c"}
    assert actions.retain(now=NOW) == 0


@pytest.mark.mission("S2.7")
def test_a_change_is_told_for_the_days_that_rows_came_to_and_those_they_left(home):
    sealed(signal("a", due_at=NOW + timedelta(days=1)), signal("b"))
    Change.objects.all().delete()
    sealed(signal("a", version=1, due_at=NOW + timedelta(days=3)))
    told = set(Change.objects.values_list("kind", "column", "day"))
    days = [(NOW + timedelta(days=n)).date() for n in range(4)]
    assert told == {
        ("k", "happened_at", days[0]),
        ("k", "due_at", days[1]),
        ("k", "due_at", days[3]),
    }


def test_a_repeat_leaves_no_trace_but_its_number(home):
    sealed(signal("a", id="1"), signal("b"))
    Change.objects.all().delete()
    files = SegmentFile.objects.count()
    again = sealed(signal("a", id="1"), signal("b"))
    assert (again.rows, again.repeated) == (0, 2)
    assert SegmentFile.objects.count() == files
    assert not Change.objects.exists()
    assert not Inbox.objects.exists()


@pytest.mark.parametrize("gap", [timedelta(hours=1), timedelta(days=3), timedelta(days=30)])
def test_a_delivery_is_known_again_after_compaction(home, gap):
    sealed(signal("a", id="1"), signal("b"), signal(None, id="2"))
    actions.compact(now=NOW + gap)
    again = sealed(signal("b"), signal(None, id="2"), now=NOW + gap)
    assert again.repeated == 2
    known = sealed(signal("a", id="1"), now=NOW + gap).repeated
    assert known == (1 if gap < timedelta(days=7) else 0)
    assert queries.store().cases(Filter()).total == 3


def test_signals_that_contradict_themselves_are_kept_and_flagged(home):
    sealed(
        signal("a", resolved_at=NOW - timedelta(seconds=1)),
        signal("b", happened_at=NOW + timedelta(minutes=6)),
        signal("c", happened_at=NOW + timedelta(minutes=4), resolved_at=NOW + timedelta(days=1)),
    )
    store = queries.store()
    for flag, keys in (("resolved-before-happened", {"a"}), ("future", {"b"})):
        page = store.cases(Filter(flagged=flag))
        assert {row.key for row in page.cases} == keys
        assert all(flag in row.flags for row in page.cases)
    assert store.cases(Filter()).total == 3


def test_quantiles_of_merged_sketches_are_near_the_exact_ones(home):
    from datasketches import kll_doubles_sketch

    rows = [signal(f"{n}", value=float(n % 1000), happened_at=NOW + timedelta(hours=n % 72))
            for n in range(5000)]  # fmt: skip
    sealed(*rows, now=NOW + timedelta(days=4))
    asked = Question(kinds=("k",), time=parse("happened_at", role="time"), sketch=True,
                     value=parse("value", role="number"))  # fmt: skip
    span = Span(NOW - timedelta(days=1), NOW + timedelta(days=5))
    [tallies] = queries.store().tally([asked], span=span, zone=ZoneInfo("UTC"), grain=DAY)
    merged = kll_doubles_sketch(200)
    for tally in tallies:
        merged.merge(kll_doubles_sketch.deserialize(tally.sketch))
    assert merged.n == 5000
    assert abs(merged.get_quantile(0.9) - 900) < 25


def test_many_small_requests_are_sealed_in_turns(home):
    rows = 10_500
    parcels = [
        Parcel(NOW, "test", 1, spool.pack(envelope.encode_lines([signal(f"case-{n}")])))
        for n in range(rows)
    ]
    intake.put(parcels)
    assert [actions.seal(now=NOW).rows for _ in range(3)] == [10_000, 500, 0]
    assert queries.store().cases(Filter()).total == rows
