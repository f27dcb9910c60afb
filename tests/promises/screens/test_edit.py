import re
from datetime import UTC, datetime, timedelta

import pytest
import yaml

from tests.shop import NOW, document, parcel
from troth.components import actions as components
from troth.components.rules.documents import AudienceTerms
from troth.promises import actions, queries
from troth.promises.models import Promise, Version
from troth.signals import actions as signals
from troth.staff import actions as staff
from troth.staff.models import AuditEntry

EDIT = "/desk/promises/on-time/edit/"
NEW = "/desk/promises/new/"
FILLED = {
    "text": "Your parcel arrives by the date we show you.",
    "name": "Parcels",
    "slug": "parcels",
    "evaluator": "deadline",
    "kind": "delivery",
    "due": "due_at",
    "target": "75 in 100",
    "windows": "14d, 1M",
    "visibility": "public",
    "no_data": "unknown",
    "exclusions": "storm 1%\nstrike",
    "segments": "country",
    "cases": "10",
    "reason": "We can.",
}


@pytest.fixture
def january(db):
    """Forty parcels of January, of which ten came late."""
    shift = timedelta(days=60)
    batch = [
        parcel(
            number,
            late=number % 4 == 0,
            key=f"january-{number}",
            happened_at=parcel(number).happened_at - shift,
            due_at=parcel(number).due_at - shift,
            resolved_at=parcel(number, late=number % 4 == 0).resolved_at - shift,
        )
        for number in range(40)
    ]
    signals.accept(batches=[batch], door="test", now=NOW)


@pytest.fixture
def bens(shop, ben, signed_in):
    shop()
    return signed_in(ben)


def test_a_promise_is_declared_by_form_and_stands_as_written(bens):
    response = bens.post(NEW, FILLED)
    assert response.status_code == 302
    found = queries.document("parcels")
    assert found["spec"]["target"] == "75 in 100"
    assert found["spec"]["windows"] == ["14d", "1M"]
    assert found["spec"]["exclusions"] == [{"category": "storm", "cap": "1%"}, "strike"]
    entry = AuditEntry.objects.get(verb="declared", thing_id="parcels")
    assert entry.actor.email == "ben@example.org"
    assert entry.after["spec"] == found


@pytest.mark.mission("S0.2")
def test_a_promise_that_says_not_how_it_is_judged_is_refused_field_by_field(bens):
    response = bens.post(NEW, FILLED | {"target": "lots", "due": "", "windows": "soon"})
    assert response.status_code == 422
    errors = dict(re.findall(r'id="id_(\w+)_error">([^<]+)<', response.text))
    assert "is no share" in errors["target"]
    assert errors["due"] == "Is missing: due_at, or a time like 72h after the case opened."
    assert "is no duration" in errors["windows"]
    assert not Promise.objects.filter(slug="parcels").exists()
    assert 'value="We can."' in response.text  # what was written is kept


def test_a_condition_that_reads_no_column_is_refused_at_its_field(bens):
    response = bens.post(NEW, FILLED | {"where": "contry = 'de'"})
    assert "id_where_error" in response.text


@pytest.mark.mission("S2.11")
def test_the_preview_says_in_plain_words_and_on_the_past_what_a_draft_would_mean(january, bens):
    text = bens.post("/desk/promises/preview/", FILLED | {"slug": "", "reason": ""}).text
    assert "<html" not in text
    assert "At least 75" in text
    assert "With this target you would have kept it in 1 of 1" in text
    assert not Promise.objects.filter(slug="parcels").exists()


@pytest.mark.mission("S2.11")
def test_a_target_tighter_than_four_fifths_of_reality_is_warned_of(january, bens):
    assert "tighter than reality" in bens.post("/desk/promises/preview/", FILLED).text


def test_a_change_makes_a_new_version_with_its_reason_and_keeps_what_the_form_cannot_show(bens):
    base = queries.document("on-time")
    text = bens.get(EDIT).text
    assert 'name="number" value="1"' in text
    filled = FILLED | {"number": "1", "target": "60%", "exclusions": "storm 50%"}
    response = bens.post(EDIT, filled)
    assert response.status_code == 302
    found = queries.document("on-time")
    assert found["spec"]["target"] == "60%"
    assert found["apiVersion"] == base["apiVersion"]
    last = Version.objects.get(promise__slug="on-time", number=2)
    assert last.reason == "We can."
    entry = AuditEntry.objects.get(verb="changed", thing_id="on-time")
    assert entry.before["spec"]["spec"]["target"] == "70%"
    assert entry.after["spec"]["spec"]["target"] == "60%"


