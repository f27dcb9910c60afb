"""A promise's segments are watched: a fact for each that left its own usual, which rings nobody."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from tests.looks import findings
from tests.shop import document
from tests.together import at_once
from troth.core import clock
from troth.core.problems import DocumentError
from troth.incidents import jobs as incidents
from troth.metrics import fades_told, parting, queries
from troth.metrics import jobs as metrics
from troth.metrics.drift.enrolment import Enrolment, EnrolmentError
from troth.metrics.models import Baseline, Fade, PartUsual, Series, Stream, Tally
from troth.metrics.queries import segmented
from troth.promises import actions
from troth.signals import actions as signals
from troth.signals.envelope import Signal
from troth.signals.models import Retention

pytestmark = pytest.mark.django_db
FIRST = date(2026, 1, 1)
KEPT = {"evaluator": "event", "good": "outcome = 'ok'", "due": None, "exclusions": None,
        "signals": {"kind": "parcel"}, "target": "90%"}  # fmt: skip
CARRIERS = ("dhl", "dpd", "gls", "hermes", "ups")
SLIP = 60  # the day from which on gls is worse


def after(days, **more):
    """Return the instant shortly after so many days are over."""
    begin = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC)
    return begin + timedelta(days=days, minutes=30, **more)


def bad(day, place, *, more=0):
    """Return how many of 1,000 fail: 40, a little more or less."""
    return 40 + (day * 7 + place * 3) % 11 - 5 + more


def parcels(day, carrier, failed, *, version=0, total=1000, hour=12, **segment):
    at = after(day, hours=hour)
    named = {"carrier": carrier} | segment if carrier is not None else segment
    return [
        Signal(source="shop", kind="parcel", key=f"{day}-{carrier}-{hour}-{segment}-{outcome}",
               version=version, happened_at=at, outcome=outcome, weight=weight, segment=named)
        for outcome, weight in (("ok", total - failed), ("late", failed)) if weight
    ]  # fmt: skip


def send(rows):
    """Let signals come and be counted."""
    for start in range(0, len(rows), 5000):
        signals.accept(batches=[rows[start : start + 5000]], door="test", now=clock.now())
        signals.seal(now=clock.now())
    while metrics.tally(now=clock.now()):
        pass


def declare(now, **spec):
    found = document("parcels", name="Parcels", **{**KEPT, "segments": ["carrier"], **spec})
    found["spec"] = {name: value for name, value in found["spec"].items() if value is not None}
    return actions.declare(spec=found, author="Ada", reason="as agreed", now=now)


def days(until, *, since=0, slipping="gls", carriers=CARRIERS):
    return [
        one
        for day in range(since, until)
        for place, carrier in enumerate(carriers)
        for one in parcels(
            day, carrier, bad(day, place, more=25 if carrier == slipping and day >= SLIP else 0)
        )
    ]


def looked(at):
    metrics.evaluate(now=at)
    return metrics.evaluate_segments(now=at)


def told():
    rows = Fade.objects.exclude(segment="").order_by("segment")
    return [(row.segment, row.closed_on is None, row.rings) for row in rows]


@pytest.fixture
def shop(db):
    send(days(100))
    declare(after(0))
    while metrics.tally(now=clock.now()):
        pass


@pytest.mark.mission("S1.14", "S2.44")
def test_a_segment_that_left_its_usual_leaves_one_fact_and_rings_nobody(shop):
    assert looked(after(SLIP)) == 0
    assert looked(after(80)) == 1
    assert told() == [('{"carrier":"gls"}', True, False)]
    fact = Fade.objects.exclude(segment="").get()
    assert date(2026, 3, 2) < fact.opened_on < date(2026, 3, 14)
    assert fact.size == pytest.approx(2.5, abs=0.7)
    assert fact.evidence["of"] == 5
    assert looked(after(80, hours=2)) == 0, "once a day"
    assert looked(after(90)) == 0, "it goes on"
    assert told() == [('{"carrier":"gls"}', True, False)]
    incidents.heed(now=after(90))
    from troth.incidents.models import FadeAnswer

    assert not FadeAnswer.objects.filter(fade=fact, why="rung").exists()


def test_nothing_is_counted_for_it_and_no_usual_moves(shop):
    """The signals are asked: no series, no tally by segment, and the promise's baseline stands."""
    looked(after(80))
    assert not Tally.objects.exclude(series__measure__has_key="sketch").exists()
    assert not Series.objects.filter(measure__has_key="by").exists()
    before = Baseline.objects.values("pk", "frozen").get()
    series = Series.objects.count()
    declare(after(81), segments=None)
    declare(after(82), segments=["carrier", "country"])
    assert Baseline.objects.values("pk", "frozen").get() == before
    assert Series.objects.count() == series


