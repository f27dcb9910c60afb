"""Tallies against a full recount: whatever came when, the same figures must stand at the end."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.metrics.oracle import Memory, answer
from troth.core.windows import DAY, HOUR, Span
from troth.metrics import actions, counting, jobs, queries
from troth.metrics.models import Dirty, Leaf
from troth.metrics.models import Tally as TallyRow
from troth.metrics.rules import Measure, measure_from
from troth.signals.envelope import Signal

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
EVERYTHING = Span(datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
ON_TIME = Measure(
    kinds=("delivery",),
    time="due_at",
    where="due_at is not null",
    good="resolved_at <= due_at",
)
QUICK = Measure(
    kinds=("delivery", "return"),
    good="seconds(happened_at, resolved_at) <= 86400",
    value="value",
    by=("country",),
)
DUE_LATER = Measure(time="coalesce(due_at, happened_at + interval '36 hours')", value="value")
SLICED = Measure(kinds=("delivery",), slice=3600, slice_good="share >= 0.5", good="value > 1")


def recounted(memory: Memory, series, *, now: datetime) -> list[tuple]:
    """Count a series from nothing, by the oracle, as it should stand at `now`."""
    span = Span(EVERYTHING.start, now)
    measure = measure_from(series.measure)
    zone = ZoneInfo(series.zone)
    found = answer(measure.question(), memory.current(), span, zone, series.grain)
    sums: dict[int, list] = {}
    for tally in found:
        parts = [tally.good, tally.total, tally.n, tally.sum, tally.squares]
        at = int(tally.bucket.timestamp())
        sums[at] = [a + b for a, b in zip(sums.get(at, [0] * 5), parts, strict=True)]
    return [(at, *sums[at]) for at in sorted(sums)]


def standing(series) -> list[tuple]:
    found = queries.tallies(series=[series.pk], span=EVERYTHING)
    columns = (found.bucket, found.good, found.total, found.n, found.sum, found.squares)
    return list(zip(*(column.tolist() for column in columns), strict=True))


@pytest.mark.mission("S2.5")
def test_a_case_counts_on_the_day_it_falls_due_and_only_from_then_on(bench, signal):
    series = actions.follow(measure=ON_TIME, zone="Europe/Berlin", grain=DAY)
    due = NOON + timedelta(hours=2)
    bench.record(signal(NOON, due_at=due), at=NOON)
    bench.tally(now=due - timedelta(seconds=1))
    assert standing(series) == []
    bench.tally(now=due)
    assert [row[1:3] for row in standing(series)] in ([], [(0, 1)])
    bench.tally(now=due + timedelta(seconds=1))
    assert [row[1:3] for row in standing(series)] == [(0, 1)]
    bench.record(
        signal(NOON, due_at=due, resolved_at=due, version=1), at=due + timedelta(minutes=1)
    )
    bench.tally(now=due + timedelta(minutes=2))
    assert [row[1:3] for row in standing(series)] == [(1, 1)]


def test_a_revised_due_date_moves_the_case_to_its_new_day(bench, signal):
    series = actions.follow(measure=ON_TIME, zone="UTC", grain=DAY)
    case = signal(NOON, due_at=NOON + timedelta(days=1), key="a")
    bench.record(case, at=NOON)
    later = NOON + timedelta(days=10)
    bench.tally(now=later)
    before = standing(series)
    bench.record(signal(NOON, due_at=NOON + timedelta(days=3), key="a", version=2), at=later)
    bench.tally(now=later)
    after = standing(series)
    assert len(before) == len(after) == 1
    assert after[0][0] - before[0][0] == 2 * DAY


def test_a_bucket_whose_cases_are_all_gone_is_removed(bench, signal):
    series = actions.follow(measure=QUICK, zone="UTC", grain=DAY)
    bench.record(signal(NOON, key="a", segment={"country": "DE"}), at=NOON)
    bench.tally(now=NOON)
    assert len(standing(series)) == 1
    bench.record(
        signal(NOON, key="b", kind="other", supersedes="a"), at=NOON + timedelta(minutes=1)
    )
    bench.tally(now=NOON + timedelta(minutes=2))
    assert standing(series) == []
    assert not Leaf.objects.exists()
    assert not TallyRow.objects.exists()


def test_a_new_series_counts_all_of_history_in_chunks_and_says_how_far_it_is(bench, signal):
    start = NOON - timedelta(days=200)
    bench.record(*(signal(start + timedelta(days=n)) for n in range(0, 200, 7)), at=NOON)
    bench.tally(now=NOON)
    series = actions.follow(measure=Measure(), zone="UTC", grain=60)
    assert queries.progress(series=[series.pk]) == {series.pk: 0.0}
    shares = []
    while counting.count(bench.store, now=NOON, most=1):
        shares.append(queries.progress(series=[series.pk])[series.pk])
    assert shares == sorted(shares)
    assert 0 < shares[0] < 0.5
    assert shares[-1] == 1.0
    assert len(shares) == 3
    assert standing(series) == recounted(bench.store, series, now=NOON)


def test_years_without_a_case_are_not_scanned(bench, signal):
    bench.record(signal(NOON - timedelta(days=9000), key="old"), signal(NOON, key="new"), at=NOON)
    bench.tally(now=NOON)
    series = actions.follow(measure=Measure(), zone="UTC", grain=60)
    assert bench.tally(now=NOON) == 2
    assert len(standing(series)) == 2


def test_many_series_over_the_same_kinds_are_counted_in_one_scan(bench, signal):
    bench.record(*(signal(NOON - timedelta(hours=n)) for n in range(50)), at=NOON)
    followed = [
        actions.follow(measure=Measure(where=f"value > {n}"), zone="UTC", grain=DAY)
        for n in range(20)
    ]
    bench.tally(now=NOON)
    scans = bench.store.scans
    bench.record(signal(NOON, key="new", value=7.5), at=NOON)
    bench.tally(now=NOON + timedelta(minutes=1))
    assert bench.store.scans - scans == 2  # the buckets, and what falls due next
    assert [len(standing(series)) for series in followed] == [1] * 8 + [0] * 12


def test_an_idle_system_asks_one_indexed_question(bench, signal, django_assert_num_queries):
    actions.follow(measure=ON_TIME, zone="UTC", grain=DAY)
    bench.record(signal(NOON, due_at=NOON + timedelta(days=90)), at=NOON)
    bench.tally(now=NOON)

    with django_assert_num_queries(1):
        assert jobs.tally(now=NOON + timedelta(days=1)) == 0


def test_what_did_not_change_leaves_no_new_revision(bench, signal):
    series = actions.follow(measure=Measure(), zone="UTC", grain=DAY)
    bench.record(signal(NOON, key="a"), at=NOON)
    bench.tally(now=NOON)
    first = queries.revisions(series=[series.pk])
    bench.record(signal(NOON, key="a", version=3, outcome="ok"), at=NOON)
    bench.tally(now=NOON + timedelta(minutes=1))
    assert queries.revisions(series=[series.pk]) == first
    bench.record(signal(NOON, key="b"), at=NOON)
    bench.tally(now=NOON + timedelta(minutes=2))
    assert queries.revisions(series=[series.pk])[series.pk] > first[series.pk]
    assert queries.revision() == queries.revisions(series=[series.pk])[series.pk]


# --- whatever happens, in whatever order ---------------------------------------------------------

hours = st.integers(-24 * 40, 24 * 10)
instants = st.builds(
    lambda hour, odd: NOON + timedelta(hours=hour, seconds=odd),
    hours,
    st.sampled_from([0, 0, 0, 1, 1800, 3599]),
)
maybe = st.one_of(st.none(), instants)
signals = st.builds(
    Signal,
    source=st.just("shop"),
    kind=st.sampled_from(["delivery", "return", "other"]),
    key=st.sampled_from("abcdefgh"),
    happened_at=instants,
    due_at=maybe,
    resolved_at=maybe,
    version=st.integers(0, 3),
    weight=st.integers(1, 3),
    value=st.one_of(st.none(), st.integers(-4, 4).map(float)),
    segment=st.sampled_from([{}, {"country": "DE"}, {"country": "FR"}]),
    supersedes=st.sampled_from([None, None, None, "a", "b"]),
    subject=st.sampled_from([None, "ada", "ben"]),
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("record"), st.lists(signals, min_size=1, max_size=4)),
        st.tuples(st.just("seal"), st.none()),
        st.tuples(st.just("tally"), st.none()),
        st.tuples(st.just("wait"), st.integers(0, 60 * 72)),
        st.tuples(st.just("follow"), st.integers(0, 7)),
    ),
    max_size=25,
)
FOLLOWED = [
    (measure, zone, grain)
    for measure in (ON_TIME, QUICK, DUE_LATER, SLICED)
    for zone, grain in (("Europe/Berlin", DAY), ("Australia/Lord_Howe", HOUR))
]


@pytest.mark.mission("S2.6")
@given(steps)
@settings(
    max_examples=2_000 if settings.get_current_profile_name() == "long" else 60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_came_when_the_tallies_equal_a_full_recount(db, clean, steps):
    story = Story(clean())
    for verb, what in steps:
        getattr(story, verb)(what)
    story.now += timedelta(seconds=1)
    story.tally(None)
    for series in story.followed:
        assert standing(series) == recounted(story.bench.store, series, now=story.now)
    assert not Dirty.objects.exists()


class Story:
    """What happens to an installation, one step after the other."""

    def __init__(self, bench) -> None:
        self.bench = bench
        self.now = NOON
        self.followed = [actions.follow(measure=ON_TIME, zone="America/Sao_Paulo", grain=DAY)]

    def record(self, signals):
        for signal in signals:
            self.bench.store.record(signal, self.now)

    def seal(self, _):
        self.bench.seal(at=self.now)

    def tally(self, _):
        self.bench.seal(at=self.now)
        self.bench.tally(now=self.now)

    def wait(self, minutes):
        self.now += timedelta(minutes=minutes)

    def follow(self, which):
        measure, zone, grain = FOLLOWED[which]
        self.followed.append(actions.follow(measure=measure, zone=zone, grain=grain))


def test_a_long_history_is_filled_in_turns_so_that_nothing_else_waits(bench, signal):
    start = NOON - timedelta(days=200)
    bench.record(*(signal(start + timedelta(days=n)) for n in range(0, 200, 7)), at=NOON)
    series = actions.follow(measure=Measure(), zone="UTC", grain=60)
    assert jobs.bring_up(bench.store, now=NOON, most=2) == 2
    assert Dirty.objects.exists()
    while jobs.bring_up(bench.store, now=NOON, most=2) == 2:
        pass
    assert not Dirty.objects.exists()
    assert standing(series) == recounted(bench.store, series, now=NOON)
