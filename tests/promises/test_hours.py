"""A promise that says `hours: true` has its day judged before it is over."""

from datetime import UTC, datetime, time, timedelta

import pytest

from tests.looks import findings
from tests.shop import document
from tests.together import at_once
from troth.core import clock
from troth.core.windows import DAY, HOUR
from troth.incidents import jobs as incidents
from troth.metrics import jobs as metrics
from troth.metrics import queries
from troth.metrics.models import Baseline, Fade, Series, Stream
from troth.promises import actions, exporting
from troth.promises.models import Version
from troth.promises.rules import openslo, openslo_out
from troth.promises.rules.document import read
from troth.promises.rules.terms import DocumentError
from troth.signals import actions as signals
from troth.signals.envelope import Signal

pytestmark = pytest.mark.django_db
DAYS = 40
PAGE = "/desk/promises/payments/"
KEPT = {"evaluator": "event", "good": "outcome = 'paid'", "due": None, "segments": None,
        "signals": {"kind": "payment"}, "exclusions": None, "target": "60%"}  # fmt: skip


def promise(**spec):
    """Return a document that counts payments; None takes a field away."""
    found = document("payments", name="Payments", **{**KEPT, **spec})
    found["spec"] = {name: value for name, value in found["spec"].items() if value is not None}
    return found


def declare(now, **spec):
    return actions.declare(spec=promise(**spec), author="Ada", reason="as agreed", now=now)


@pytest.fixture
def afternoon():
    """Return two in the afternoon of yesterday."""
    return datetime.combine(clock.now().date() - timedelta(days=1), time(14, 5), UTC)


def failing(back, hour, *, fault):
    """Return how many of 40 payments fail: more in the evening, and from eight on in a fault."""
    usual = 9 if hour >= 17 else 2 + (back + hour) % 2
    return usual + 10 if fault and back == 0 and hour >= 8 else usual


def payments(afternoon, *, fault, dated=False):
    """Let payments come until that afternoon; `dated`: they fall due then, an hour after."""
    rows = []
    for back in range(DAYS + 1):
        for hour in range(24 if back else 14):
            at = datetime.combine(afternoon.date() - timedelta(days=back), time(hour, 30), UTC)
            bad = failing(back, hour, fault=fault)
            for outcome, weight in (("paid", 40 - bad), ("failed", bad)):
                late = timedelta(minutes=1 if outcome == "failed" else -1)
                dates = {"due_at": at, "resolved_at": at + late} if dated else {}
                rows.append(Signal(
                    source="shop", kind="payment", key=f"{back}-{hour}-{outcome}", weight=weight,
                    happened_at=at - timedelta(hours=2) if dated else at, outcome=outcome, **dates,
                ))  # fmt: skip
    signals.accept(batches=[rows], door="test", now=clock.now())
    signals.seal(now=clock.now())


def counted():
    while metrics.tally(now=clock.now()):
        pass


@pytest.mark.mission("S1.13")
@pytest.mark.parametrize("dated", [False, True])
def test_a_fault_of_the_morning_is_told_the_same_day_and_rings_once(
    afternoon, dated, signed_in, vic
):
    payments(afternoon, fault=True, dated=dated)
    due = {"evaluator": "deadline", "due": "due_at", "good": None} if dated else {}
    declare(afternoon - timedelta(days=DAYS), hours=True, **due)
    counted()
    metrics.evaluate(now=afternoon)
    assert metrics.evaluate_hours(now=afternoon) == 1
    fact = Fade.objects.get()
    assert (fact.kind, fact.rings, fact.stream.key) == ("spike", True, "promise:payments")
    assert (fact.evidence["seen"], fact.evidence["cases"]) == (95, 560)
    until = {"at": afternoon.isoformat()}
    said = "Today until 14:00: 95 of 560 failed where 35 are usual by then."
    for page in (PAGE, "/desk/insight/touchpoints/promise:payments/"):
        text = signed_in(vic).get(page, until).content.decode()
        assert said in text
        assert text.count(":00</th>") == 24
    assert incidents.heed(now=afternoon) == 1
    metrics.evaluate(now=afternoon + timedelta(days=1))
    assert incidents.heed(now=clock.now()) == 0