def test_a_promise_without_segments_is_not_looked_at(db, monkeypatch):
    send(days(40))
    declare(after(0), segments=None)
    while metrics.tally(now=clock.now()):
        pass
    monkeypatch.setattr(parting, "parted", lambda *_, **__: pytest.fail("looked at"))
    assert looked(after(40)) == 0


def test_each_attribute_is_looked_at_alone_and_what_is_not_said_is_a_segment(db):
    rows = [
        one
        for day in range(90)
        for place, country in enumerate(("de", "fr", None))
        for one in parcels(day, "dhl" if day % 2 else "ups",
                           bad(day, place, more=30 if country is None and day >= SLIP else 0),
                           hour=6 + place, **({"country": country} if country else {}))
    ]  # fmt: skip
    send(rows)
    declare(after(0), segments=["country", "carrier"])
    while metrics.tally(now=clock.now()):
        pass
    looked(after(85))
    assert ('{"country":null}', True, False) in told()
    assert Fade.objects.exclude(segment="").first().evidence["of"] <= 5, "3 countries, 2 carriers"
    names = {name for one in PartUsual.objects.values_list("segment", flat=True) for name in [one]}
    assert names == {'{"carrier":"dhl"}', '{"carrier":"ups"}', '{"country":"de"}',
                     '{"country":"fr"}', '{"country":null}'}  # fmt: skip


@pytest.mark.mission("S1.14")
def test_late_evidence_and_corrections_are_taken_in_the_next_day(shop):
    looked(after(80))
    fixed = [
        one for day in range(SLIP, 100)
        for one in parcels(day, "gls", bad(day, 2), version=1)
    ]  # fmt: skip
    send(fixed)
    assert looked(after(81)) == 1
    row = Fade.objects.exclude(segment="").get()
    assert row.why_closed == "it is within the limits now: later signals came, or the limits moved"
    assert row.opened_on < date(2026, 3, 14), "it stays where it was"
    late = [one for day in range(SLIP, 90) for one in parcels(day, "dpd", 70, total=500, hour=20)]
    send(late)
    assert looked(after(90)) == 1
    assert told() == [('{"carrier":"dpd"}', True, False), ('{"carrier":"gls"}', False, False)]


def test_a_case_that_moves_to_another_segment_is_asked_anew(shop):
    """The whole is as it was, so that no tally moves: the segments are still right."""
    looked(after(SLIP))
    moved = []
    for day in range(SLIP, 80):
        for outcome, weight in (("ok", 935), ("late", 65)):
            moved.append(Signal(source="shop", kind="parcel", key=f"{day}-gls-12-{{}}-{outcome}",
                                version=2, happened_at=after(day, hours=12), outcome=outcome,
                                weight=weight, segment={"carrier": "dhl"}))  # fmt: skip
    send(moved)
    looked(after(80))
    assert [one[0] for one in told()] == ['{"carrier":"dhl"}']


def test_a_segment_that_disappears_has_its_fact_closed_and_is_told_when_it_is_back(db):
    rows = [*days(75), *days(110, since=75, carriers=CARRIERS[:2]), *days(150, since=110)]
    send(rows)
    declare(after(0))
    while metrics.tally(now=clock.now()):
        pass
    looked(after(74))
    assert told() == [('{"carrier":"gls"}', True, False)]
    looked(after(100))
    assert told() == [('{"carrier":"gls"}', True, False)], "it may be a pause"
    assert looked(after(106)) == 1
    row = Fade.objects.exclude(segment="").get()
    assert row.why_closed == "no case of it came for 28 days"
    assert looked(after(108)) == 0
    looked(after(125))
    assert told() == [('{"carrier":"gls"}', False, False), ('{"carrier":"gls"}', True, False)]


def test_what_nobody_looks_at_any_more_is_closed(shop):
    looked(after(80))
    declare(after(81), segments=["country"])
    looked(after(81))
    row = Fade.objects.get(segment='{"carrier":"gls"}')
    assert row.why_closed == "it is not looked at by this any more"
    declare(after(82))
    looked(after(82))
    assert told()[0] == ('{"carrier":"gls"}', False, False), "told of once"


def test_a_retired_promise_has_no_open_segments(shop):
    looked(after(80))
    actions.retire(slug="parcels", author="Ada", now=after(81))
    looked(after(81))
    assert Fade.objects.exclude(segment="").get().why_closed == "it is watched no longer"


def test_usuals_stay_when_retention_removes_what_they_were_made_of(shop):
    looked(after(70))
    kept = dict(PartUsual.objects.values_list("segment", "frozen"))
    assert len(kept) == 5
    Retention.objects.create(kind="parcel", days=30)
    signals.retain(now=after(80))
    assert looked(after(81)) == 0
    assert dict(PartUsual.objects.values_list("segment", "frozen")) == kept
    assert told() == [('{"carrier":"gls"}', True, False)], "it is still against the old usual"


