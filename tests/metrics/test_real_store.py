"""The same law with the store that ships: inbox, sealer, Parquet, DuckDB."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.metrics.oracle import Memory
from tests.metrics.test_tallying import FOLLOWED, NOON, ON_TIME, recounted, standing
from tests.metrics.test_tallying import signals as any_signal
from troth.core.windows import DAY, HOUR, Span
from troth.metrics import actions, jobs, queries
from troth.metrics.models import Dirty
from troth.metrics.rules import Measure
from troth.signals import actions as signals
from troth.signals import queries as signal_queries
from troth.signals.envelope import Signal
from troth.signals.models import Change, Retention, SegmentFile


def take(*given: Signal, at: datetime) -> None:
    signals.accept(batches=[list(given)], door="test", now=at)
    signals.seal(now=at)


class Story:
    """An installation and an oracle beside it, told the same."""

    def __init__(self) -> None:
        self.memory = Memory()
        self.now = NOON
        self.waiting: list[Signal] = []
        self.followed = [actions.follow(measure=ON_TIME, zone="America/Sao_Paulo", grain=DAY)]

    def record(self, given: list[Signal]) -> None:
        for signal in given:
            self.memory.record(signal, self.now)
        signals.accept(batches=[given], door="test", now=self.now)

    def seal(self, _: None) -> None:
        signals.seal(now=self.now)

    def tally(self, _: None) -> None:
        signals.seal(now=self.now)
        jobs.tally(now=self.now)

    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    def compact(self, _: None) -> None:
        signals.seal(now=self.now)
        signals.compact(now=self.now)

    def forget(self, who: str) -> None:
        signals.forget(subject=who, now=self.now)

    def follow(self, which: int) -> None:
        measure, zone, grain = FOLLOWED[which]
        self.followed.append(actions.follow(measure=measure, zone=zone, grain=grain))


def _one_way(signal: Signal) -> Signal:
    """Let only z supersede, and only a: chains are the store's own tests' business."""
    said = {name: getattr(signal, name) for name in signal.__struct_fields__}
    return Signal(**said | {"supersedes": "a" if signal.key == "h" else None})


stories = st.lists(
    st.one_of(
        st.tuples(st.just("record"), st.lists(any_signal.map(_one_way), min_size=1, max_size=4)),
        st.tuples(st.just("seal"), st.none()),
        st.tuples(st.just("tally"), st.none()),
        st.tuples(st.just("compact"), st.none()),
        st.tuples(st.just("forget"), st.sampled_from(["ada", "ben"])),
        st.tuples(st.just("wait"), st.integers(0, 60 * 72)),
        st.tuples(st.just("follow"), st.integers(0, 7)),
    ),
    max_size=16,
)


@pytest.mark.mission("S2.6")
@given(stories)
@settings(
    max_examples=300 if settings.get_current_profile_name() == "long" else 15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_with_the_embedded_store_tallies_equal_a_full_recount(clean, steps):
    clean()
    SegmentFile.objects.all().delete()
    story = Story()
    for verb, what in steps:
        getattr(story, verb)(what)
    story.now += timedelta(seconds=1)
    story.tally(None)
    for series in story.followed:
        assert standing(series) == recounted(story.memory, series, now=story.now)
    assert not Dirty.objects.exists()


@pytest.mark.django_db
def test_percentiles_come_from_all_buckets_and_segments_together():
    measure = Measure(
        kinds=("call",), value="seconds(happened_at, resolved_at)", by=("country",), sketch=True
    )
    series = actions.follow(measure=measure, zone="UTC", grain=DAY)
    calls = [
        Signal(source="desk", kind="call", key=f"c{n}", happened_at=NOON - timedelta(hours=n % 200),
               resolved_at=NOON - timedelta(hours=n % 200) + timedelta(seconds=n),
               segment={"country": "DE" if n % 3 else "FR"})
        for n in range(1, 1001)
    ]  # fmt: skip
    take(*calls, at=NOON)
    jobs.tally(now=NOON)
    span = Span(NOON - timedelta(days=30), NOON)
    found = queries.percentiles(series=series.pk, span=span)
    assert found is not None
    assert (found.n, found.least, found.most) == (1000, 1.0, 1000.0)
    assert found.values == pytest.approx({0.5: 500, 0.9: 900, 0.99: 990}, abs=25)
    parts = queries.by_segment(series=series.pk, span=span)
    assert [(part.segment["country"], part.total) for part in parts] == [("DE", 667), ("FR", 333)]
    assert sum(part.sum for part in parts) == sum(range(1, 1001))
    kept = queries.tallies(series=[series.pk], span=span)
    assert int(kept.total.sum()) == 1000
    assert kept.squares.sum() == sum(n * n for n in range(1, 1001))


@pytest.mark.django_db
def test_a_zone_of_a_half_hour_and_a_skipped_midnight_place_cases_as_python_does():
    edges = [
        datetime(2018, 11, 4, 3, tzinfo=UTC),
        datetime(2024, 4, 6, 15, tzinfo=UTC),
        datetime(2009, 11, 1, 2, 30, tzinfo=UTC),
        datetime(2009, 11, 1, 3, tzinfo=UTC),
    ]
    odd = [
        Signal(source="s", kind="k", key=f"{n}-{m}", happened_at=edge + timedelta(microseconds=m))
        for n, edge in enumerate(edges)
        for m in (-1, 0, 1, 1_800_000_000, -1_800_000_000, 3_600_000_000)
    ]
    memory = Memory()
    for signal in odd:
        memory.record(signal, NOON)
    take(*odd, at=NOON)
    for zone in ("America/Sao_Paulo", "Australia/Lord_Howe", "America/St_Johns"):
        for grain in (DAY, HOUR):
            series = actions.follow(measure=Measure(), zone=zone, grain=grain)
            jobs.tally(now=NOON)
            assert standing(series) == recounted(memory, series, now=NOON)


@pytest.mark.django_db
@pytest.mark.mission("S2.9")
def test_any_measure_can_be_asked_as_of_an_earlier_day():
    case = {"source": "s", "kind": "k", "key": "a", "happened_at": NOON}
    take(Signal(**case, outcome="failed"), at=NOON)
    take(Signal(**case, outcome="ok", version=1), at=NOON + timedelta(days=2))
    measure = Measure(kinds=("k",), good="outcome = 'ok'")
    span = Span(NOON - timedelta(days=1), NOON + timedelta(days=3))
    zone = signal_zone()
    asked = {"measure": measure, "span": span, "zone": zone, "grain": DAY}
    assert [t.good for t in queries.ask(**asked)] == [1]
    assert [t.good for t in queries.ask(**asked, as_of=NOON + timedelta(days=1))] == [0]
    assert queries.ask(**asked, as_of=NOON - timedelta(days=1)) == []
    assert queries.ask(**asked, at=NOON - timedelta(seconds=1)) == []


def signal_zone():
    from zoneinfo import ZoneInfo

    return ZoneInfo("UTC")


@pytest.mark.django_db
def test_the_job_marks_for_every_change_and_drops_it_in_the_same_transaction():
    actions.follow(measure=Measure(), zone="UTC", grain=DAY)
    take(Signal(source="s", kind="k", key="a", happened_at=NOON), at=NOON)
    assert Change.objects.exists()
    jobs.tally(now=NOON)
    assert not Change.objects.exists()
    assert signal_queries.store().extent(("k",)).rows == 1


@pytest.mark.django_db
def test_retention_takes_signals_that_are_over_and_leaves_their_tallies():
    due = actions.follow(
        measure=Measure(kinds=("k",), time="due_at", good="resolved_at <= due_at"),
        zone="UTC", grain=DAY,
    )  # fmt: skip
    happened = actions.follow(measure=Measure(kinds=("k",)), zone="Europe/Berlin", grain=DAY)
    long_ago = NOON - timedelta(days=100)
    case = {"source": "s", "kind": "k", "happened_at": long_ago}
    take(
        Signal(**case, key="over", due_at=long_ago + timedelta(days=3), resolved_at=long_ago),
        Signal(**case, key="open", due_at=NOON + timedelta(days=3)),
        Signal(source="s", kind="k", key="new", happened_at=NOON),
        at=NOON,
    )
    jobs.tally(now=NOON)
    before = [standing(due), standing(happened)]
    Retention.objects.create(kind="k", days=30)
    assert signals.retain(now=NOON) == 1
    take(Signal(**case, key="late"), at=NOON)
    jobs.tally(now=NOON)
    assert [standing(due), standing(happened)] == before
    later = NOON + timedelta(days=4)
    jobs.tally(now=later)
    assert [row[1:3] for row in standing(due)] == [(1, 1), (0, 1)]
    assert signals.retain(now=later) == 1
    assert signal_queries.store().extent(("k",)).rows == 2
