"""The desk's incidents: the list, the composer, an incident's page, and who may do what."""

from datetime import timedelta

import pytest
from scene import NOON, component, facts, message, opened, opening, resolved

from troth.core import clock
from troth.incidents import actions, queries
from troth.incidents.models import Incident, Update

FORM_DATE = "%Y-%m-%dT%H:%M"


@pytest.fixture(autouse=True)
def noon(db):
    with clock.frozen(NOON):
        yield


def test_an_empty_desk_says_what_this_is_for(signed_in, ben, vic, read):
    page = read(signed_in(ben), "incidents/")
    assert "Nothing was ever published." in page
    assert "New incident" in page
    assert "New incident" not in read(signed_in(vic), "incidents/")
    for path in ("maintenance/", "breaches/", "templates/"):
        assert read(signed_in(vic), path)


@pytest.mark.mission("S3.21")
def test_an_incident_is_previewed_in_every_channel_before_it_goes_out(
    signed_in, ben, filled, post, latest
):
    shop = component()
    browser = signed_in(ben)
    values = filled(**{f"impact-{shop}": "major_outage"})
    page = post(browser, "incidents/new/", 200, **values | {"do": "preview"})
    for channel in ("Page", "Entry in the feed", "Answer of the API", "Support&#x27;s answer"):
        assert f"<summary>{channel}" in page
    revision = page.split("one revision: <code>")[1].split("<")[0]
    assert page.count(revision) >= 4
    assert list(Incident.objects.values_list("name", "origin")) == []
    assert "Orders fail with an error 500.</textarea>" in page
    post(browser, "incidents/new/", **values)
    row = latest()
    shown = queries.incident(row.uid, audience=queries.STAFF)
    assert (shown.impact, shown.next_due_at) == ("critical", NOON + timedelta(minutes=15))
    assert [span.component for span in shown.spans] == [shop]


@pytest.mark.parametrize(
    ("field", "says"),
    [
        ("problem", "Say exactly what is wrong."),
        ("affects", "Say who is affected."),
        ("workaround", "Name a workaround, or say that none is known."),
        ("body", "Write the message."),
        ("name", "Give it a name."),
    ],
)
def test_what_is_missing_is_named_at_its_field_and_nothing_typed_is_lost(
    signed_in, ben, filled, post, field, says
):
    page = post(signed_in(ben), "incidents/new/", 422, **filled(**{field: ""}))
    assert f'id="id_{field}_error">{says}' in page
    for name, text in filled().items():
        if name in facts() and name != field:
            assert text in page
    assert Incident.objects.count() == 0


def test_a_next_update_later_than_promised_is_refused_at_its_field(signed_in, ben, filled, post):
    shop = component()
    values = filled(next_due_at="2026-03-19T12:00", **{f"impact-{shop}": "major_outage"})
    page = post(signed_in(ben), "incidents/new/", 422, **values)
    assert "We promised to speak again by 2026-03-18 12:20 UTC at the latest." in page


@pytest.mark.mission("S3.21")
def test_sending_the_same_form_twice_sends_once(signed_in, ben, filled, post):
    browser = signed_in(ben)
    values = filled(token="one-form")
    assert post(browser, "incidents/new/", **values) == post(browser, "incidents/new/", **values)
    row = Incident.objects.get()
    said = {"body": "We found it.", "state": "identified", "do": "send", "token": "another",
            **facts()}  # fmt: skip
    for _ in range(2):
        post(browser, f"incidents/{row.uid}/update/", **said)
    assert Update.objects.filter(incident=row).count() == 2


@pytest.mark.mission("S3.23")
def test_support_drafts_and_an_editor_publishes(
    signed_in, ben, cleo, vic, filled, post, read, latest
):
    support = signed_in(cleo)
    page = read(support, "incidents/new/")
    assert "Keep as a draft" in page
    assert "Send it now" not in page
    post(support, "incidents/new/", 403, **filled())
    post(support, "incidents/new/", **filled(do="keep"))
    row = latest()
    assert row.listed_at is None
    assert "draft" in read(signed_in(vic), f"incidents/{row.uid}/")
    post(support, f"incidents/{row.uid}/draft/", 403, **filled())
    post(signed_in(vic), f"incidents/{row.uid}/draft/", 403, **filled())
    post(signed_in(ben), f"incidents/{row.uid}/draft/", **filled(name="Cards fail"))
    row.refresh_from_db()
    assert (row.listed_at is not None, row.name) == (True, "Cards fail")
    said = {"body": "We found it.", "state": "identified", **facts()}
    post(support, f"incidents/{row.uid}/update/", 403, **said, do="send")
    post(support, f"incidents/{row.uid}/update/", **said, do="keep")
    [waiting] = queries.proposals()
    path = f"incidents/{row.uid}/updates/{waiting.update_uid}/approve/"
    assert "Support signs off what an editor wrote" in read(support, path)
    post(support, path, 403)
    assert "Sign it off and send it" in read(signed_in(ben), path)
    post(signed_in(ben), path)
    assert queries.incident(row.uid).state == "identified"


