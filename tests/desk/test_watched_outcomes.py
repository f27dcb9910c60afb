"""A recipe with a limit, the whole way: file, signals, days, fact, alarm, desk."""

from datetime import UTC, datetime, timedelta

import pytest
import yaml
from click.testing import CliRunner

from tests.promises.test_files import MINIMAL
from troth.config.verbs.apply import apply_
from troth.config.verbs.export import export
from troth.core import clock
from troth.core.windows import Span, midnight
from troth.incidents import jobs as incidents
from troth.metrics import jobs, queries, reporting
from troth.metrics.models import Fade, Series, Stream
from troth.metrics.models_outcomes import Daily
from troth.notify.models import Escalation
from troth.notify.queries import last_told
from troth.promises import actions as promises
from troth.signals import actions as signals
from troth.signals.envelope import Signal

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
CARTS, DAYS = 50, 45
DOCUMENT = {
    "apiVersion": "troth/v1",
    "kind": "Outcome",
    "metadata": {
        "name": "left-carts", "labels": {"touchpoint": "cart", "step": "2 buy", "rise": "15%"},
    },
    "spec": {"like": "cart_abandonment", "title": "Left carts"},
}  # fmt: skip


@pytest.fixture
def today(db):
    with clock.frozen(NOON):
        steps = [{"after": 0, "subscriptions": ["sub_x"]}]
        Escalation.objects.create(slug="all", name="All", steps=steps, created_at=NOON)
        yield NOON


def carts(back, left, *, count=CARTS):
    """Return the carts of a day so long ago, of which so many are followed by no order."""
    at = NOON - back * DAY
    found = []
    for number in range(count):
        cart = {"cart": f"{back}-{number}"}
        found.append(Signal(source="shop", kind="cart", key=f"c{back}-{number}", happened_at=at,
                            segment=cart))  # fmt: skip
        if number >= left:
            found.append(Signal(source="shop", kind="order", key=f"o{back}-{number}",
                                happened_at=at + timedelta(hours=2), segment=cart))  # fmt: skip
    return found


def told(*days, now=NOON, extra=()):
    batch = [one for day in days for one in carts(*day)]
    signals.accept(batches=[[*batch, *extra]], door="test", now=now)
    brought_up(now)


def brought_up(now):
    """Let everything follow that does."""
    while signals.seal(now=now).files:
        pass
    while jobs.tally(now=now):
        pass
    jobs.recount(now=now + timedelta(minutes=3))
    jobs.evaluate(now=now + timedelta(minutes=3))
    incidents.heed(now=now + timedelta(minutes=3))


def usual(first, last):
    return [(back, 20 + back % 3 - 1) for back in range(first, last, -1)]


def applied(tmp_path, document, *more):
    file = tmp_path / "outcome.yaml"
    file.write_text(yaml.safe_dump(document))
    return CliRunner().invoke(apply_, ["-f", str(file), "--yes", *more], standalone_mode=False)


@pytest.mark.mission("S2.44")
@pytest.mark.parametrize(("left", "is_told"), [(22, False), (24, True)])
def test_abandonment_fifteen_percent_above_its_usual_rings_from_a_file(
    today, tmp_path, signed_in, vic, left, is_told
):
    """40 % is usual, so the limit is 46 %: 22 of 50 are 44 %, 24 are 48 %."""
    assert "create Outcome left-carts" in applied(tmp_path, DOCUMENT).output
    promises.declare(spec=yaml.safe_load(MINIMAL), author="Ada", now=NOON)  # Today begins with one
    told(*usual(DAYS, 2), (2, left))
    found = Fade.objects.filter(kind="threshold")
    assert found.exists() is is_told
    reader = signed_in(vic)
    faded = reader.get("/desk/insight/faded/?kind=threshold").text
    assert ("Left carts" in faded) is is_told
    assert ("Left carts" in reader.get("/desk/").text) is is_told
    page = reader.get("/desk/insight/touchpoints/outcome:left-carts/").text
    assert "Left carts" in page
    assert ("told: past a limit" in page) is is_told
    assert "A day is told when it is more than 15\u202f% above what is usual of such a day;" in page
    assert "A limit, beyond which a day is told: 4" in page  # 46 %, of a usual of 40 %
    assert "dashed: a limit, beyond which a day is told" in page
    if is_told:
        (fact,) = found
        assert str(fact.opened_on) == "2026-03-18"
        assert fact.evidence["limit"] == pytest.approx(1.15 * fact.evidence["usual"])
        assert last_told(f"alert:fade:{fact.pk}").title == "Left carts: past a limit"


@pytest.mark.mission("S2.44")
def test_an_absolute_limit_holds_without_a_past(today, tmp_path):
    labels = {"touchpoint": "cart", "above": "50%"}
    applied(tmp_path, DOCUMENT | {"metadata": {"name": "left-carts", "labels": labels}})
    told((3, 25), (2, 26))
    (fact,) = Fade.objects.filter(kind="threshold")
    assert (str(fact.opened_on), fact.evidence["limit"]) == ("2026-03-18", 0.5)
    assert fact.evidence["value"] == 0.52


def days_of(stream, now=NOON):
    """Return day → (share, n) of what was counted."""
    points = queries.chart(stream=stream.pk, span=Span(now - 60 * DAY, now), at=now).points
    return {str(one.day): (one.value, one.n) for one in points if one.value is not None}


