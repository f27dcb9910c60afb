"""Today so far: told the same day, once, and taken over by the day when it is whole."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.metrics.drift.conftest import FIRST, ZONE
from tests.together import at_once
from troth.core import clock
from troth.core.windows import DAY, HOUR, midnight
from troth.metrics import actions, hourly, jobs, queries, wording, writing
from troth.metrics.definitions import DefinitionError
from troth.metrics.drift.enrolment import Enrolment, EnrolmentError
from troth.metrics.models import Baseline, Dirty, Fade, Holiday, Series, Stream
from troth.metrics.queries.hourly import NO_HOLIDAY, NO_HOUR, NO_PROFILE, NO_USUAL, TOO_LITTLE
from troth.metrics.ranges import Range, epoch, hour_grain
from troth.metrics.rules import Measure
from troth.signals.models import Change
from troth.signals.store import Tally

DAYS = 40  # that lie behind on the day that is judged
HERE = ZoneInfo(ZONE)


def at(hour, *, day=DAYS, minute=5, zone=HERE):
    """Return the instant at which the clocks show so."""
    place = FIRST + timedelta(days=day)
    return datetime(place.year, place.month, place.day, hour, minute, tzinfo=zone).astimezone(UTC)


def calm(hour, number):
    """Return (good, total) of an hour: of 40 two or three fail, in the evening eight or nine."""
    wave = number * 7 % 5 % 2
    return (32 - wave if hour >= 17 else 38 - wave, 40)


def faulty(hour, number):
    """Return the same, but ten more fail from eight in the morning on."""
    good, total = calm(hour, number)
    return (good - 10, total) if hour >= 8 else (good, total)


class Shop:
    """A stream with hours, of which days and hours are written as the count would leave them."""

    def __init__(self, zone=HERE, **terms):
        self.zone = zone
        measure = Measure(kinds=("order",), good="outcome = 'ok'")
        self.days = actions.follow(measure=measure, zone=str(zone), grain=DAY)
        self.hours = actions.follow(measure=measure, zone=str(zone), grain=hour_grain(zone, at(0)))
        Dirty.objects.all().delete()
        given = {"name": "Orders", "hourly": self.hours.pk} | terms
        actions.watch(key="orders", series=self.days.pk, enrolment=Enrolment(**given), now=at(0))
        self.tell(calm, *range(DAYS))

    @property
    def stream(self):
        return Stream.objects.get()

    def tell(self, made, *numbers, until=None):
        """Write the hours of these days up to an instant, and the days' totals."""
        for number in numbers:
            begin = midnight(FIRST + timedelta(days=number), self.zone).astimezone(UTC)
            end = midnight(FIRST + timedelta(days=number + 1), self.zone).astimezone(UTC)
            cells, now = [], begin
            while now + timedelta(hours=1) <= min(end, until or end):
                good, total = made(now.astimezone(self.zone).hour, number + len(cells))
                cells.append(Tally(now, (), good, total, 0, 0.0, 0.0))
                now += timedelta(hours=1)
            self.write(self.hours, cells, begin, end - timedelta(seconds=self.hours.grain))
            sums = [sum(cell.good for cell in cells), sum(cell.total for cell in cells)]
            self.write(self.days, [Tally(begin, (), *sums, 0, 0.0, 0.0)], begin, begin)

    def write(self, series, cells, first, last):
        covered = Range(epoch(first), epoch(last))
        writing.write([series], covered, [cells], grain=series.grain, now=last)


@pytest.fixture
def heard(monkeypatch):
    """Let signals have come until the instant that is set: those of the tallies above."""
    found = {"at": at(23, day=400)}
    monkeypatch.setattr("troth.signals.queries.last_recorded", lambda _: found["at"])
    return found


@pytest.fixture
def shop(db, heard):
    found = Shop()
    jobs.evaluate(now=at(0))
    return found


def hour_by_hour(shop, made, *, day=DAYS, hours=range(24)):
    """Let a day pass; return the local hour at which each fact was opened."""
    found = []
    for hour in hours:
        now = at(hour, day=day)
        shop.tell(made, day, until=now)
        if jobs.is_hour_due(now=now) and jobs.evaluate_hours(now=now):
            found.append(hour)
    return found