def test_a_new_usual_of_the_promise_is_one_of_its_segments_too(shop):
    from troth.metrics import actions as watching

    looked(after(80))
    stream = Stream.objects.get()
    watching.rebaseline(stream=stream.pk, starts_on=FIRST + timedelta(days=61), reason="a new rate",
                        author="Ada", now=after(81))  # fmt: skip
    assert looked(after(82)) >= 1
    row = Fade.objects.get(segment='{"carrier":"gls"}', opened_on__lte=FIRST + timedelta(days=70))
    assert row.why_closed == "a new baseline was decided"
    looked(after(95))
    assert not [one for one in told() if one[1]], "what it has been like since is its usual"
    assert PartUsual.objects.filter(baseline__number=2).count() == 5


@pytest.mark.parametrize("number", [87, 297])  # 29 March and 25 October of 2026
def test_days_of_23_and_25_hours_name_nobody(db, number):
    rows = [
        one for day in range(number - 60, number + 4) for place, carrier in enumerate(CARRIERS)
        for one in parcels(day, carrier, bad(day, place))
    ]  # fmt: skip
    send(rows)
    declare(after(number - 60), zone="Europe/Berlin")
    while metrics.tally(now=clock.now()):
        pass
    for day in range(number, number + 4):
        assert looked(after(day)) == 0


NAUGHTY = ["' or true --", 'a "quoted" one', "percent % and _ under", "{{ braces }}", "<b>bold</b>",
           "back\\slash", "日本語", "ﷺ\u202e", "a" * 100, "None", "null", " "]  # fmt: skip


def test_segments_may_be_called_anything(db, signed_in, vic, client, token):
    rows = [
        one for day in range(80) for place, name in enumerate(NAUGHTY)
        for one in parcels(day, name, bad(day, place, more=30 * (place % 3 == 0 and day >= 50)))
    ]  # fmt: skip
    send(rows)
    declare(after(0))
    while metrics.tally(now=clock.now()):
        pass
    looked(after(75))
    found = {row.segment["carrier"] for row in queries.fades(open_only=True) if row.segment}
    assert found == set(NAUGHTY[::3])
    at = after(75).isoformat()
    desk = signed_in(vic)
    page = desk.get("/desk/promises/parcels/", {"at": at}).content.decode()
    assert page.count("pp worse than usual since") == len(found)
    assert "<b>bold</b>" not in page
    place = "/desk/insight/touchpoints/promise:parcels/"
    shown = desk.get(place, {"at": at}).content.decode()
    assert shown.count("drawn only: nobody was rung") == len(found)
    assert "<b>bold</b>" not in shown
    listed = client.get("/api/v1/promises/parcels/segments/carrier", {"at": at},
                        headers={"Authorization": f"Bearer {token('read')}"}).json()  # fmt: skip
    assert {one["value"] for one in listed if one["left"]} == found


def test_attributes_that_cannot_be_asked_are_refused_and_the_first_five_are_looked_at(db):
    with pytest.raises(DocumentError, match="cannot be an attribute of a segment"):
        declare(after(0), segments=["Country Name", "a"])
    declare(after(0), segments=["a", "b", "c", "d", "e", "f"])
    assert Stream.objects.get().attributes == ["a", "b", "c", "d", "e"]
    for wrong in (("A b",), ("a", "a"), tuple("abcdef")):
        with pytest.raises(EnrolmentError, match="attributes"):
            Enrolment(name="x", attributes=wrong).checked()


@pytest.mark.django_db(transaction=True)
def test_of_workers_at_once_one_writes_the_facts():
    send(days(81))
    declare(after(0))
    while metrics.tally(now=clock.now()):
        pass
    metrics.evaluate(now=after(80))
    done = at_once(lambda _: metrics.evaluate_segments(now=after(80)), 3)
    assert sorted(done) == [0, 0, 1]
    assert told() == [('{"carrier":"gls"}', True, False)]
    assert PartUsual.objects.count() == 5


def test_a_promise_that_cannot_be_asked_holds_up_no_other(shop, monkeypatch):
    send([one for day in range(81) for one in parcels(day, "x", bad(day, 1), hour=5)])
    metrics.evaluate(now=after(80))
    second = document("other", **{**KEPT, "segments": ["carrier"]})
    second["spec"] = {name: value for name, value in second["spec"].items() if value is not None}
    actions.declare(spec=second, author="Ada", now=after(0))
    while metrics.tally(now=clock.now()):
        pass
    metrics.evaluate(now=after(80))
    real = parting.parted

    def broken(stream, *, now):
        if stream.key == "promise:other":
            raise RuntimeError("the store is away")
        return real(stream, now=now)

    monkeypatch.setattr(parting, "parted", broken)
    assert metrics.evaluate_segments(now=after(80)) == 1
    with pytest.raises(RuntimeError, match="away"):
        metrics.evaluate_segments(now=after(80))
    monkeypatch.setattr(parting, "parted", real)
    assert metrics.evaluate_segments(now=after(80)) == 1, "it is tried again"