def test_each_day_is_what_the_outcome_says_of_it_and_waits_until_it_can_be_known(today, tmp_path):
    applied(tmp_path, DOCUMENT)
    nameless = Signal(source="shop", kind="cart", key="nobody", happened_at=NOON - 3 * DAY)
    again = Signal(source="shop", kind="cart", key="again", happened_at=NOON - 3 * DAY,
                   segment={"cart": "3-0"})  # fmt: skip
    told((4, 10), (3, 20), (2, 30), (1, 40), (0, 50), extra=[nameless, again])
    stream = Stream.objects.get()
    found = days_of(stream)
    assert list(found) == ["2026-03-16", "2026-03-17", "2026-03-18"], "of the 19th a day is missing"
    for back in (4, 3, 2):
        start = midnight((NOON - back * DAY).date(), stream.series.sweep.tz)
        one = queries.outcome("left-carts", span=Span(start, start + DAY), at=NOON)
        assert found[str((NOON - back * DAY).date())] == (one.value, one.n)
    assert found["2026-03-17"] == (pytest.approx(21 / 51), 51)
    assert not jobs.is_uncounted(now=NOON + timedelta(hours=3))
    later = midnight((NOON + DAY).date(), stream.series.sweep.tz) + timedelta(seconds=1)
    assert jobs.is_uncounted(now=later)
    jobs.recount(now=later)
    assert list(days_of(stream, now=later))[-1] == "2026-03-19"


def test_late_orders_correct_the_days_of_their_carts_and_no_others(today, tmp_path):
    applied(tmp_path, DOCUMENT)
    told(*usual(12, 1))
    stream = Stream.objects.get()
    before = days_of(stream)
    late = Signal(source="shop", kind="order", key="late", segment={"cart": "8-0"},
                  happened_at=NOON - 8 * DAY + timedelta(hours=3))  # fmt: skip
    hour = timedelta(hours=1)
    told(now=NOON + hour, extra=[late])
    after = days_of(stream, now=NOON + hour)
    changed = {day for day in before if before[day] != after[day]}
    assert changed == {str((NOON - 8 * DAY).date())}
    assert Daily.objects.get().dirty_from is None


def test_other_definitions_begin_a_phase_and_what_is_let_go_is_watched_no_longer(today, tmp_path):
    applied(tmp_path, DOCUMENT)
    told(*usual(5, 1))
    longer = DOCUMENT | {"spec": DOCUMENT["spec"] | {"options": {"within": "48h"}}}
    applied(tmp_path, longer)
    stream = Stream.objects.get()
    assert stream.baselines.count() == 2
    assert stream.settle == 2 * 86_400
    assert Daily.objects.get().series == stream.series
    CliRunner().invoke(export, ["-o", str(tmp_path / "out")], standalone_mode=False)
    (file,) = (tmp_path / "out").rglob("*left-carts*")
    assert yaml.safe_load(file.read_text()) == longer
    applied(tmp_path, DOCUMENT | {"metadata": {"name": "left-carts"}})
    assert not Daily.objects.exists()
    assert Stream.objects.get().ended_at is not None
    applied(tmp_path, DOCUMENT)
    assert Stream.objects.get().ended_at is None
    reporting.retire_outcome(name="left-carts", author="Ada", now=NOON)
    assert not Daily.objects.exists()
    told((3, 10))
    assert not jobs.is_uncounted(now=NOON + DAY)


@pytest.mark.parametrize(
    ("like", "labels", "said"),
    [
        ("aov", {"touchpoint": "cart", "above": "50%"},
         "labels.touchpoint: left-carts is no share of each day's own cases; those that can be"),
        ("clv", {"touchpoint": "cart"}, "cart_abandonment, click_through, complaints, conversion"),
        ("cart_abandonment", {"above": "50%"}, "labels.above: says nothing without a label"),
        ("cart_abandonment", {"touchpoint": "cart", "team": "x"}, "labels.team: there is no such"),
        ("cart_abandonment", {"touchpoint": "cart", "rise": "x"}, "labels.rise: “x” is no limit"),
        ("cart_abandonment", {"touchpoint": "c" * 101}, "is longer than 100 characters"),
    ],
)  # fmt: skip
def test_a_label_that_an_outcome_cannot_have_is_refused_with_the_reason(
    today, tmp_path, like, labels, said
):
    metadata = {"name": "left-carts", "labels": labels}
    found = applied(tmp_path, DOCUMENT | {"metadata": metadata, "spec": {"like": like}})
    assert said in found.output
    assert "Nothing was changed" in found.output
    assert not Stream.objects.exists()


def test_no_scan_ever_counts_what_an_outcome_writes(today, tmp_path, client):
    applied(tmp_path, DOCUMENT)
    told(*usual(5, 1))
    series = Series.objects.get(sweep__written_by="left-carts")
    assert not series.dirty.exists()
    assert not series.sweep.dirty.exists()
    before = days_of(Stream.objects.get())
    brought_up(NOON + timedelta(hours=1))
    assert days_of(Stream.objects.get()) == before


def test_an_outcome_that_cannot_be_counted_says_why_and_holds_up_no_other(today, tmp_path):
    applied(tmp_path, DOCUMENT)
    applied(tmp_path, DOCUMENT | {"metadata": {**DOCUMENT["metadata"], "name": "other"}})
    Daily.objects.filter(name="left-carts").update(name="gone")
    told(*usual(4, 1))
    assert "gone" in Daily.objects.get(name="gone").problem
    assert Daily.objects.get(name="other").counted_until is not None