def test_a_promise_that_does_not_ask_stays_as_it_is(afternoon, signed_in, vic):
    payments(afternoon, fault=True)
    declare(afternoon - timedelta(days=DAYS))
    counted()
    metrics.evaluate(now=afternoon)
    assert not metrics.is_hour_due(now=afternoon)
    assert not Series.objects.filter(sweep__grain__lt=DAY).exists()
    text = signed_in(vic).get(PAGE, {"at": afternoon.isoformat()}).content.decode()
    assert "so far" not in text


@pytest.mark.mission("S1.13")
def test_asking_later_takes_effect_without_a_new_usual_and_can_be_taken_back(afternoon):
    payments(afternoon, fault=True)
    declare(afternoon - timedelta(days=DAYS))
    counted()
    metrics.evaluate(now=afternoon)
    before = Baseline.objects.values("pk", "frozen", "reason").get()
    declare(afternoon, hours=True)
    counted()
    assert metrics.evaluate_hours(now=afternoon) == 1
    assert Baseline.objects.values("pk", "frozen", "reason").get() == before
    hours = Stream.objects.get().hourly
    assert hours.grain == HOUR
    declare(afternoon, hours=False)
    assert Stream.objects.get().hourly is None
    assert not Series.objects.filter(pk=hours.pk).exists(), "nobody counts it any more"
    assert Baseline.objects.count() == 1


def test_hours_that_a_window_needs_anyway_are_counted_once_and_stay(afternoon):
    declare(afternoon, windows=["12h"], hours=True)
    assert Series.objects.filter(sweep__grain=HOUR).count() == 1
    declare(afternoon + timedelta(hours=1), windows=["12h"])
    assert Series.objects.filter(sweep__grain=HOUR).count() == 1, "the window still reads it"
    declare(afternoon + timedelta(hours=2), windows=["12h"], hours=True)
    actions.retire(slug="payments", author="Ada", now=afternoon + timedelta(hours=3))
    assert not Series.objects.filter(sweep__grain=HOUR).exists()


def test_another_count_has_other_hours_and_lets_go_of_the_old_ones(afternoon):
    declare(afternoon, hours=True, zone="Asia/Kolkata")
    first = Stream.objects.get().hourly
    assert (first.grain, first.zone) == (HOUR // 2, "Asia/Kolkata")
    declare(afternoon, hours=True, zone="Asia/Kolkata", good="outcome <> 'failed'")
    second = Stream.objects.get().hourly
    assert second.measure["good"] != first.measure["good"]
    assert not Series.objects.filter(pk=first.pk).exists()
    assert Baseline.objects.count() == 2, "it counts otherwise: a usual of its own"


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"evaluator": "attestation", "good": None, "target": None}, "evidence is valid or not"),
        ({"evaluator": "deadline", "good": None, "due": {"after": "8h", "calendar": "office"}},
         "reckoned case by case"),
        ({"needs": {"watermark": "72h"}}, "watermark of 3d: no hour of today is over today"),
        ({"evaluator": "timeslice", "good": None, "slice": "2h"}, "no whole slices of 2h"),
        ({"evaluator": "timeslice", "good": None, "slice": "1h", "zone": "Asia/Kolkata"},
         "the hours of Asia/Kolkata hold no whole slices of 1h"),
        ({"hours": "often"}, "must be true or false, not “often”"),
    ],
)  # fmt: skip
def test_where_it_makes_no_sense_it_is_refused_in_plain_words(spec, said):
    with pytest.raises(DocumentError) as told:
        read(promise(**{"hours": True, **spec}))
    (problem,) = told.value.problems
    assert problem.field == "spec.hours"
    assert said in problem.message


@pytest.mark.parametrize(
    "spec",
    [
        {"evaluator": "timeslice", "good": None, "slice": "30m", "zone": "Asia/Kolkata"},
        {"evaluator": "invariant", "target": None},
        {"evaluator": "deadline", "good": None, "due": "72h", "needs": {"watermark": "3h"}},
    ],
)
def test_what_is_counted_within_the_day_may_ask(spec):
    assert read(promise(hours=True, **spec)).hours
    assert not read(promise(**spec)).hours


def test_it_leaves_and_comes_back_with_the_files_and_with_openslo(afternoon):
    declare(afternoon, hours=True)
    ((_, written),) = exporting.documents()
    assert written["spec"]["hours"] is True
    terms = read(written)
    (again,) = openslo.read([openslo_out.write(terms)]).promises
    assert read(again).hours
    plain = openslo_out.write(read(promise()))
    assert "troth/hours" not in plain["metadata"]["annotations"]


