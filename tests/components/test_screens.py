"""The desk's Status: lists, editor, a person's word, undo, pages, readers, and who may do what."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils.html import escape

from troth.components import actions, queries
from troth.components.models import Component, Formula, Group, Page
from troth.components.rules.results import Status
from troth.core import clock
from troth.staff import actions as staff

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
BEGAN = NOON - timedelta(days=100)


@pytest.fixture(autouse=True)
def noon(db):
    with clock.frozen(NOON):
        yield


def text(answer, status=200):
    assert answer.status_code == status, answer.content[-2000:]
    return b"".join(answer).decode() if answer.streaming else answer.content.decode()


def post(browser, path, code=302, **data):
    answer = browser.post(path, data)
    assert answer.status_code == code, answer.content.decode()[-3000:]
    return answer


def test_an_empty_desk_says_what_to_do_first(signed_in, ben, vic):
    page = text(signed_in(ben).get("/desk/status/"))
    assert "What do customers use of you?" in page
    assert "New component" in page
    assert "New component" not in text(signed_in(vic).get("/desk/status/"))
    for path in ("pages/", "readers/", "formula/"):
        assert text(signed_in(vic).get(f"/desk/status/{path}"))


def test_the_rail_leads_to_status_and_its_parts(signed_in, vic):
    page = text(signed_in(vic).get("/desk/status/readers/"))
    assert '<a href="/desk/status/" aria-current="true">Status</a>' in page
    assert '<a href="/desk/status/readers/" aria-current="page">Readers</a>' in page
    assert '<a href="/desk/status/">Components</a>' in page


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_asks_the_same_number_of_questions_for_one_and_for_three(
    signed_in, vic, declared, grouped, django_assert_num_queries, count
):
    grouped("shop")
    for number in range(count):
        declared(f"part-{number}", group="shop", now=BEGAN)
    browser = signed_in(vic)
    browser.get("/desk/status/")
    with django_assert_num_queries(9):
        page = text(browser.get("/desk/status/"))
    assert page.count('<svg class="bars"') == count


def test_a_list_is_searched_filtered_paged_and_handed_out(signed_in, vic, declared):
    for number in range(60):
        declared(f"part-{number:02}", now=BEGAN)
    row = Component.objects.get(slug="part-07")
    actions.say(component=row.uid, status=Status.MAJOR, by="Ben", now=NOON)
    browser = signed_in(vic)
    assert "1 of 60 components is not well." in text(browser.get("/desk/status/"))
    assert text(browser.get("/desk/status/?page=2")).count('<svg class="bars"') == 10
    found = text(browser.get("/desk/status/?status=major_outage"))
    assert "part-07" in found
    assert found.count('<svg class="bars"') == 1
    assert "No component fits." in text(browser.get("/desk/status/?search=zzz"))
    part = browser.get("/desk/status/?search=part-1", headers={"HX-Request": "true"})
    assert "<html" not in text(part)
    lines = text(browser.get("/desk/status/components.csv?search=part-07")).splitlines()
    assert lines[0] == "uid,name,group,status,since,uptime_90_days,audiences,monitors"
    assert lines[1].startswith(f"{row.uid},Part 07,,down,2026-03-18T12:00:00Z,1.0")


def test_a_component_is_declared_changed_moved_and_retired(signed_in, ben, grouped, readers):
    grouped("shop")
    readers("partners")
    browser = signed_in(ben)
    assert "Name in addresses" in text(browser.get("/desk/status/components/new/"))
    values = {
        "name": "cards", "display_name": "Card payments", "group": "shop",
        "monitors": "cards-web=partial_outage, cards-api", "audiences": ["partners"],
    }  # fmt: skip
    post(browser, "/desk/status/components/new/", **values)
    shown = queries.component("cards", at=NOON)
    assert (shown.name, shown.monitors) == ("Card payments", ("cards-web", "cards-api"))
    page = text(browser.get("/desk/status/components/cards/edit/"))
    assert 'value="cards-web=partial_outage, cards-api"' in page
    post(browser, "/desk/status/components/cards/edit/", **values | {"display_name": "Cards"})
    assert queries.component("cards", at=NOON).name == "Cards"
    post(browser, "/desk/status/components/new/", name="mail", display_name="Mail", group="shop")
    post(browser, "/desk/status/components/mail/up/")
    board = queries.board(at=NOON, everything=True)
    assert [one.slug for one in board.components] == ["mail", "cards"]
    assert "Retire “Mail”" in text(browser.get("/desk/status/components/mail/retirement/"))
    post(browser, "/desk/status/components/mail/retirement/")
    assert "retired" in text(browser.get("/desk/status/components/mail/"))


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"name": "api"}, "There is a component of this name already."),
        ({"name": "Api!"}, "Enter a valid “slug”"),
        ({"display_name": ""}, "This field is required."),
        ({"monitors": "web=broken"}, "is none of major_outage"),
        ({"monitors": "We!b"}, "is no name"),
        ({"start_date": "yesterday"}, "Enter a valid date."),
    ],
)
def test_a_mistake_is_shown_at_its_field_and_nothing_is_declared(
    signed_in, ben, declared, values, says
):
    declared("api")
    given = {"name": "web", "display_name": "Web", **values}
    page = text(post(signed_in(ben), "/desk/status/components/new/", 422, **given), 422)
    assert says in page
    assert Component.objects.count() == 1


def test_a_word_is_said_ended_and_taken_back(signed_in, cleo, declared):
    declared("api", now=BEGAN)
    browser = signed_in(cleo)
    assert "What you say wins" in text(browser.get("/desk/status/components/api/word/"))
    post(browser, "/desk/status/components/api/word/", status="major_outage",
         note="The data centre is dark.", until="2026-03-18T14:00")  # fmt: skip
    page = text(browser.get("/desk/status/components/api/"))
    assert "The data centre is dark." in page
    assert "by Cleo" in page
    assert "until" in page
    post(browser, "/desk/status/components/api/word/end/")
    assert queries.component("api", at=NOON + timedelta(minutes=1)).status is Status.OPERATIONAL
    assert browser.get("/desk/status/components/api/word/end/").status_code == 404
    with clock.frozen(NOON + timedelta(hours=1)):
        post(browser, "/desk/status/components/api/word/", status="partial_outage")
        word = queries.word("api", at=NOON + timedelta(hours=2))
        undo = f"/desk/status/components/api/word/{word.ref}/undo/"
        assert "Take back" in text(browser.get(undo))
        post(browser, undo)
        assert browser.get(undo).status_code == 404
        assert queries.word("api", at=NOON + timedelta(hours=2)) is None
        lines = text(browser.get("/desk/status/components/api/history.csv")).splitlines()
    assert lines[0] == "starts_at,ends_at,seconds,status,cause,refs,note,announced"
    assert all("partly down" not in line for line in lines)


def test_a_word_that_ends_before_it_begins_is_refused_at_its_field(signed_in, cleo, declared):
    declared("api")
    page = post(signed_in(cleo), "/desk/status/components/api/word/", 422,
                status="major_outage", until="2026-03-18T11:00")  # fmt: skip
    assert "The end must come after the beginning." in text(page, 422)


def test_a_word_and_a_link_end_as_the_clocks_of_their_writer_show_it(signed_in, ben, declared):
    declared("api")
    staff.choose_zone(person=ben, zone="Europe/Berlin", now=NOON)
    browser = signed_in(ben)
    word = "/desk/status/components/api/word/"
    assert "Until (Europe/Berlin)" in text(browser.get(word))
    said = {"status": "major_outage", "until": "2026-03-29T02:30"}
    refused = text(post(browser, word, 422, **said), 422)
    assert "02:30 does not exist on 29 March 2026 in Europe/Berlin" in refused
    said["until"] = "2026-10-25T02:30"
    assert "Which of the two?" in text(post(browser, word, 422, **said), 422)
    post(browser, word, **said, **{"until-which": "second"})
    assert queries.word("api", at=NOON).ends_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    post(browser, "/desk/status/pages/new/", name="inner", display_name="Inner", privacy="link")
    place = "/desk/status/pages/inner/link/"
    assert "Good until (Europe/Berlin)" in text(browser.get(place))
    page = text(post(browser, place, 200, until="2026-03-18T14:00"))
    token = page.split("?key=")[1].split("<")[0]
    for minutes, is_let_in in ((59, True), (61, False)):
        at = NOON + timedelta(minutes=minutes)
        seen = queries.grant("inner", person=None, address="", link=token, at=at)
        assert (seen is not None) is is_let_in


def test_pages_readers_groups_and_the_formula_are_declared_on_the_desk(
    signed_in, ben, vic, declared
):
    declared("api", now=BEGAN)
    browser = signed_in(ben)
    post(browser, "/desk/status/readers/new/", name="partners", display_name="Partners")
    post(browser, "/desk/status/pages/new/", name="inner", display_name="Inner", privacy="link",
         audiences=["partners"])  # fmt: skip
    assert Page.objects.get().privacy == "link"
    page = text(post(browser, "/desk/status/pages/inner/link/", 200, until="2026-03-20T12:00"))
    token = page.split("?key=")[1].split("<")[0]
    assert queries.grant("inner", person=None, address="", link=token, at=NOON)
    post(browser, "/desk/status/pages/inner/links/end/")
    assert not queries.grant("inner", person=None, address="", link=token, at=NOON)
    refused = post(browser, "/desk/status/pages/inner/edit/", 422, display_name="Inner",
                   privacy="network")  # fmt: skip
    assert "Are missing: who is let in" in text(refused, 422)
    post(browser, "/desk/status/groups/new/", name="shop", display_name="Shop")
    post(browser, "/desk/status/groups/shop/edit/", display_name="The shop")
    assert Group.objects.get().name == "The shop"
    weights = {"major": "100%", "partial": "50%", "degraded": "0%", "maintenance": "0%",
               "unannounced": "100%"}  # fmt: skip
    post(browser, "/desk/status/formula/", **weights, reason="Half are hit.")
    assert Formula.objects.get().weights["partial"] == "50%"
    assert "Half are hit." in text(signed_in(vic).get("/desk/status/formula/"))
    wrong = post(browser, "/desk/status/formula/", 422, **weights | {"partial": "33.33%"})
    assert "more than three decimals" in text(wrong, 422)
    for path in ("pages/", "readers/"):
        assert "Partners" in text(browser.get(f"/desk/status/{path}")) or path == "pages/"


def test_what_files_keep_is_not_changed_here_and_says_so(signed_in, ben, declared):
    declared("api", now=BEGAN)
    Component.objects.update(managed_by="files")
    browser = signed_in(ben)
    assert "kept in files" in text(browser.get("/desk/status/components/api/"))
    assert browser.get("/desk/status/components/api/edit/").status_code == 404
    assert browser.post("/desk/status/components/api/retirement/").status_code == 404
    assert text(browser.get("/desk/status/components/api/word/"))  # a person may still speak


PATHS = (
    "/desk/status/", "/desk/status/components/api/", "/desk/status/components.csv",
    "/desk/status/components/api/history.csv", "/desk/status/pages/", "/desk/status/readers/",
    "/desk/status/formula/", "/desk/status/components/api/word/",
    "/desk/status/components/new/", "/desk/status/groups/new/", "/desk/status/pages/new/",
)  # fmt: skip


def test_strangers_see_nothing_and_each_role_what_it_may(signed_in, client, declared, dov, vic):
    declared("api")
    for path in PATHS:
        assert client.get(path).status_code == 302
        assert signed_in(dov).get(path).status_code == 302
    browser = signed_in(vic)
    told = {path: browser.get(path).status_code for path in PATHS}
    assert [path for path, status in told.items() if status == 403] == list(PATHS[7:])
    for path in ("components/api/up/", "components/api/word/", "components/api/retirement/",
                 "components/new/", "formula/", "pages/new/"):  # fmt: skip
        assert browser.post(f"/desk/status/{path}", {"status": "major_outage"}).status_code == 403
    assert browser.get("/desk/status/components/nobody/").status_code == 404


def test_naughty_strings_come_out_unharmed(signed_in, ben, declared, shared):
    row = declared("api", now=BEGAN)
    browser = signed_in(ben)
    strings = json.loads((shared / "messy/blns/blns.json").read_text("utf-8"))
    for naughty in strings[::7]:
        kept = naughty.strip()[:2000]
        if "\x00" in kept:
            continue
        said = {"status": "degraded_performance", "note": naughty[:2000]}
        answer = browser.post("/desk/status/components/api/word/", said)
        if answer.status_code != 302:
            continue
        note = queries.word("api", at=NOON).note
        assert note.replace("\r\n", "\n") == kept.replace("\r\n", "\n")
        assert escape(note) in text(browser.get("/desk/status/components/api/"))
        assert browser.get("/desk/status/", {"search": naughty}).status_code == 200
    assert row.uid == Component.objects.get().uid


def test_the_past_is_shown_as_it_was_and_as_it_was_known(signed_in, vic, declared):
    uid = declared("api", now=BEGAN).uid
    actions.affect(components={uid: Status.MAJOR}, ref="inc1", at=NOON - timedelta(days=3),
                   until=NOON - timedelta(days=2), now=NOON - timedelta(days=1))  # fmt: skip
    browser = signed_in(vic)
    then = (NOON - timedelta(days=2, hours=12)).isoformat().replace("+00:00", "Z")
    assert 'class="verdict is-broken">down' in text(browser.get(f"/desk/status/?at={then}"))
    page = text(browser.get(f"/desk/status/components/api/?at={then}&as_of={then}"))
    assert "Nothing in these 90 days." in page
    assert "inc1" in text(browser.get("/desk/status/components/api/"))


def test_a_look_back_is_entered_and_shown_as_the_readers_clocks_show_it(signed_in, vic, declared):
    uid = declared("api", now=BEGAN).uid
    actions.affect(components={uid: Status.MAJOR}, ref="inc1", at=NOON - timedelta(hours=3),
                   until=NOON - timedelta(hours=2), now=NOON - timedelta(hours=3))  # fmt: skip
    staff.choose_zone(person=vic, zone="Asia/Kathmandu", now=NOON)
    browser = signed_in(vic)
    page = text(browser.get("/desk/status/"))
    assert "Judged at (Asia/Kathmandu)" in page
    assert '<input type="hidden" name="zone" value="Asia/Kathmandu">' in page
    asked = {"zone": "Asia/Kathmandu", "at": "2026-03-18T15:15"}  # half past nine in UTC
    page = text(browser.get("/desk/status/", asked))
    assert 'class="verdict is-broken">down' in page
    assert 'value="2026-03-18T15:15"' in page
    assert 'href="?at' not in page.split("Back to now")[0].rpartition("<a ")[2]
