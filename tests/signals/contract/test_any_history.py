"""Any history of signals, sealed in any portions, gives on every adapter what plain rules give."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from hypothesis import HealthCheck, given, note
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.signals.contract.conftest import empty
from tests.signals.contract.known import Known
from troth.core.windows import DAY, Span, bucket_start
from troth.signals import actions, queries
from troth.signals.envelope import Signal
from troth.signals.expressions import parse
from troth.signals.models import Inbox
from troth.signals.store import Filter, Question

LONG = hypothesis_settings.get_current_profile_name() == "long"
EXAMPLES = hypothesis_settings(
    suppress_health_check=list(HealthCheck), deadline=None, max_examples=1000 if LONG else 20
)
START = datetime(2026, 3, 28, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
ALWAYS = Span(START - timedelta(days=400), START + timedelta(days=400))
HOURS = st.integers(-40, 40).map(lambda hours: START + timedelta(hours=hours))

signals = st.builds(
    Signal,
    source=st.sampled_from(["shop", "web"]),
    kind=st.sampled_from(["delivery", "visit"]),
    happened_at=HOURS,
    key=st.sampled_from(["a", "b", "c"]),
    id=st.sampled_from([None, None, "1", "2"]),
    version=st.sampled_from([0, 0, 0, 1, 2]),
    subject=st.sampled_from([None, None, "ada", "ben"]),
    segment=st.sampled_from([{}, {"plan": "pro"}, {"plan": "free", "size": 3}]),
    due_at=st.none() | HOURS,
    resolved_at=st.none() | HOURS,
    value=st.sampled_from([None, 1.0, 2.5, -3.0]),
    weight=st.sampled_from([1, 1, 4]),
    supersedes=st.sampled_from([None, None, None, "a", "b", "c"]),
)
steps = st.lists(
    st.one_of(
        st.lists(signals, min_size=1, max_size=6),
        st.sampled_from(["seal", "seal", "seal", "tidy", "compact", "forget", "again"]),
    ),
    min_size=1,
    max_size=14,
)


class Play:
    """A history told to the store and to the plain rules, step by step."""

    def __init__(self):
        self.known, self.now = Known(settings.TROTH.subject_key), START
        self.waiting, self.sent = [], []

    def seal(self):
        sealed = actions.seal(now=self.now)
        assert sealed.repeated == self.known.seal(self.waiting)
        self.waiting = []

    def tidy(self):
        actions.tidy(now=self.now)

    def compact(self):
        self.now += timedelta(days=1)
        actions.compact(now=self.now)

    def forget(self):
        actions.forget(subject="ada", now=self.now)
        self.known.forgotten.append((self.known.hashed("ada"), self.now))

    def again(self):
        if self.sent:
            self.send(self.sent)

    def send(self, batch):
        self.sent = batch
        actions.accept(batches=[batch], door="test", now=self.now)
        row = Inbox.objects.latest("pk")
        self.waiting += [(s, self.now, (row.pk << 24) + n) for n, s in enumerate(batch)]


def played(history):
    """Play a history on the store and on the plain rules; return both at its end."""
    note(f"history = {history!r}")
    play = Play()
    for step in [*history, "seal"]:
        play.now += timedelta(minutes=7)
        if isinstance(step, str):
            getattr(play, step)()
        else:
            play.send(step)
    return play.known, play.now


@pytest.mark.mission("S2.6", "S2.7")
@hypothesis_settings(parent=EXAMPLES)
@given(history=steps, hours_back=st.none() | st.integers(0, 200))
def test_the_store_agrees_with_the_plain_rules(adapter, history, hours_back):
    empty()
    known, now = played(history)
    as_of = None if hours_back is None else now - timedelta(minutes=hours_back)
    store = queries.store()
    current = known.current(as_of)

    listed = store.cases(Filter(as_of=as_of), order="recorded_at", limit=500)
    assert {row.seq for row in listed.cases} == {v.seq for v in current}
    assert listed.total == len(current)
    assert {row.seq: row.subject for row in listed.cases} == {
        v.seq: known.shown(v) for v in current
    }

    question = Question(
        kinds=("delivery",), time=parse("due_at", role="time"),
        good=parse("resolved_at <= due_at", role="condition"),
        value=parse("value", role="number"), by=("plan",),
    )  # fmt: skip
    [tallies] = store.tally([question], span=ALWAYS, zone=BERLIN, grain=DAY, as_of=as_of)
    assert {
        (t.bucket, t.segment): (t.good, t.total, t.n, t.sum, t.squares) for t in tallies
    } == counted(current)


def counted(versions):
    """Count deliveries by their due day in Berlin and their plan, one after the other."""
    sums = {}
    for version in versions:
        signal = version.signal
        if signal.kind != "delivery" or signal.due_at is None:
            continue
        place = (bucket_start(signal.due_at, BERLIN, DAY), (signal.segment.get("plan"),))
        good, total, n, added, squares = sums.get(place, (0, 0, 0, 0.0, 0.0))
        kept = signal.resolved_at is not None and signal.resolved_at <= signal.due_at
        value, weight = signal.value, signal.weight
        sums[place] = (
            good + weight * kept, total + weight, n + weight * (value is not None),
            added + weight * (value or 0), squares + weight * (value or 0) ** 2,
        )  # fmt: skip
    return sums


@hypothesis_settings(parent=EXAMPLES)
@given(history=steps)
def test_the_history_of_a_case_holds_every_version_and_when_it_stopped_counting(adapter, history):
    empty()
    known, _ = played(history)
    for key in "abc":
        versions = sorted(known._case("shop", key), key=lambda v: v.moment)
        rows = queries.store().history(source="shop", key=key)
        assert [row.seq for row in rows] == [v.seq for v in versions]
        for row, version in zip(rows, versions, strict=True):
            assert row.segment == {name: str(text) for name, text in version.signal.segment.items()}
            assert row.recorded_at == version.recorded_at
            moments = sorted({v.recorded_at for v in known.versions} | {row.recorded_at})
            seen = [at for at in moments if known.counts(version, at)]
            ended = [at for at in moments if at > row.recorded_at and at not in seen]
            if seen:
                assert row.replaced_at == min(ended, default=None)
            else:
                assert row.replaced_at == row.recorded_at