def test_late_signals_that_are_waited_for_have_their_hours_waited_for(afternoon, signed_in, vic):
    """Where signals may come three hours late, no hour is judged before they were there."""
    payments(afternoon, fault=True)
    declare(afternoon - timedelta(days=DAYS), hours=True, needs={"watermark": "3h"})
    counted()
    metrics.evaluate(now=afternoon)
    metrics.evaluate_hours(now=afternoon)
    stream = Stream.objects.get()
    assert stream.judged_until == afternoon.replace(hour=11, minute=0)
    assert not metrics.is_hour_due(now=afternoon + timedelta(minutes=50))
    assert metrics.is_hour_due(now=afternoon + timedelta(minutes=56))
    night = (afternoon + timedelta(days=1)).replace(hour=1)
    found = queries.today(stream=stream.pk, at=night)
    assert found.day == afternoon.date(), "until three it is the day before that runs"
    assert found.until == afternoon.replace(hour=22, minute=0)
    text = signed_in(vic).get(PAGE, {"at": night.isoformat()}).content.decode()
    assert "Yesterday until 22:00: " in text


def test_after_a_pause_nothing_is_judged_before_what_fell_due_is_counted(afternoon):
    """A worker that stood still has cases that fell due meanwhile: an hour without them is none."""
    dawn = afternoon.replace(hour=8)
    payments(afternoon, fault=False, dated=True)
    declare(dawn - timedelta(days=DAYS), hours=True, evaluator="deadline", due="due_at", good=None)
    while metrics.tally(now=dawn):
        pass
    metrics.evaluate(now=dawn)
    assert metrics.evaluate_hours(now=afternoon) == 0
    assert Stream.objects.get().judged_until is None
    while metrics.tally(now=afternoon):
        pass
    metrics.evaluate_hours(now=afternoon)
    assert Stream.objects.get().judged_until == afternoon.replace(minute=0)
    assert not Fade.objects.exists()


def test_evidence_that_comes_late_and_corrections_let_the_day_decide(afternoon):
    payments(afternoon, fault=True)
    declare(afternoon - timedelta(days=DAYS), hours=True)
    counted()
    metrics.evaluate(now=afternoon)
    metrics.evaluate_hours(now=afternoon)
    fixed = []
    for hour in range(8, 24):
        at, bad = afternoon.replace(hour=hour, minute=30), failing(0, hour, fault=False)
        for outcome, weight in (("paid", 40 - bad), ("failed", bad)):
            fixed.append(Signal(source="shop", kind="payment", key=f"0-{hour}-{outcome}", version=1,
                                happened_at=at, outcome=outcome, weight=weight))  # fmt: skip
    signals.accept(batches=[fixed], door="test", now=clock.now())
    signals.seal(now=clock.now())
    assert metrics.evaluate_hours(now=afternoon + timedelta(hours=1)) == 0, "it is to be counted"
    counted()
    metrics.evaluate(now=afternoon + timedelta(hours=1))
    assert Fade.objects.get().closed_at is None, "the day goes on"
    metrics.evaluate(now=afternoon + timedelta(days=1))
    assert Fade.objects.get().why_closed == "the whole day did not bear it out"


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_days_of_23_and_25_hours_alarm_nobody(day):
    """Every hour of Berlin's clocks fails alike, on the days on which they change as well."""
    last = datetime.fromisoformat(f"{day}T21:30:00+00:00")
    rows = []
    for back in range(DAYS * 24):
        at = last - timedelta(hours=back)
        bad = 2 + back % 2
        rows += [
            Signal(source="shop", kind="payment", key=f"{back}-{outcome}", happened_at=at,
                   outcome=outcome, weight=weight)
            for outcome, weight in (("paid", 40 - bad), ("failed", bad))
        ]  # fmt: skip
    signals.accept(batches=[rows], door="test", now=clock.now())
    signals.seal(now=clock.now())
    declare(last - timedelta(days=DAYS), hours=True, zone="Europe/Berlin")
    counted()
    metrics.evaluate(now=last)
    for hour in range(-20, 1):
        assert metrics.evaluate_hours(now=last + timedelta(hours=hour)) == 0
    found = queries.today(stream=Stream.objects.get().pk, at=last).so_far
    assert abs(found.z) < 2


