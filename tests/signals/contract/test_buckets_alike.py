"""Buckets and slices are the ones that core.windows names, on every engine and at every edge."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from datasketches import kll_doubles_sketch

from troth.core.windows import DAY, HOUR, Span, bucket_start, buckets
from troth.signals import actions, queries
from troth.signals.envelope import Signal
from troth.signals.expressions import parse
from troth.signals.store import Filter, Question

TICK = timedelta(microseconds=1)
SPRING = datetime(2026, 3, 25, tzinfo=UTC)
EDGES = [
    start + step
    for zone in ("Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "UTC")
    for span in (Span(SPRING, SPRING + timedelta(days=14)),
                 Span(datetime(2025, 10, 20, tzinfo=UTC), datetime(2025, 11, 5, tzinfo=UTC)),
                 Span(datetime(2024, 2, 27, tzinfo=UTC), datetime(2024, 3, 2, tzinfo=UTC)),
                 Span(datetime(1969, 12, 30, tzinfo=UTC), datetime(1970, 1, 2, tzinfo=UTC)))
    for start in buckets(span, ZoneInfo(zone), DAY)
    for step in (-TICK, 0 * TICK, TICK, timedelta(hours=1), timedelta(hours=2, minutes=30))
]  # fmt: skip
WHOLE = Span(datetime(1960, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))
TIME = parse("happened_at", role="time")


@pytest.fixture
def instants(adapter):
    found = sorted(set(EDGES))
    batch = [Signal(source="s", kind="k", happened_at=at, key=str(n)) for n, at in enumerate(found)]
    actions.accept(batches=[batch], door="test", now=datetime(2026, 6, 1, tzinfo=UTC))
    actions.seal(now=datetime(2026, 6, 1, tzinfo=UTC))
    return found


@pytest.mark.parametrize("grain", [DAY, HOUR, 60])
@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]
)
def test_each_instant_lies_in_the_bucket_that_ends_at_or_after_it(instants, zone, grain):
    zone = ZoneInfo(zone)
    [tallies] = queries.store().tally(
        [Question(kinds=("k",), time=TIME)], span=WHOLE, zone=zone, grain=grain
    )
    expected = Counter(bucket_start(at, zone, grain) for at in instants)
    assert {tally.bucket: tally.total for tally in tallies} == expected


def test_a_span_holds_its_end_and_not_its_start(instants):
    for start, end in ((instants[3], instants[40]), (instants[40], instants[41])):
        [tallies] = queries.store().tally(
            [Question(kinds=("k",), time=TIME)], span=Span(start, end), zone=ZoneInfo("UTC"),
            grain=DAY,
        )  # fmt: skip
        assert sum(t.total for t in tallies) == sum(start < at <= end for at in instants)


def test_an_instant_to_come_is_not_counted(instants):
    asked = Question(kinds=("k",), time=parse("happened_at + interval '1 day'", role="time"),
                     not_after=SPRING)  # fmt: skip
    [tallies] = queries.store().tally([asked], span=WHOLE, zone=ZoneInfo("UTC"), grain=DAY)
    expected = sum(at + timedelta(days=1) <= SPRING for at in instants)
    assert sum(t.total for t in tallies) == expected


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Kolkata", "America/St_Johns"])
@pytest.mark.parametrize("length", [300, HOUR])
def test_slices_are_counted_from_the_start_of_their_bucket(instants, zone, length):
    zone = ZoneInfo(zone)
    asked = Question(kinds=("k",), time=TIME, slice=length,
                     slice_good=parse("total >= 2", role="slice"))  # fmt: skip
    [tallies] = queries.store().tally([asked], span=WHOLE, zone=zone, grain=DAY)
    slices = Counter()
    for at in instants:
        start = bucket_start(at, zone, DAY)
        slices[start, (at - TICK - start) // timedelta(seconds=length)] += 1
    seen = Counter(start for start, _ in slices)
    good = Counter(start for (start, _), count in slices.items() if count >= 2)
    assert {t.bucket: (t.good, t.total) for t in tallies} == {
        start: (good[start], seen[start]) for start in seen
    }


@pytest.mark.parametrize("order", ["happened_at", "-happened_at", "key", "-key", "-recorded_at"])
def test_pages_follow_each_other_without_gap_or_repeat(instants, order):
    store, seen, after = queries.store(), [], None
    while True:
        page = store.cases(Filter(kinds=("k",)), order=order, after=after, limit=37)
        seen += page.cases
        assert page.total == len(instants)
        if page.next is None:
            break
        after = page.next
    assert len({row.seq for row in seen}) == len(seen) == len(instants)
    values = [getattr(row, order.removeprefix("-")) for row in seen]
    assert values == sorted(values, reverse=order.startswith("-"))


def test_sketches_hold_every_value_as_often_as_its_weight(adapter):
    start = datetime(1990, 1, 15, tzinfo=UTC)
    batch = [
        Signal(source="s", kind="k", key=str(n), value=float(n), weight=1 + n % 3,
               happened_at=start + timedelta(days=31 * (n % 150)), segment={"part": n % 2})
        for n in range(3000)
    ]  # fmt: skip
    actions.accept(batches=[batch], door="test", now=SPRING)
    actions.seal(now=SPRING)
    asked = Question(kinds=("k",), time=TIME, value=parse("value", role="number"), by=("part",),
                     sketch=True)  # fmt: skip
    [tallies] = queries.store().tally([asked], span=WHOLE, zone=ZoneInfo("UTC"), grain=DAY)
    sketches = {(t.bucket, t.segment): kll_doubles_sketch.deserialize(t.sketch) for t in tallies}
    assert len(tallies) == 150
    for n in range(3000):
        place = (bucket_start(start + timedelta(days=31 * (n % 150)), ZoneInfo("UTC"), DAY),
                 (str(n % 2),))  # fmt: skip
        assert sketches[place].get_min_value() <= n <= sketches[place].get_max_value()
    assert {p: s.n for p, s in sketches.items()} == {(t.bucket, t.segment): t.n for t in tallies}