@pytest.mark.mission("S1.13", "S1.3")
def test_a_fault_of_the_morning_is_told_before_noon_and_once(shop):
    (told,) = hour_by_hour(shop, faulty)
    assert told <= 11, "within three hours of its beginning, 13 before the day is evaluated"
    fact = Fade.objects.get(kind="spike")
    assert (fact.opened_on, fact.onset, fact.rings) == (FIRST + timedelta(days=DAYS),) * 2 + (True,)
    assert fact.opened_at == at(told, minute=0)
    assert fact.evidence["until"] == fact.opened_at.isoformat()
    assert fact.evidence["seen"] > fact.evidence["high"] > fact.evidence["expected"]
    assert fact.size > 3
    (view,) = [one for one in queries.fades(open_only=True) if one.kind == "spike"]
    assert f"seen by {told:02}:00: " in wording.text(view)


@pytest.mark.mission("S1.13")
def test_evenings_as_always_are_no_news_for_weeks(shop):
    for day in range(DAYS, DAYS + 14):
        assert hour_by_hour(shop, calm, day=day) == []
    assert not Fade.objects.exists()
    profile = Baseline.objects.get().hours
    assert profile["adds"][20] - profile["adds"][10] > 1


def test_the_day_takes_the_fact_over_and_nothing_rings_twice(shop):
    hour_by_hour(shop, faulty)
    fact = Fade.objects.get(kind="spike")
    jobs.evaluate(now=at(23))
    fact.refresh_from_db()
    assert fact.closed_at is None, "the day goes on: it says nothing of it yet"
    shop.tell(faulty, DAYS)
    jobs.evaluate(now=at(0, day=DAYS + 1))
    assert Fade.objects.get(kind="spike").closed_at is None, "the whole day confirms it"
    shop.tell(calm, *range(DAYS + 1, DAYS + 4))
    jobs.evaluate(now=at(0, day=DAYS + 4))
    row = Fade.objects.get(kind="spike")
    assert (row.pk, row.why_closed) == (fact.pk, "two days within the limits")


def test_a_day_that_was_calm_in_the_end_closes_what_its_morning_opened(shop):
    def soon_over(hour, number):
        good, total = calm(hour, number)
        return (good - 30 if hour == 8 else good + (hour > 8), total)

    hour_by_hour(shop, soon_over)
    assert Fade.objects.filter(kind="spike", closed_at=None).count() == 1
    shop.tell(soon_over, DAYS)
    jobs.evaluate(now=at(0, day=DAYS + 1))
    fact = Fade.objects.get(kind="spike")
    assert fact.why_closed == "the whole day did not bear it out"
    assert fact.evidence["z"] > 4, "what was seen then stays said"
    jobs.evaluate_hours(now=at(1, day=DAYS + 1))
    assert Fade.objects.filter(kind="spike").count() == 1


def test_late_signals_remove_no_fact_and_an_hour_is_judged_once(shop):
    now = at(12)
    shop.tell(faulty, DAYS, until=now)
    assert jobs.evaluate_hours(now=now) == 1
    assert not jobs.is_hour_due(now=now + timedelta(minutes=50))
    shop.tell(calm, DAYS, until=now)
    assert jobs.evaluate_hours(now=at(13)) == 0
    assert Fade.objects.get(kind="spike").closed_at is None


def test_of_two_workers_the_slower_writes_nothing(shop, monkeypatch):
    now, real = at(12), hourly.looks
    shop.tell(faulty, DAYS, until=now)

    def meddled(until, *, now):
        found = real(until, now=now)
        monkeypatch.setattr(hourly, "looks", real)
        assert jobs.evaluate_hours(now=now) == 1, "another worker is quicker"
        return found

    monkeypatch.setattr(hourly, "looks", meddled)
    assert jobs.evaluate_hours(now=now) == 0
    assert Fade.objects.filter(kind="spike").count() == 1
    assert jobs.evaluate_hours(now=now) == 0


@pytest.mark.django_db(transaction=True)
def test_workers_that_really_run_at_once_open_one_fact(heard):
    shop, now = Shop(), at(12)
    jobs.evaluate(now=at(0))
    shop.tell(faulty, DAYS, until=now)
    work = [jobs.evaluate_hours] * 3 + [jobs.evaluate]
    opened = at_once(lambda number: work[number](now=now), len(work))
    assert len(opened) == len(work), "none of them broke"
    assert sum(opened[:3]) == 1
    assert Fade.objects.filter(kind="spike", closed_at=None).count() == 1