def test_of_five_thousand_segments_the_largest_are_looked_at(db):
    """One large segment among thousands of small ones; only so many are asked by the day."""
    rows = [
        one for day in range(45) for number in range(2500)
        for one in parcels(day, f"c{(number + day * 40) % 5000}", 0 if number % 25 else 1, total=2)
    ]  # fmt: skip
    rows += [one for day in range(75) for one in parcels(day, "large", bad(day, 0))]
    send(rows)
    declare(after(0))
    while metrics.tally(now=clock.now()):
        pass
    metrics.evaluate(now=after(44))
    stream = Stream.objects.select_related("series__sweep").get()
    parts = segmented.parts_of(stream, now=after(44))
    assert len(parts) == segmented.MOST
    assert {"carrier": "large"} in [segment for segment, _ in parts]
    assert metrics.evaluate_segments(now=after(44)) == 0
    assert PartUsual.objects.count() <= segmented.MOST


def test_one_go_looks_at_so_many_promises_and_the_next_at_the_rest(shop, monkeypatch):
    second = document("second", **{**KEPT, "segments": ["carrier"]})
    second["spec"] = {name: value for name, value in second["spec"].items() if value is not None}
    actions.declare(spec=second, author="Ada", now=after(0))
    metrics.evaluate(now=after(80))
    monkeypatch.setattr(parting, "_AT_ONCE", 1)
    assert [metrics.evaluate_segments(now=after(80)) for _ in range(3)] == [1, 1, 0]


def test_where_nothing_is_the_matter_few_segments_are_named(db):
    """Three attributes whose values overlap, in control for months: hardly a fact of any."""
    chance = np.random.default_rng(11)
    rows = []
    for day in range(180):
        for number in range(60):
            total = int(chance.integers(60, 140))
            named = {"country": f"c{number % 12}", "plan": f"p{number % 5}"}
            rows += parcels(day, f"v{number % 20}", int(chance.binomial(total, 0.04)), total=total,
                            hour=number % 20, **named)  # fmt: skip
    send(rows)
    declare(after(0), segments=["carrier", "country", "plan"])
    while metrics.tally(now=clock.now()):
        pass
    looked(after(175))
    assert PartUsual.objects.count() == 37
    assert len(told()) <= 4


def test_a_promise_that_counts_otherwise_begins_anew_with_its_segments(shop):
    looked(after(80))
    declare(after(81), good="outcome <> 'late'")
    while metrics.tally(now=clock.now()):
        pass
    looked(after(81))
    row = Fade.objects.get(segment='{"carrier":"gls"}')
    assert row.why_closed == "a new baseline was decided"
    assert looked(after(95)) == 0, "its own usual comes first"


def test_the_verb_names_the_segment(shop, capsys):
    looked(after(80))
    fades_told.tell(everything=False, as_json=False, now=after(80), blind=[])
    assert "Parcels (carrier gls)" in capsys.readouterr().out


def test_slices_of_time_are_looked_at_by_segment(db):
    """Each segment has slices of its own, as everywhere; the one that is down more is named."""
    rows = [
        Signal(source="probe", kind="parcel", key=f"{day}-{slot}-{place}",
               segment={"region": place}, happened_at=after(day) + timedelta(minutes=slot * 10),
               outcome="late" if (slot + day) % (12 if place == "eu" and day >= 50 else 36) == 0
               else "ok")
        for day in range(75) for slot in range(138) for place in ("eu", "us", "asia")
    ]  # fmt: skip
    send(rows)
    declare(after(0), evaluator="timeslice", slice="10m", good="outcome = 'ok'",
            segments=["region"])  # fmt: skip
    while metrics.tally(now=clock.now()):
        pass
    looked(after(70))
    assert told() == [('{"region":"eu"}', True, False)]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.mission("S3.12")
def test_a_segment_that_left_its_usual_looks_right_on_the_promises_page(opened, ben):
    send(days(81))
    declare(after(0), segments=["carrier", "country"])
    while metrics.tally(now=clock.now()):
        pass
    looked(after(80))
    page = opened(ben)
    for path in ("promises/parcels/", "insight/touchpoints/promise:parcels/"):
        page.goto(f"/desk/{path}?at={after(80):%Y-%m-%dT%H:%M:%SZ}")
        assert (path, findings(page)) == (path, [])
    assert page.breaches == []