def test_the_name_in_addresses_is_made_of_the_short_name(bens):
    response = bens.post(NEW, FILLED | {"slug": "", "name": "Parcels, on time & whole"})
    assert response["Location"] == "/desk/promises/parcels-on-time-whole/"


def test_a_promise_without_any_name_is_refused(bens):
    response = bens.post(NEW, FILLED | {"slug": "", "name": ""})
    assert "id_slug_error" in response.text


def test_a_new_promise_does_not_change_one_that_is_there(bens):
    response = bens.post(NEW, FILLED | {"slug": "on-time"})
    assert "There is a promise named on-time already." in response.text
    assert Version.objects.filter(promise__slug="on-time").count() == 1


def test_a_promise_without_a_case_does_not_claim_to_allow_no_failure(bens):
    bens.post(NEW, FILLED)
    text = bens.get("/desk/promises/parcels/").text
    assert "Zero tolerance" not in text
    assert "It is counted once there is a case." in text


def test_a_change_needs_a_reason(bens):
    response = bens.post(EDIT, FILLED | {"number": "1", "reason": ""})
    assert "id_reason_error" in response.text
    assert Version.objects.filter(promise__slug="on-time").count() == 1


def test_two_editors_do_not_overwrite_each_other(bens):
    bens.post(EDIT, FILLED | {"number": "1", "target": "60%"})
    response = bens.post(EDIT, FILLED | {"number": "1", "target": "50%"})
    assert "Someone changed this promise while you wrote." in response.text
    assert queries.document("on-time")["spec"]["target"] == "60%"


def test_the_same_document_is_written_as_yaml(bens):
    text = bens.get(EDIT, {"mode": "yaml"}).text
    assert "target: 70%" in text
    changed = document(target="65%")
    sent = {"yaml": yaml.safe_dump(changed), "number": "1", "reason": "As text."}
    assert bens.post(EDIT, sent).status_code == 302
    assert queries.document("on-time")["spec"]["target"] == "65%"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "line 1"),
        ("- 1", "write named fields"),
        ("a: &x 1\nb: *x", "anchors and aliases are not read here"),
        (
            "apiVersion: troth/v1\nkind: Promise\nmetadata: {name: on-time}\nspec: {txet: x}",
            "did you",
        ),
        ("x: " + "y" * 60_000, "at most 50000"),
    ],
)
def test_yaml_that_cannot_be_read_is_told_where_and_kept(bens, text, said):
    response = bens.post(EDIT, {"yaml": text, "number": "1", "reason": "x"})
    assert response.status_code == 422
    assert said in response.text
    assert Version.objects.count() == 1


def test_form_and_yaml_turn_into_each_other_and_lose_nothing(bens):
    as_yaml = bens.post(NEW, FILLED | {"wish": "switch"}).text
    assert "75 in 100" in as_yaml
    assert '<textarea name="yaml"' in as_yaml
    beyond = yaml.safe_dump(document("b", position=3))
    kept = bens.post(NEW, {"yaml": beyond, "wish": "switch"}).text
    assert "The form cannot show all of this." in kept
    assert "position: 3" in kept


def test_undo_declares_an_older_version_again(bens):
    bens.post(EDIT, FILLED | {"number": "1", "target": "60%"})
    url = "/desk/promises/on-time/versions/1/return/"
    assert bens.get(url).status_code == 200
    assert Version.objects.count() == 2
    assert bens.post(url).status_code == 302
    assert queries.document("on-time")["spec"]["target"] == "70%"
    assert Version.objects.get(number=3).reason == "back to version 1"


def test_a_retired_promise_leaves_the_list_and_keeps_its_page(bens):
    assert bens.post("/desk/promises/on-time/retirement/").status_code == 302
    assert "on-time" not in bens.get("/desk/promises/").text
    assert bens.get("/desk/promises/on-time/").status_code == 200


def test_an_exclusion_is_signed_listed_and_withdrawn(bens):
    url = "/desk/promises/on-time/exclusions/new/"
    wrong = bens.post(url, {"category": "storm", "reason": "Storm.", "where": "keyy = 1"})
    assert "id_where_error" in wrong.text
    nothing = bens.post(url, {"category": "storm", "reason": "Storm."})
    assert "Say which cases" in nothing.text
    right = {"category": "storm", "reason": "Storm.", "where": "key = 'parcel-36'"}
    assert bens.post(url, right).status_code == 302
    (row,) = queries.exclusions(slug="on-time")
    assert (row.signed_by, row.category) == ("Ben", "storm")
    withdrawal = f"/desk/promises/on-time/exclusions/{row.id}/withdrawal/"
    assert bens.post(withdrawal).status_code == 302
    assert queries.exclusions(slug="on-time")[0].withdrawn_by == "Ben"
    assert bens.post(withdrawal).status_code == 404