def test_a_clock_that_jumps_makes_no_hour_of_silence_a_fault(shop, heard):
    heard["at"] = at(9)
    shop.tell(calm, DAYS, until=at(9))
    assert jobs.evaluate_hours(now=at(9)) == 0
    for now in (at(17), at(9, day=DAYS + 3), at(10)):
        assert jobs.evaluate_hours(now=now) == 0, "nothing has been heard since"
    heard["at"] = at(11)
    shop.tell(faulty, DAYS, until=at(11))
    Stream.objects.update(judged_until=at(9, day=DAYS + 3))
    assert jobs.is_hour_due(now=at(11)), "the clock was put back"
    jobs.evaluate_hours(now=at(11))
    assert Stream.objects.get().judged_until == at(11, minute=0)


def test_an_hour_waits_until_all_of_it_is_counted(shop):
    shop.tell(faulty, DAYS, until=at(12))
    row = Dirty.objects.create(sweep=shop.hours.sweep, first=epoch(at(9)), last=epoch(at(10)))
    assert jobs.evaluate_hours(now=at(12)) == 0
    row.delete()
    assert jobs.evaluate_hours(now=at(12)) == 1


@pytest.fixture(params=["a change", "hours to be counted"])
def waiting(request, shop):
    """Return a function that lets signals, recorded from an instant on, wait to be counted."""

    def wait(since):
        first, last = epoch(at(0, minute=0)), epoch(at(23, minute=0))
        if request.param == "a change":
            place = {"kind": "order", "column": "happened_at", "day": at(9).date()}
            Change.objects.update_or_create(**place, defaults={"recorded_at": since})
        else:
            Dirty.objects.update_or_create(
                sweep=shop.hours.sweep, first=first, last=last, defaults={"since": since}
            )

    return wait


def test_signals_that_never_cease_keep_no_hour_waiting(shop, waiting):
    shop.tell(faulty, DAYS, until=at(12))
    waiting(at(11, minute=59))
    assert jobs.evaluate_hours(now=at(12)) == 0, "some of the hour are not counted"
    waiting(at(12, minute=1))
    assert jobs.evaluate_hours(now=at(12)) == 1
    assert Baseline.objects.get().hours, "nor the profile of the days before"


def test_what_may_come_late_is_waited_for_and_counted(shop, waiting):
    Stream.objects.update(settle=HOUR)
    shop.tell(faulty, DAYS, until=at(11, minute=0))
    waiting(at(11, minute=58))
    assert jobs.evaluate_hours(now=at(12)) == 0, "it may be of an hour before eleven"
    waiting(at(12, minute=1))
    assert jobs.evaluate_hours(now=at(12)) == 1


def test_a_profile_waits_for_its_own_days_alone(shop):
    shop.tell(faulty, DAYS, until=at(13))
    late = {"since": at(13, minute=1), "last": epoch(at(23))}
    row = Dirty.objects.create(sweep=shop.hours.sweep, first=epoch(at(9, day=3)), **late)
    assert jobs.evaluate_hours(now=at(12)) == 0
    assert not Baseline.objects.get().hours
    row.delete()
    Dirty.objects.create(sweep=shop.hours.sweep, first=epoch(at(9)), **late)
    assert jobs.evaluate_hours(now=at(13)) == 1
    assert Baseline.objects.get().hours


def test_a_stream_that_does_not_ask_is_left_alone(db, heard):
    shop = Shop(hourly=None)
    shop.tell(faulty, DAYS, until=at(15))
    jobs.evaluate(now=at(15))
    assert not jobs.is_hour_due(now=at(15))
    assert (jobs.evaluate_hours(now=at(15)), Fade.objects.count()) == (0, 0)
    assert (shop.stream.judged_until, Baseline.objects.get().hours) == (None, None)
    assert queries.today(stream=shop.stream.pk, at=at(15)) is None


@pytest.mark.mission("S1.10")
def test_where_nothing_can_be_said_it_says_why(shop, heard):
    def why(now):
        return queries.today(stream=shop.stream.pk, at=now).why

    assert why(at(0)) == NO_HOUR
    shop.tell(lambda *_: (1, 1), DAYS, until=at(12))
    assert why(at(12)) == TOO_LITTLE
    heard["at"] = None
    assert why(at(12)) == NO_HOUR
    heard["at"] = at(12)
    Baseline.objects.update(frozen=None)
    assert why(at(12)) == NO_USUAL


