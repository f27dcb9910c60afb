"""Where nothing is known is listed: declared touchpoints, lone streams, promises in hours."""

import json

import pytest
import yaml
from click.testing import CliRunner

from tests.metrics.drift.conftest import FIRST, Histories, after
from tests.promises.test_files import MINIMAL
from troth.config.verbs.apply import apply_
from troth.config.verbs.export import export
from troth.config.verbs.insight import insight
from troth.core import clock
from troth.metrics import actions as metrics
from troth.metrics import jobs, queries
from troth.metrics.definitions import DefinitionError
from troth.metrics.journeying import declare_journey
from troth.metrics.models import Journey
from troth.promises import actions
from troth.promises import queries as promises
from troth.staff.models import AuditEntry

NOW = after(30)
STEPS = [{"name": "1 find", "touchpoints": ["search", "place 1"]},
         {"name": "2 pay", "touchpoints": ["invoice"]}]  # fmt: skip
JOURNEY = {"apiVersion": "troth/v1", "kind": "Journey", "metadata": {"name": "shop"},
           "spec": {"steps": STEPS}}  # fmt: skip
CALENDAR = {"apiVersion": "troth/v1", "kind": "Calendar", "metadata": {"name": "office"},
            "spec": {"zone": "Europe/Berlin", "hours": "09:00-17:00"}}  # fmt: skip


def office(**labels):
    """Return a promise in business hours."""
    found = yaml.safe_load(MINIMAL)
    found["metadata"] = {"name": "replies", "displayName": "Replies", "labels": labels}
    found["spec"] |= {"evaluator": "deadline", "due": {"after": "8h", "calendar": "office"}}
    found["spec"].pop("good")
    return found


def applied(tmp_path, *documents, prune=False):
    file = tmp_path / "all.yaml"
    file.write_text(yaml.safe_dump_all(documents))
    words = ["-f", str(file), "--yes", *(["--prune"] if prune else [])]
    return CliRunner().invoke(apply_, words, standalone_mode=False)


@pytest.fixture
def measured(db):
    """Watch one touchpoint that speaks, `place 1`; it is a month later."""
    histories = Histories()
    histories.stream([(960, 1000)] * 30)
    with clock.frozen(NOW):
        yield histories


def blind():
    return [(one.title, one.step, one.why) for one in promises.blind_spots(at=NOW)]


@pytest.mark.mission("S1.10", "S1.12")
def test_a_touchpoint_that_a_journey_has_and_nothing_measures_is_a_blind_spot(
    measured, tmp_path, signed_in, vic
):
    assert blind() == []
    told = applied(tmp_path, JOURNEY)
    assert "create Journey shop" in told.output
    assert blind() == [("search", "1 find", "nothing is measured there"),
                       ("invoice", "2 pay", "nothing is measured there")]  # fmt: skip
    text = signed_in(vic).get("/desk/insight/").text.split('id="blind"')[1]
    assert text.index("search") < text.index("invoice")
    assert "nothing is measured there" in text
    assert queries.coverage(at=after(1)) == [], "nothing was declared then"
    found = CliRunner().invoke(insight, ["--json"], standalone_mode=False)
    assert [one["touchpoint"] for one in json.loads(found.output)["blind"]] == ["search", "invoice"]
    assert "0 changes, 1 as they are" in applied(tmp_path, JOURNEY).output
    assert "retire Journey shop" in applied(tmp_path, prune=True).output
    assert blind() == []
    assert set(AuditEntry.objects.filter(thing="journey").values_list("verb", flat=True)) == {
        "create", "retire",
    }  # fmt: skip


def test_a_journey_leaves_as_it_came(measured, tmp_path):
    applied(tmp_path, JOURNEY)
    CliRunner().invoke(export, ["-o", str(tmp_path / "out")], standalone_mode=False)
    (file,) = (tmp_path / "out").rglob("*journey-shop*")
    assert yaml.safe_load(file.read_text()) == JOURNEY


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([], r"spec\.steps: name between 1 and 1000 touchpoints"),
        ([{"name": "a", "touchpoints": []}], r"spec\.steps: name between 1 and 1000"),
        ([{"name": "", "touchpoints": ["b"]}], r"spec\.steps\[0\]\.name: “” is no name"),
        ([{"name": "a", "touchpoints": ["b", "b"]}], r"touchpoints\[1\]: “b” is there twice"),
        ([{"name": "a", "touchpoints": ["b" * 101]}], r"touchpoints\[0\]: is longer than 100"),
        ([{"name": "a", "touchpoints": [" b"]}], r"touchpoints\[0\]: “ b” is no name"),
        ([{"name": "a", "touchpoints": ["b"], "step": 1}], r"spec\.steps\[0\]"),
        ([{"name": "a"}], r"spec\.steps\[0\]"),
        ("all", r"spec\.steps"),
    ],
)
def test_what_is_no_journey_is_refused_with_its_place(db, tmp_path, steps, said):
    wrong = JOURNEY | {"spec": {"steps": steps}}
    with pytest.raises(DefinitionError, match=said):
        declare_journey(document=wrong, author="Ada", now=NOW)
    assert "Nothing was changed" in applied(tmp_path, wrong).output
    labelled = JOURNEY | {"metadata": {"name": "shop", "labels": {"x": "y"}}}
    with pytest.raises(DefinitionError, match="a journey has no labels"):
        declare_journey(document=labelled, author="Ada", now=NOW)
    assert not Journey.objects.exists()


@pytest.mark.mission("S1.10")
def test_a_promise_in_business_hours_is_listed_with_the_reason(measured, tmp_path):
    why = "“Replies” is judged, but no day of it is watched: its deadlines run in business hours"
    assert applied(tmp_path, CALENDAR, office()).exit_code == 0
    assert blind() == [("Replies", "", why)]
    applied(tmp_path, CALENDAR, JOURNEY, office(touchpoint="invoice", step="2 pay"))
    assert blind() == [("search", "1 find", "nothing is measured there"), ("invoice", "2 pay", why)]
    actions.retire(slug="replies", author="Ada", reason="over", now=clock.now())
    assert ("invoice", "2 pay", "nothing is measured there") in blind()


@pytest.mark.mission("S1.10")
def test_what_stands_at_no_touchpoint_is_blind_by_itself(measured):
    measured.stream([], touchpoint="", name="Calls answered")
    stopped = measured.stream([(9, 10)] * 2, touchpoint="", name="Letters")
    measured.stream([(960, 1000)] * 30, touchpoint="", name="Parcels")
    found = promises.blind_spots(at=NOW)
    assert [(one.title, one.why) for one in found] == [
        ("Calls answered", "no signal ever came"), ("Letters", "its signals stopped"),
    ]  # fmt: skip
    assert (found[1].last - FIRST).days == 1
    while jobs.is_unglanced(now=NOW):
        jobs.glance(now=NOW)
    assert promises.blind_spots(at=NOW) == found, "as they are remembered, too"
    metrics.unwatch(key=stopped.key, now=NOW)
    assert [one.title for one in promises.blind_spots(at=NOW)] == ["Calls answered"]


def test_of_very_many_blind_spots_the_first_are_shown(measured, signed_in, vic):
    steps = [{"name": "1 all", "touchpoints": [f"place {n:03}" for n in range(60)]}]
    declare_journey(document=JOURNEY | {"spec": {"steps": steps}}, author="Ada", now=NOW)
    text = signed_in(vic).get("/desk/insight/").text
    assert "place 049" in text
    assert "place 050" not in text
    assert "The first 50 of 60." in text