@pytest.mark.mission("S3.23", "S3.21")
def test_where_two_publish_support_signs_off_what_an_editor_wrote(
    signed_in, ben, cleo, filled, post, read, latest
):
    post(signed_in(ben), "incidents/new/", **filled(two_person="on"))
    row = latest()
    assert row.listed_at is None
    [proposed] = queries.inside(row.uid).proposals
    path = f"incidents/{row.uid}/updates/{proposed.uid}/approve/"
    post(signed_in(ben), path)
    assert queries.incident(row.uid) is None
    page = read(signed_in(cleo), path)
    assert "As it would go out" in page
    post(signed_in(cleo), path)
    assert queries.incident(row.uid) is not None


def test_an_incident_is_resolved_reopened_and_undone(signed_in, ben, post, read):
    shop = component()
    row = opened(impacts={shop: "major_outage"})
    browser, base = signed_in(ben), f"incidents/{row.uid}/"
    with clock.frozen(NOON + timedelta(minutes=5)):
        page = post(browser, f"{base}resolve/", 422, body="It works.", do="send", **facts())
        assert "State that everything works again" in page
        assert "State what data was lost" in page
        post(browser, f"{base}resolve/", body="It works.", recovery="All of it works.",
             data_loss="No effect lingers.", do="send", **facts())  # fmt: skip
        page = read(browser, base)
        assert "resolved" in page
        assert "It was not over" in page
        read(browser, f"{base}update/", 404)
    with clock.frozen(NOON + timedelta(minutes=9)):
        post(browser, f"{base}reopen/", body="It fails again.", state="investigating", do="send",
             **facts())  # fmt: skip
    assert queries.incident(row.uid).is_open


def test_an_edit_leaves_a_public_revision_and_an_older_reader_is_told(signed_in, ben, post, read):
    row = opened()
    browser = signed_in(ben)
    [said] = queries.incident(row.uid).updates
    path = f"incidents/{row.uid}/updates/{said.uid}/edit/"
    page = post(browser, path, 422, body="Another text.", turn=0)
    assert "Somebody else has changed this since you read it" in page
    assert "Another text." in page
    post(browser, path, body="Another text.", reason="A typo.", turn=Incident.objects.get().turn)
    page = read(browser, f"incidents/{row.uid}/")
    assert "Another text." in page
    assert "readers see what it said before" in page


def test_what_an_update_said_of_components_is_set_right(signed_in, ben, cleo, post, read):
    shop, search = component(), component("search")
    row = opened(impacts={shop: "major_outage"})
    [said] = queries.incident(row.uid).updates
    path = f"incidents/{row.uid}/updates/{said.uid}/components/"
    page = read(signed_in(ben), path)
    assert '<option value="major_outage" selected>' in page
    read(signed_in(cleo), path, 403)
    post(signed_in(ben), path, **{f"impact-{search}": "partial_outage"}, reason="It was search.")
    assert [one.component for one in queries.incident(row.uid).spans] == [search]


def test_drafts_and_proposals_are_thrown_away_and_taken_back(signed_in, cleo, post, read):
    row = actions.draft(opening=opening(), by="Ada", now=NOON)
    browser, base = signed_in(cleo), f"incidents/{row.uid}/"
    post(browser, f"{base}discard/")
    assert "Take it back" in read(browser, base)
    post(browser, f"{base}restore/")
    assert "Complete it" in read(browser, base)
    public = opened()
    made = actions.update(uid=public.uid, message=message(), by="Ada", now=NOON, propose=True)
    url = post(browser, f"incidents/{public.uid}/updates/{made.uid}/discard/")
    assert "Take it back" in browser.get(url).content.decode()
    post(browser, f"incidents/{public.uid}/updates/{made.uid}/restore/")
    assert len(queries.proposals()) == 1
    read(browser, f"incidents/{row.uid}/updates/{made.uid}/edit/", 404)
    post(browser, f"incidents/{row.uid}/updates/{made.uid}/discard/", 404)


def test_notes_roles_and_the_trail_stay_inside(signed_in, cleo, vic, post, read):
    row = opened()
    browser, base = signed_in(cleo), f"incidents/{row.uid}/"
    assert 'id="id_text_error">Write it.' in post(browser, f"{base}notes/", 422, text=" ")
    post(browser, f"{base}notes/", text="Ask <b>Mallory</b>.")
    post(browser, f"{base}roles/", role="commander", person="Ada")
    post(browser, f"{base}roles/", role="commander", person="Ben", note="Cards first.")
    page = read(signed_in(vic), base)
    assert "Ask &lt;b&gt;Mallory&lt;/b&gt;." in page
    assert "Handed over 1 time" in page
    assert "handed over" in page.split("trail-h")[-1]
    assert "Mallory" not in queries.macro(row.uid).text
    post(signed_in(vic), f"{base}notes/", 403, text="no")


