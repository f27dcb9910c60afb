"""Two workers at once, told in every order that matters: no older state over a newer one."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.metrics.oracle import Memory
from tests.metrics.test_tallying import recounted, standing
from troth.core.windows import DAY
from troth.metrics import actions, counting, jobs, queries
from troth.metrics.models import Dirty
from troth.metrics.rules import Measure
from troth.signals.models import Retention

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


class Meddled(Memory):
    """A store that lets something happen after it has looked and before it answers."""

    meddle: Callable[[], None] | None = None

    def tally(self, questions, **asked):
        found = super().tally(questions, **asked)
        meddle, self.meddle = self.meddle, None
        if meddle is not None:
            meddle()
        return found


def test_a_worker_that_counted_an_older_state_writes_nothing(bench, signal):
    bench.store = Meddled()
    series = actions.follow(measure=Measure(), zone="UTC", grain=DAY)
    bench.record(signal(NOON, key="a"), at=NOON)
    bench.tally(now=NOON)
    bench.record(signal(NOON, key="b"), at=NOON)

    def another_worker_is_quicker() -> None:
        bench.record(signal(NOON, key="c"), at=NOON)
        assert bench.tally(now=NOON) > 0
        assert standing(series)[0][2] == 3

    bench.store.meddle = another_worker_is_quicker
    bench.tally(now=NOON)
    assert standing(series) == recounted(bench.store, series, now=NOON)
    assert not Dirty.objects.exists()


def test_a_change_that_commits_while_a_count_runs_is_counted_by_the_next(bench, signal):
    bench.store = Meddled()
    series = actions.follow(measure=Measure(), zone="UTC", grain=DAY)
    bench.record(signal(NOON, key="a"), at=NOON)
    bench.store.meddle = lambda: bench.record(signal(NOON, key="b"), at=NOON)
    bench.tally(now=NOON)
    bench.tally(now=NOON)
    assert standing(series)[0][2] == 2


def test_a_change_marked_while_a_count_runs_is_not_lost(bench, signal):
    from troth.metrics import marking

    bench.store = Meddled()
    series = actions.follow(measure=Measure(), zone="UTC", grain=DAY)
    bench.record(signal(NOON, key="a"), at=NOON)

    def another_worker_marks() -> None:
        bench.record(signal(NOON, key="b", due_at=NOON + timedelta(days=9)), at=NOON)
        marking.answer(now=NOON)

    bench.store.meddle = another_worker_marks
    bench.tally(now=NOON)
    bench.tally(now=NOON)
    assert standing(series)[0][2] == 2


def test_two_follow_the_same_measure_and_share_one_series(bench, signal):
    first = actions.follow(measure=Measure(good="value>1"), zone="UTC", grain=DAY)
    same = actions.follow(measure=Measure(good="value > 1"), zone="UTC", grain=DAY)
    other = actions.follow(measure=Measure(good="value > 1"), zone="Europe/Berlin", grain=DAY)
    assert first == same != other
    assert Dirty.objects.count() == 2
    assert actions.unfollow(series=first.pk)
    assert not actions.unfollow(series=first.pk)


@pytest.mark.mission("S2.9")
def test_tallies_of_days_whose_signals_were_removed_stay_as_they_were(bench, signal):
    series = actions.follow(measure=Measure(kinds=("delivery",)), zone="UTC", grain=DAY)
    old, new = NOON - timedelta(days=40), NOON - timedelta(days=3)
    bench.record(signal(old, key="old"), signal(new, key="new"), at=NOON)
    bench.tally(now=NOON)
    before = standing(series)
    Retention.objects.create(kind="delivery", days=30, removed_until=NOON - timedelta(days=30))
    bench.store.versions = [v for v in bench.store.versions if v.signal.key != "old"]
    bench.store._touch(signal(old))
    bench.record(signal(new, key="newer"), at=NOON)
    bench.tally(now=NOON)
    after = standing(series)
    assert after[0] == before[0]
    assert (before[1][2], after[1][2]) == (1, 2)


def test_what_the_store_cannot_answer_stays_dirty(bench, signal):
    class Broken(Memory):
        def tally(self, *_given, **_asked):
            raise OSError("the disk is gone")

    actions.follow(measure=Measure(), zone="UTC", grain=DAY)
    bench.record(signal(NOON, key="a"), at=NOON)
    whole, bench.store = bench.store, Broken()
    with pytest.raises(OSError, match="the disk is gone"):
        bench.tally(now=NOON)
    assert Dirty.objects.exists()
    assert jobs.bring_up(whole, now=NOON) > 0
    assert counting.count(whole, now=NOON) == 0
    assert queries.revision() == 1


def test_a_sweep_that_cannot_be_counted_holds_up_no_other_and_says_why(bench, signal):
    class Picky(Memory):
        def tally(self, questions, **asked):
            if questions[0].kinds == ("return",):
                raise ValueError("not this kind")
            return super().tally(questions, **asked)

    bench.store = Picky()
    stuck = actions.follow(measure=Measure(kinds=("return",)), zone="UTC", grain=DAY)
    fine = actions.follow(measure=Measure(kinds=("delivery",)), zone="UTC", grain=DAY)
    bench.record(signal(NOON), signal(NOON, key="b", kind="return"), at=NOON)
    assert bench.tally(now=NOON) > 0
    assert standing(fine) == recounted(bench.store, fine, now=NOON)
    stuck.sweep.refresh_from_db()
    assert stuck.sweep.problem == "ValueError: not this kind"
    with pytest.raises(ValueError, match="not this kind"):
        bench.tally(now=NOON)
    whole = Memory(versions=bench.store.versions)
    assert jobs.bring_up(whole, now=NOON) > 0
    stuck.sweep.refresh_from_db()
    assert (stuck.sweep.problem, len(standing(stuck))) == ("", 1)