def test_a_holiday_of_unknown_kind_and_hours_that_are_missing_say_nothing(db, heard):
    shop = Shop(holidays="de")
    jobs.evaluate(now=at(0))
    Holiday.objects.create(calendar="de", day=FIRST + timedelta(days=DAYS), name="a feast")
    shop.tell(faulty, DAYS, until=at(12))
    assert jobs.evaluate_hours(now=at(12)) == 0
    assert queries.today(stream=shop.stream.pk, at=at(12)).why == NO_HOLIDAY
    Holiday.objects.all().delete()
    for number in range(10):
        begin = midnight(FIRST + timedelta(days=number), HERE)
        shop.write(shop.hours, [], begin, begin + timedelta(hours=23))
    assert queries.today(stream=shop.stream.pk, at=at(12)).why == NO_PROFILE


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kolkata"])
@pytest.mark.parametrize("number", [66, 87, 297, 304])  # clocks change: 8 and 29 March, 25 October
def test_counts_alarm_nobody_when_clocks_change(db, heard, zone, number):
    here = ZoneInfo(zone)
    shop = Shop(zone=here, reading="count")
    jobs.evaluate(now=at(0, zone=here))
    begin = midnight(FIRST + timedelta(days=number), here).astimezone(UTC)
    end = midnight(FIRST + timedelta(days=number + 1), here).astimezone(UTC)
    for hour in range(1, int((end - begin) / timedelta(hours=1))):
        now = begin + timedelta(hours=hour, minutes=5)
        shop.tell(calm, number, until=now)
        assert jobs.evaluate_hours(now=now) == 0
        found = queries.today(stream=shop.stream.pk, at=now).so_far
        assert found is not None
        assert abs(found.z) < 0.5, "40 an hour are usual, however long the day is"


def test_today_is_shown_beside_what_is_usual_of_each_hour(shop):
    shop.tell(faulty, DAYS, until=at(14))
    found = queries.today(stream=shop.stream.pk, at=at(14))
    assert found.until == at(14, minute=0)
    assert (found.so_far.cases, found.so_far.hour) == (14 * 40, 13)
    assert found.so_far.seen > found.so_far.high
    assert [one.seen is None for one in found.hours] == [False] * 14 + [True] * 10
    assert found.hours[20].usual > 2 * found.hours[10].usual
    assert sum(one.cases for one in found.hours) == 560


def test_a_zone_of_half_hours_is_counted_so_that_its_hours_are_whole():
    assert hour_grain(HERE, at(0)) == HOUR
    assert hour_grain(ZoneInfo("Asia/Kolkata"), at(0)) == HOUR // 2
    assert hour_grain(ZoneInfo("Australia/Lord_Howe"), at(0)) == HOUR // 2
    assert hour_grain(ZoneInfo("Asia/Kathmandu"), at(0)) == HOUR // 4


def declare(labels, **spec):
    document = {
        "apiVersion": "troth/v1", "kind": "Metric",
        "metadata": {"name": "carts", "labels": labels},
        "spec": {"over": "cart", "good": "outcome = 'left'", "by": ["country"],
                 "zone": "Asia/Kolkata", **spec},
    }  # fmt: skip
    return actions.declare(document=document, author="Ada", now=clock.now())


@pytest.mark.mission("S2.44")
def test_a_metric_asks_for_it_in_its_document_and_may_take_it_back(db):
    declare({"touchpoint": "cart"}, hours=True)
    hours = Stream.objects.get().hourly
    assert (hours.grain, hours.zone, hours.measure.get("by", [])) == (HOUR // 2, "Asia/Kolkata", [])
    declare({"touchpoint": "cart"})
    assert Stream.objects.get().hourly is None
    assert not Series.objects.filter(pk=hours.pk).exists(), "nobody counts it any more"
    declare({"touchpoint": "cart"}, hours=True)
    actions.retire(name="carts", author="Ada", now=clock.now())
    assert not Series.objects.filter(sweep__grain=HOUR // 2).exists()


def test_what_is_asked_wrongly_is_refused_in_plain_words(db):
    with pytest.raises(DefinitionError, match=r"spec\.hours: only what is watched"):
        declare({}, hours=True)
    with pytest.raises(DefinitionError, match=r"spec\.hours: Expected `bool`"):
        declare({"touchpoint": "cart"}, hours="often")
    measure = Measure(kinds=("order",))
    days = actions.follow(measure=measure, zone="UTC", grain=DAY)
    other = actions.follow(measure=measure, zone=ZONE, grain=HOUR)
    for wrong, said in ((days.pk, "an hour or less"), (other.pk, "in the zone"), (-1, "no such")):
        with pytest.raises(EnrolmentError, match=said):
            actions.watch(key="x", series=days.pk, now=clock.now(),
                          enrolment=Enrolment(name="x", hourly=wrong))  # fmt: skip