def test_incidents_are_linked_merged_and_each_is_undone(signed_in, ben, post, read):
    one, two = opened(), opened(name="Cards fail")
    browser, base = signed_in(ben), f"incidents/{one.uid}/"
    page = post(browser, f"{base}link/", 422, other="zzzzzzzzzzzz")
    assert "There is no incident of this name." in page
    post(browser, f"{base}link/", other=f"https://status.example.org/incidents/{two.uid}/")
    assert "Has to do with" in read(browser, base)
    post(browser, f"{base}links/{two.uid}/end/")
    assert "Has to do with" not in read(browser, base)
    post(browser, f"{base}merge/", other=two.uid)
    assert "Undo the merge" in read(browser, base)
    post(browser, f"{base}unmerge/")
    assert "Undo the merge" not in read(browser, base)


def test_a_start_is_dated_back_and_not_into_the_future(signed_in, ben, post):
    row = opened()
    browser, base = signed_in(ben), f"incidents/{row.uid}/facts/"
    page = post(browser, base, 422, name=row.name, started_at="2027-01-01T00:00")
    assert "It cannot have started in the future." in page
    post(browser, base, name=row.name, started_at="2026-03-18T09:00")
    row.refresh_from_db()
    assert row.started_at == NOON - timedelta(hours=3)


def test_a_list_is_filtered_searched_paged_and_handed_out(signed_in, vic, read):
    for number in range(60):
        opened(name=f"Number {number}", now=NOON + timedelta(seconds=number))
    resolved(Incident.objects.get(name="Number 7").uid, now=NOON + timedelta(minutes=3))
    browser = signed_in(vic)
    assert "59 open now" in read(browser, "incidents/")
    assert "51\u201360" in read(browser, "incidents/?page=2")
    found = read(browser, "incidents/?open=no")
    assert "Number 7" in found
    assert "Number 8" not in found
    assert "Number 12" in read(browser, "incidents/?search=12")
    assert "Nothing fits." in read(browser, "incidents/?month=2020-01")
    assert "Number 7" in read(browser, "incidents/?month=2026-03&open=no")
    for odd in ("?kind=x&open=x&month=2026-99&page=x", "?search=%F0%9F%98%80'\"<script>"):
        assert read(browser, f"incidents/{odd}")
    assert read(browser, "incidents/?search=%00", code=400)
    answer = browser.get("/api/v1/incidents/export?format=csv&open=False")
    assert b"Number 7" in b"".join(answer.streaming_content)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_as_often_for_three_as_for_one(
    signed_in, vic, read, django_assert_num_queries, count
):
    for number in range(count):
        resolved(opened(name=f"Number {number}").uid, now=NOON + timedelta(minutes=3))
    browser = signed_in(vic)
    read(browser, "incidents/")
    with django_assert_num_queries(12):
        assert read(browser, "incidents/").count("Number ") == count


@pytest.mark.parametrize("path", ["", "update/", "facts/", "postmortem/", "letter/", "draft/"])
def test_an_incident_that_is_not_there_is_a_404(signed_in, ben, read, path):
    read(signed_in(ben), f"incidents/abcdefghijkl/{path}", 404)
    read(signed_in(ben), f"incidents/ABC'--/{path}", 404)


def test_a_stranger_sees_nothing(client, dov, signed_in):
    row = opened()
    for browser in (client, signed_in(dov)):
        for path in ("", f"{row.uid}/", f"{row.uid}/update/", "new/"):
            answer = browser.get(f"/desk/status/incidents/{path}")
            assert (answer.status_code, "login" in answer.url) == (302, True)


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "\u202e right to left",
     "Ω≈ç√ ﷽", "'; drop table x; --", "{{ 7*7 }}",
     "%s%n{0}", "\u2028line\r\nend", "[x](javascript:alert(1))"],
)  # fmt: skip
def test_naughty_texts_are_shown_and_never_run(signed_in, ben, filled, post, read, latest, text):
    browser = signed_in(ben)
    values = filled(name=text[:150], problem=text, body=f"{text} said")
    page = post(browser, "incidents/new/", 200, **values | {"do": "preview"})
    assert "<script>alert" not in page
    post(browser, "incidents/new/", **values)
    page = read(browser, f"incidents/{latest().uid}/")
    assert "<script>alert" not in page
    assert 'href="javascript:' not in page
    read(browser, f"incidents/{latest().uid}/update/")


def test_a_megabyte_is_refused_in_words_and_kept_in_the_form(signed_in, ben, filled, post):
    text = "x" * 1_000_000
    page = post(signed_in(ben), "incidents/new/", 422, **filled(body=text))
    assert "20000" in page.replace(",", "")
    assert text in page
    page = post(signed_in(ben), "incidents/new/", 422, **filled(body="a\0b"))
    assert "Null characters" in page


def test_today_shows_what_is_open_and_what_waits(signed_in, vic):
    opened()
    actions.draft(opening=opening("A draft of something"), by="Ada", now=NOON)
    page = signed_in(vic).get("/desk/").content.decode()
    assert "Payments fail" in page
    assert "A draft of something" in page
    assert "Next update" in page
