"""Surprises within the day: told at once, once, within the budget; closed after a calm day."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from tests.together import at_once
from troth.core.windows import DAY, HOUR
from troth.metrics import actions, jobs, queries, surprising, wording, writing
from troth.metrics.definitions import DefinitionError
from troth.metrics.drift.enrolment import Enrolment, EnrolmentError
from troth.metrics.drift.surprises import joined, surprises
from troth.metrics.models import Dirty, Evaluation, Fade, Holiday, Series, Stream
from troth.metrics.queries.surprised import drawn_at
from troth.metrics.ranges import Range, epoch
from troth.metrics.rules import Measure
from troth.signals.store import Tally

BERLIN = ZoneInfo("Europe/Berlin")
STEP = timedelta(minutes=15)
START = datetime(2026, 3, 2, tzinfo=UTC)  # with Berlin's clock change on 29 March
NOON = START + timedelta(days=45, hours=12)


def usual(at, *, zone=UTC):
    """Return how many come in a quarter of an hour: few at night, many by day, never the same."""
    hour = at.astimezone(zone).hour
    noise = (at.toordinal() * 96 + at.hour * 4 + at.minute // 15) * 2654435761 % 2**32 / 2**32
    return int((20 if hour < 7 else 200) * (0.8 + 0.4 * noise))


@pytest.fixture
def heard(monkeypatch):
    """Let signals have come until the instant that is set."""
    found = {"at": NOON + timedelta(days=400)}
    monkeypatch.setattr("troth.signals.queries.last_recorded", lambda _: found["at"])
    return found


class Shop:
    """Orders by the quarter of an hour, written as the count would leave them."""

    def __init__(self, *, zone="UTC", made=usual, **terms):
        measure = Measure(kinds=("order",), good="outcome = 'ok'", value="value")
        grain = int(STEP.total_seconds())
        self.series = actions.follow(measure=measure, zone=zone, grain=grain)
        Dirty.objects.all().delete()
        given = {"name": "Orders", "reading": "count", "surprises": True} | terms
        actions.watch(key="orders", series=self.series.pk, enrolment=Enrolment(**given), now=START)
        self.tell(START, NOON, made)

    @property
    def stream(self):
        return Stream.objects.get()

    def tell(self, start, end, made=usual, good=None):
        """Write the quarters from `start` to `end`, instead of what they had."""
        cells, at = [], start
        while at < end:
            number = made(at)
            fine = number if good is None else good(at, number)
            if number:
                cells.append(Tally(at, (), fine, number, number, 3.0 * fine, 9.0 * fine))
            at += STEP
        covered = Range(epoch(start), epoch(end - STEP))
        writing.write([self.series], covered, [cells], grain=self.series.grain, now=end)

    def go_on(self, end, made=usual, *, start=NOON, every=1):
        """Let time pass; return the instant at which each fact was opened or closed."""
        found, now = [], start
        while now < end:
            now += STEP * every
            self.tell(now - STEP * every, now, made)
            if jobs.is_surprise_due(now=now) and jobs.evaluate_surprises(now=now):
                found.append(now)
        return found


@pytest.fixture
def shop(db, heard):
    found = Shop()
    jobs.evaluate_surprises(now=NOON)
    assert not Fade.objects.exists(), "a past as usual is no news"
    return found


def collapsed(at):
    """Return as many as ever, and next to none from half past twelve to one."""
    inside = NOON + timedelta(minutes=30) <= at < NOON + timedelta(hours=1)
    return 2 if inside else usual(at)


@pytest.mark.mission("S1.13", "S1.3")
def test_a_collapse_of_orders_is_told_when_its_first_bucket_is_over(shop):
    (told,) = shop.go_on(NOON + timedelta(hours=6), collapsed)
    assert told == NOON + timedelta(minutes=45)
    (view,) = queries.fades(open_only=True)
    assert (view.kind, view.rings, view.opened_at) == ("surprise", True, told)
    assert view.size > 100
    assert view.evidence["side"] == "worse"
    assert view.evidence["score"] >= view.evidence["alarm_limit"]
    assert wording.text(view).startswith("2 where ")
    assert wording.text(view).endswith(" are usual, from 12:30 to 12:45")
    assert wording.word(view) == "a surprise within the day"


def test_it_closes_a_day_after_its_last_surprising_bucket(shop):
    opened, closed = shop.go_on(NOON + timedelta(days=2), collapsed)
    assert closed == NOON + timedelta(days=1, hours=1)
    row = Fade.objects.get(kind="surprise")
    assert (row.closed_at, row.why_closed) == (closed, surprising.CALM)
    assert row.opened_at == opened


@pytest.mark.mission("S1.13")
def test_weeks_as_always_are_no_news(shop):
    assert shop.go_on(NOON + timedelta(days=14), every=8) == []
    assert not Fade.objects.exists()


def test_more_orders_than_usual_are_drawn_and_wake_nobody(shop):
    shop.go_on(NOON + timedelta(hours=2), lambda at: usual(at) * 5)
    fact = Fade.objects.get(kind="surprise")
    assert (fact.rings, fact.evidence["side"]) == (False, "better")
    assert fact.size < 0


def test_more_of_what_should_be_less_is_an_alarm(db, heard):
    shop = Shop(better="less")
    jobs.evaluate_surprises(now=NOON)
    shop.go_on(NOON + timedelta(hours=1), lambda at: usual(at) * 5)
    fact = Fade.objects.get(kind="surprise")
    assert fact.rings
    assert fact.size > 0


def test_what_was_only_drawn_rings_when_it_becomes_an_alarm(shop):
    better = NOON + timedelta(minutes=30)
    shop.go_on(
        NOON + timedelta(hours=3),
        lambda at: usual(at) * 5 if at < better else 0 if at.hour == 14 else usual(at),
    )
    drawn, rung = Fade.objects.filter(kind="surprise").order_by("opened_at")
    assert (drawn.rings, drawn.why_closed) == (False, surprising.GREATER)
    assert (rung.rings, rung.closed_at) == (True, None)
    assert drawn.closed_at == rung.opened_at == NOON + timedelta(hours=2, minutes=15)


def test_the_evaluation_of_days_leaves_the_surprise_alone(shop):
    shop.go_on(NOON + timedelta(hours=6), collapsed)
    jobs.evaluate(now=NOON + timedelta(hours=7))
    assert Fade.objects.get(kind="surprise").closed_at is None


def test_late_signals_that_explain_it_close_it_and_say_so(shop):
    shop.go_on(NOON + timedelta(hours=2), collapsed)
    shop.tell(NOON, NOON + timedelta(hours=2))
    shop.go_on(NOON + timedelta(hours=3), start=NOON + timedelta(hours=2))
    row = Fade.objects.get(kind="surprise")
    assert row.why_closed == surprising.CORRECTED
    assert row.closed_on >= row.opened_on


def test_silence_is_no_count_of_0(shop, heard):
    heard["at"] = NOON + timedelta(minutes=20)
    shop.tell(NOON, NOON + timedelta(minutes=15))
    now = NOON + timedelta(hours=5)
    assert jobs.evaluate_surprises(now=now) == 0
    assert shop.stream.surprised_until == NOON + timedelta(minutes=15)
    heard["at"] = NOON + timedelta(hours=4, minutes=59)  # they came again: now it was none
    assert jobs.evaluate_surprises(now=now) == 1


def test_what_is_still_to_be_counted_is_waited_for(shop):
    Dirty.objects.create(sweep=shop.series.sweep, series=shop.series, first=None,
                         last=epoch(NOON), since=NOON)  # fmt: skip
    assert jobs.evaluate_surprises(now=NOON + timedelta(hours=1)) == 0
    assert shop.stream.surprised_until == NOON


def test_a_worker_that_was_away_for_days_tells_what_it_missed_as_over(shop):
    end = NOON + timedelta(days=3)
    shop.tell(NOON, end, collapsed)
    assert jobs.evaluate_surprises(now=end) == 1
    row = Fade.objects.get(kind="surprise")
    assert row.opened_at == NOON + timedelta(minutes=45)
    assert row.closed_at == NOON + timedelta(days=1, hours=1)
    assert jobs.evaluate_surprises(now=end) == 0


def test_a_clock_that_was_ahead_tells_nothing_twice(shop):
    shop.go_on(NOON + timedelta(hours=2), collapsed)
    later = NOON + timedelta(hours=1)
    assert jobs.is_surprise_due(now=later)
    jobs.evaluate_surprises(now=later)
    shop.go_on(NOON + timedelta(hours=2), collapsed, start=later)
    assert Fade.objects.filter(kind="surprise").count() == 1


def test_of_two_workers_the_slower_writes_nothing(shop, monkeypatch):
    now, real = NOON + timedelta(hours=1), surprising.within
    shop.tell(NOON, now, collapsed)

    def meddled(stream, *, until):
        monkeypatch.setattr(surprising, "within", real)
        assert jobs.evaluate_surprises(now=now) == 1, "another worker is quicker"
        return real(stream, until=until)

    monkeypatch.setattr(surprising, "within", meddled)
    assert jobs.evaluate_surprises(now=now) == 0
    assert Fade.objects.filter(kind="surprise").count() == 1


@pytest.mark.django_db(transaction=True)
def test_workers_that_really_run_at_once_open_one_fact(heard):
    shop, now = Shop(), NOON + timedelta(hours=1)
    jobs.evaluate_surprises(now=NOON)
    shop.tell(NOON, now, collapsed)
    opened = at_once(lambda _: jobs.evaluate_surprises(now=now), 3)
    assert sorted(opened) == [0, 0, 1]
    assert Fade.objects.filter(kind="surprise").count() == 1


def test_habits_are_by_the_clock_where_clocks_change(db, heard):
    shop = Shop(zone="Europe/Berlin", made=lambda at: usual(at, zone=BERLIN))
    end = START + timedelta(days=27)  # the Sunday of the change, two hours before it
    shop.tell(end, NOON, lambda _: 0)
    Stream.objects.update(surprised_until=end)
    # Orders begin at seven by the clock, an hour earlier by UTC: as usual for people.
    assert shop.go_on(end + timedelta(days=3), lambda at: usual(at, zone=BERLIN), start=end) == []


def test_a_holiday_is_not_judged(db, heard):
    Holiday.objects.create(calendar="de", day=NOON.date(), name="Orders rest")
    shop = Shop(holidays="de")
    jobs.evaluate_surprises(now=NOON)
    shop.go_on(NOON + timedelta(hours=3), lambda _: 0)
    assert not Fade.objects.exists()


def test_a_share_of_few_cases_and_a_bucket_without_a_value_say_nothing(db, heard):
    shop = Shop(reading="share", made=lambda _: 0)
    shop.tell(START, NOON, lambda at: 29 if at.hour < 7 else usual(at))
    jobs.evaluate_surprises(now=NOON)
    view = queries.within_day(stream=shop.stream.pk, at=NOON)
    assert view is not None
    assert {one.start.hour for one in view.buckets} == {*range(7, 24)}
    jobs.evaluate_surprises(now=NOON)
    shop.tell(NOON, NOON + timedelta(hours=1), good=lambda _, number: number // 2)
    assert jobs.evaluate_surprises(now=NOON + timedelta(hours=1)) == 1
    (fade,) = queries.fades(open_only=True)
    assert wording.text(fade).endswith("% failed is usual, from 12:00 to 12:15")


def test_means_are_judged_by_their_values(db, heard):
    shop = Shop(reading="mean", unit="ms", better="less")
    jobs.evaluate_surprises(now=NOON)
    end = NOON + timedelta(minutes=30)
    shop.tell(NOON, end, good=lambda _, number: number * 4)
    assert jobs.evaluate_surprises(now=end) == 1
    (fade,) = queries.fades(open_only=True)
    assert fade.rings
    assert wording.text(fade) == "12 ms where 3 ms is usual, from 12:00 to 12:15"


@pytest.mark.parametrize("size", [0, 1, 5])
def test_too_little_past_says_nothing(db, heard, size):
    shop = Shop(made=lambda _: 0)
    shop.tell(NOON - STEP * size, NOON, lambda _: 7) if size else None
    assert jobs.evaluate_surprises(now=NOON) == 0
    view = queries.within_day(stream=shop.stream.pk, at=NOON)
    assert view is not None
    assert len(view.buckets) == size


def test_who_lets_it_go_closes_what_is_open(shop):
    shop.go_on(NOON + timedelta(hours=2), collapsed)
    terms = Enrolment(name="Orders", reading="count")
    actions.watch(key="orders", series=shop.series.pk, enrolment=terms, now=NOON)
    row = Fade.objects.get(kind="surprise")
    assert row.why_closed == surprising.LET_GO
    assert queries.within_day(stream=shop.stream.pk, at=NOON) is None
    assert not jobs.is_surprise_due(now=NOON + timedelta(days=1))


def test_a_stream_that_ends_leaves_nothing_open(shop):
    shop.go_on(NOON + timedelta(hours=2), collapsed)
    actions.unwatch(key="orders", now=NOON + timedelta(hours=2))
    assert Fade.objects.get(kind="surprise").closed_at is not None
    assert not jobs.is_surprise_due(now=NOON + timedelta(days=1))


def test_a_tighter_budget_of_false_alarms_rings_later(shop):
    Evaluation.objects.update(budget_days=36_525)
    before = surprising.ringing_at(shop.stream, 3.5)
    assert surprising.ringing_at(shop.stream, 5.0) > before
    shop.go_on(NOON + timedelta(hours=1), collapsed)
    assert Fade.objects.get().evidence["alarm_limit"] > 8


def test_only_buckets_within_a_day_are_watched(db):
    measure = Measure(kinds=("order",))
    days = actions.follow(measure=measure, zone="UTC", grain=DAY)
    with pytest.raises(EnrolmentError, match="an hour or less"):
        actions.watch(key="x", series=days.pk, now=NOON,
                      enrolment=Enrolment(name="x", surprises=True))  # fmt: skip


def _document(**spec):
    labels = {"touchpoint": "checkout"} if spec.pop("touchpoint", True) else {}
    return {
        "apiVersion": "troth/v1", "kind": "Metric",
        "metadata": {"name": "orders", "labels": labels},
        "spec": {"title": "Orders", "over": "order", "surprises": True} | spec,
    }  # fmt: skip


def test_a_metric_asks_for_it_in_its_file(db):
    actions.declare(document=_document(grain="5m"), author="Ada", now=NOON)
    assert Stream.objects.get().surprises
    (kept,) = queries.current_documents().values()
    assert kept["spec"]["surprises"] is True
    assert Series.objects.get().grain == 300


@pytest.mark.parametrize(
    ("spec", "why"),
    [({}, "a grain of 1h or less"), ({"grain": "2h"}, "a grain of 1h or less"),
     ({"grain": "5m", "touchpoint": False}, "a label touchpoint")],
)  # fmt: skip
def test_a_metric_that_cannot_be_is_refused_in_words(db, spec, why):
    with pytest.raises(DefinitionError, match=why) as caught:
        actions.declare(document=_document(**spec), author="Ada", now=NOON)
    assert caught.value.field == "spec.surprises"


@pytest.mark.mission("S1.13")
@pytest.mark.parametrize("made", ["poisson", "bursty", "lasting"])
def test_scores_are_as_rare_as_they_say(made):
    """Of 10,000 values in control no more than 12 have a score of 3, 3 one of 4, whatever law."""
    chance, length = np.random.default_rng(11), 60 * DAY // 300
    seconds = np.arange(length, dtype=np.int64) * 300
    level = 30 * (1 + 0.6 * np.sin(2 * np.pi * seconds / DAY))
    values = {
        "poisson": lambda: chance.poisson(level),
        "bursty": lambda: chance.negative_binomial(4, 4 / (4 + level)),
        "lasting": lambda: np.exp(chance.normal(4, 0.3, length)),
    }[made]()
    raw = surprises(seconds, values.astype(float)).raw[200:]
    assert (raw >= 3).mean() < 0.0012
    assert (raw >= 4).mean() < 0.0003
    assert (raw >= drawn_at(300)).sum() <= 1


def test_cases_are_joined_within_a_day():
    seconds = np.arange(10, dtype=np.int64) * 12 * HOUR
    raw = np.array([0, 6, 0, 7, 0, 0, 5, 0, 0, 9.0])
    found = joined(seconds, raw, least=5)
    assert [(one.first, one.last, one.greatest) for one in found] == [
        (1, 3, 3),
        (6, 6, 6),
        (9, 9, 9),
    ]
    assert joined(seconds, raw, least=10) == []