def test_a_promise_that_never_failed_has_hours_too(afternoon):
    """Zero tolerance: the first failures are told by the hour, and nothing is divided by none."""
    rows = [
        Signal(source="shop", kind="payment", key=f"{back}-{hour}", weight=40, outcome="paid",
               happened_at=datetime.combine(afternoon.date() - timedelta(days=back),
                                            time(hour, 30), UTC))
        for back in range(DAYS + 1) for hour in range(24 if back else 14)
    ]  # fmt: skip
    bad = Signal(source="shop", kind="payment", key="bad", weight=30, outcome="failed",
                 happened_at=afternoon.replace(hour=12))  # fmt: skip
    signals.accept(batches=[[*rows, bad]], door="test", now=clock.now())
    signals.seal(now=clock.now())
    declare(afternoon - timedelta(days=DAYS), hours=True, evaluator="invariant", target=None)
    counted()
    metrics.evaluate(now=afternoon)
    assert metrics.evaluate_hours(now=afternoon) == 1


def test_slices_of_time_are_judged_by_the_hour(afternoon):
    rows = [
        Signal(source="probe", kind="payment", key=f"{back}-{hour}-{part}",
               outcome="failed" if (hour + part + back) % 12 == 0 or (not back and hour >= 8)
               else "paid",
               happened_at=datetime.combine(afternoon.date() - timedelta(days=back),
                                            time(hour, part * 5 + 1), UTC))
        for back in range(DAYS + 1) for hour in range(24 if back else 14) for part in range(12)
    ]  # fmt: skip
    signals.accept(batches=[rows], door="test", now=clock.now())
    signals.seal(now=clock.now())
    declare(afternoon - timedelta(days=DAYS), hours=True, evaluator="timeslice", slice="5m")
    counted()
    metrics.evaluate(now=afternoon)
    assert metrics.evaluate_hours(now=afternoon) == 1
    assert Fade.objects.get().evidence["cases"] == 14 * 12, "slices, as by the day"


@pytest.mark.django_db(transaction=True)
def test_of_workers_at_once_one_opens_the_fact(afternoon):
    payments(afternoon, fault=True)
    declare(afternoon - timedelta(days=DAYS), hours=True)
    counted()
    metrics.evaluate(now=afternoon)
    done = at_once(lambda _: metrics.evaluate_hours(now=afternoon), 3)
    assert sum(done) == 1
    assert Fade.objects.count() == 1


def test_the_form_shows_it_keeps_it_and_takes_it_away(signed_in, ben):
    declare(clock.now(), hours=True)
    client = signed_in(ben)
    page = client.get(f"{PAGE}edit/")
    assert page.context["form"].initial["hours"] == "on"
    filled = {name: value for name, value in page.context["form"].initial.items() if value}
    filled |= {"reason": "as agreed", "visibility": "public"}
    client.post(f"{PAGE}edit/", filled | {"cases": "11", "number": "1"})
    assert Version.objects.count() == 2
    assert Stream.objects.get().hourly is not None
    filled.pop("hours")
    client.post(f"{PAGE}edit/", filled | {"number": "2"})
    assert Stream.objects.get().hourly is None
    answer = client.post(
        f"{PAGE}edit/", filled | {"hours": "on", "watermark": "48h", "number": "3"}
    )
    assert "Makes no sense with a watermark of 2d" in answer.content.decode()


def test_the_api_says_whether_it_is_asked_for(client, token):
    declare(clock.now(), hours=True)
    found = client.get(
        "/api/v1/promises/payments/standing", headers={"Authorization": f"Bearer {token('read')}"}
    ).json()
    assert found["hours"] is True


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.mission("S3.12")
def test_today_so_far_of_a_promise_looks_right(afternoon, opened, ben):
    payments(afternoon, fault=True)
    declare(afternoon - timedelta(days=DAYS), hours=True)
    counted()
    metrics.evaluate(now=afternoon)
    page = opened(ben)
    page.goto(f"{PAGE}?at={afternoon:%Y-%m-%dT%H:%M:%SZ}")
    page.evaluate("document.querySelector('#so-far ~ details').open = true")
    assert findings(page) == []
    page.goto(f"{PAGE}edit/")
    assert findings(page) == []
    assert page.breaches == []
