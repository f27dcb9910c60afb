"""Metrics and promises name a calendar of holidays, and its days reach what is watched."""

from datetime import UTC, date, datetime, timedelta

import pytest
import yaml
from click.testing import CliRunner

from tests.shop import document
from troth.config.verbs.apply import apply_
from troth.core import clock
from troth.metrics import actions as metrics
from troth.metrics.definitions import DefinitionError
from troth.metrics.models import Baseline, Holiday, Stream
from troth.promises import actions, exporting
from troth.promises.models import Version
from troth.promises.rules import openslo, openslo_out
from troth.promises.rules.document import read
from troth.promises.rules.terms import DocumentError

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)
PAGE = "/desk/promises/on-time/edit/"


def calendar(*days, name="office"):
    spec = {"zone": "Europe/Berlin", "holidays": list(days)}
    return {"apiVersion": "troth/v1", "kind": "Calendar", "metadata": {"name": name}, "spec": spec}


def metric(name="carts", **more):
    return {
        "apiVersion": "troth/v1", "kind": "Metric",
        "metadata": {"name": name, "labels": more.pop("labels", {"touchpoint": "cart"})},
        "spec": {"title": "Carts", "over": "cart", "good": "outcome = 'left'", **more},
    }  # fmt: skip


@pytest.fixture
def apply(tmp_path):
    """Return a function that applies documents as the files of one folder."""

    def done(*documents):
        (tmp_path / "all.yaml").write_text(yaml.safe_dump_all(documents))
        with clock.frozen(NOW):
            return (
                CliRunner()
                .invoke(apply_, ["-f", str(tmp_path), "--yes"], catch_exceptions=False)
                .output
            )

    return done


def kept():
    return set(Holiday.objects.values_list("calendar", "day"))


def declare(**spec):
    return actions.declare(spec=document(**spec), author="Ada", reason="as agreed", now=NOW)


def test_files_name_a_calendar_and_its_days_follow_it(apply):
    named = (metric(holidays="office"), document(holidays="office"))
    assert "Applied: 3 things." in apply(calendar("2026-12-25"), *named)
    assert kept() == {("office", date(2026, 12, 25))}
    assert set(Stream.objects.values_list("key", "holidays")) == {
        ("metric:carts", "office"), ("promise:on-time", "office"),
    }  # fmt: skip
    before = dict(Stream.objects.values_list("key", "terms"))
    assert "0 changes" in apply(calendar("2026-12-25"), *named)
    assert "Applied: 1 thing" in apply(calendar("2026-12-26", "2027-01-01"), *named)
    assert kept() == {("office", date(2026, 12, 26)), ("office", date(2027, 1, 1))}
    after = dict(Stream.objects.values_list("key", "terms"))
    assert all(after[key] > before[key] for key in before), "they are looked at again"
    assert Baseline.objects.count() == 2, "no usual begins"


def test_what_files_do_not_hold_is_refused_before_anything_is_done(apply):
    both = metric(holidays="offices"), document(holidays="offices")
    alone = apply(*both)
    assert alone.count("spec.holidays: there is no calendar “offices” with holidays; declare") == 2
    near = apply(calendar("2026-12-25"), *both)
    assert near.count("“offices” with holidays; did you mean “office”?") == 2
    empty = apply(calendar(), document(holidays="office"))
    assert "spec.holidays: there is no calendar “office” with holidays" in empty
    assert not Stream.objects.exists()
    assert not Holiday.objects.exists()


def test_a_promise_takes_a_calendar_and_lets_it_go_without_a_new_usual():
    with pytest.raises(DocumentError, match="there is no calendar “office” with holidays"):
        declare(holidays="office")
    metrics.keep_holidays(calendar="office", days={date(2026, 12, 25): "a holiday"})
    declare()
    declare(holidays="office")
    assert Stream.objects.get().holidays == "office"
    declare()
    assert Stream.objects.get().holidays == ""
    assert Baseline.objects.count() == 1
    assert Version.objects.count() == 3


def test_a_metric_takes_a_calendar_that_is_there_and_stands_somewhere():
    with pytest.raises(DefinitionError, match=r"spec\.holidays: there is no calendar “de”"):
        metrics.declare(document=metric(holidays="de"), author="Ada", now=NOW)
    metrics.keep_holidays(calendar="de", days={date(2026, 12, 25): "a holiday"})
    with pytest.raises(DefinitionError, match=r"spec\.holidays: only what is watched"):
        metrics.declare(document=metric(holidays="de", labels={}), author="Ada", now=NOW)
    metrics.declare(document=metric(), author="Ada", now=NOW)
    metrics.declare(document=metric(holidays="de"), author="Ada", now=NOW + timedelta(days=1))
    assert Stream.objects.get().holidays == "de"
    assert Baseline.objects.count() == 1


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"evaluator": "attestation", "due": None, "target": None}, "evidence is valid or not"),
        ({"due": {"after": "8h", "calendar": "office"}}, "“office” has its own holidays"),
        ({"holidays": "Not A Name"}, "is no name"),
    ],
)
def test_where_holidays_mean_nothing_they_are_refused(spec, said):
    found = document(**{"holidays": "office", **spec})
    found["spec"] = {name: value for name, value in found["spec"].items() if value is not None}
    with pytest.raises(DocumentError) as told:
        read(found)
    (problem,) = told.value.problems
    assert problem.field == "spec.holidays"
    assert said in problem.message


def test_they_leave_and_come_back_with_the_files_and_with_openslo():
    metrics.keep_holidays(calendar="office", days={date(2026, 12, 25): "a holiday"})
    declare(holidays="office")
    metrics.declare(document=metric(holidays="office"), author="Ada", now=NOW)
    written = dict(exporting.documents())
    assert written["promise-on-time"]["spec"]["holidays"] == "office"
    assert written["metric-carts"]["spec"]["holidays"] == "office"
    (again,) = openslo.read([openslo_out.write(read(written["promise-on-time"]))]).promises
    assert read(again).holidays == "office"


def test_the_form_offers_calendars_keeps_the_one_and_refuses_others(signed_in, ben):
    metrics.keep_holidays(calendar="office", days={date(2026, 12, 25): "a holiday"})
    declare(holidays="office")
    client = signed_in(ben)
    page = client.get(PAGE)
    assert page.context["form"].initial["holidays"] == "office"
    assert '<option value="office">' in page.content.decode()
    filled = {name: value for name, value in page.context["form"].initial.items() if value}
    filled |= {"reason": "as agreed", "visibility": "public", "number": "1"}
    answer = client.post(PAGE, filled | {"holidays": "offic"})
    assert answer.status_code == 422
    assert "There is no calendar “offic” with holidays; did you mean" in answer.content.decode()
    client.post(PAGE, filled | {"holidays": ""})
    assert Stream.objects.get().holidays == ""


def test_the_api_says_whose_holidays_they_are(client, token):
    metrics.keep_holidays(calendar="office", days={date(2026, 12, 25): "a holiday"})
    declare(holidays="office")
    found = client.get(
        "/api/v1/promises/on-time/standing", headers={"Authorization": f"Bearer {token('read')}"}
    ).json()
    assert found["holidays"] == "office"