def test_a_suspension_is_announced_and_ended(bens):
    url = "/desk/promises/on-time/suspensions/new/"
    past = {"starts_at": "2026-03-01T00:00", "reason": "Snow."}
    assert "cannot begin in the past" in bens.post(url, past).text
    assert bens.post(url, past | {"starts_at": "2026-03-20T12:00"}).status_code == 302
    (row,) = queries.suspensions(slug="on-time")
    assert "further notice" in bens.get("/desk/promises/on-time/").text
    assert bens.post(f"/desk/promises/on-time/suspensions/{row.id}/end/").status_code == 302
    assert queries.suspensions(slug="on-time")[0].ends_at is not None


@pytest.fixture
def berlin(ben, bens):
    staff.choose_zone(person=ben, zone="Europe/Berlin", now=NOW)
    return bens


def test_an_exclusion_is_entered_and_shown_as_the_readers_clocks_show_it(berlin):
    url = "/desk/promises/on-time/exclusions/new/"
    page = berlin.get(url).text
    assert "From (Europe/Berlin)" in page
    assert 'data-zone="Europe/Berlin"' in page
    filled = {"category": "storm", "reason": "Storm."}
    summer = filled | {"starts_at": "2026-03-28T12:00", "ends_at": "2026-03-29T12:00"}
    assert berlin.post(url, summer).status_code == 302
    (row,) = queries.exclusions(slug="on-time")
    assert row.starts_at == datetime(2026, 3, 28, 11, tzinfo=UTC)
    assert row.ends_at == datetime(2026, 3, 29, 10, tzinfo=UTC)


def test_an_hour_that_is_not_there_is_refused_and_one_that_comes_twice_asked_for(berlin):
    url = "/desk/promises/on-time/exclusions/new/"
    filled = {"category": "storm", "reason": "Storm."}
    answer = berlin.post(url, filled | {"starts_at": "2026-03-29T02:30"})
    assert answer.status_code == 422
    assert "02:30 does not exist on 29 March 2026 in Europe/Berlin" in answer.text
    twice = filled | {"starts_at": "2025-10-26T02:30", "ends_at": "2025-10-26T02:30"}
    answer = berlin.post(url, twice)
    assert "02:30 comes twice on 26 October 2025 in Europe/Berlin" in answer.text
    assert 'name="starts_at-which"' in answer.text
    said = twice | {"starts_at-which": "first", "ends_at-which": "second"}
    assert berlin.post(url, said).status_code == 302
    (row,) = queries.exclusions(slug="on-time")
    assert (row.ends_at - row.starts_at) == timedelta(hours=1)


def test_a_suspension_begins_as_the_readers_clocks_show_it(berlin):
    url = "/desk/promises/on-time/suspensions/new/"
    assert 'value="2026-03-20T13:00"' in berlin.get(url).text
    filled = {"starts_at": "2026-03-20T14:00", "ends_at": "2026-03-30T14:00", "reason": "Snow."}
    assert berlin.post(url, filled).status_code == 302
    (row,) = queries.suspensions(slug="on-time")
    assert (row.starts_at.hour, row.ends_at.hour) == (13, 12)


def test_readers_whom_nobody_declared_are_refused_at_their_field_and_those_there_are_offered(bens):
    partners = AudienceTerms(slug="partners", name="Partners")
    components.declare_audience(terms=partners, by="Ada", now=NOW)
    assert '<option value="partners">Partners</option>' in bens.get(NEW).text
    filled = FILLED | {"visibility": "audience", "audience": "parners"}
    refused = bens.post(NEW, filled)
    assert refused.status_code == 422
    assert "There is no audience “parners”; did you mean “partners”?<" in refused.text
    assert "id_audience_error" in refused.text
    assert bens.post(NEW, filled | {"audience": "partners"}).status_code == 302


def test_an_older_version_whose_readers_are_gone_is_not_declared_again(bens):
    first = Version.objects.get(promise__slug="on-time")
    first.spec["spec"] |= {"visibility": "audience", "audience": "gone"}
    first.save()
    actions.declare(spec=document(target="60%"), author="Ada", now=NOW)
    page = bens.post("/desk/promises/on-time/versions/1/return/", follow=True).text
    assert "Nothing was changed: spec.audience: there is no audience “gone”" in page
    assert Version.objects.filter(promise__slug="on-time").count() == 2
