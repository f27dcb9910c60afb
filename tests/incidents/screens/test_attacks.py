"""What people and programs send that nobody should: it is refused in words, or shown as it is."""

import pytest
from scene import HOUR, MINUTE, NOON, Status, component, opened, opening, resolved

from troth.components import actions as components
from troth.components.rules.documents import AudienceTerms
from troth.core import clock
from troth.incidents import actions, queries
from troth.incidents.models import Edit, Incident, Update
from troth.incidents.rules.results import Kind

NAUGHTY = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ settings.SECRET_KEY }}",
    "{% now 'Y' %}", "\u202eback\u202d", "Z\u0351\u0323a\u0321lgo", "👩‍👧", "'; DROP TABLE x; --",
    "javascript:alert(1)", "[x](javascript:alert(1))", "../../etc/passwd", "ﷺ" * 40,
    "Ω≈ç√∫µ≤≥÷", "-", "0", "null", "\ufeffbom", "a\u2028b",
)  # fmt: skip


@pytest.fixture(autouse=True)
def noon(db):
    with clock.frozen(NOON):
        yield


@pytest.mark.parametrize("text", NAUGHTY)
def test_naughty_words_are_shown_as_words_on_every_screen(
    signed_in, ben, filled, post, read, latest, text
):
    browser = signed_in(ben)
    said = dict.fromkeys(("name", "problem", "affects", "workaround", "body"), text)
    post(browser, "incidents/new/", 200, **filled(**said, do="preview"))
    post(browser, "incidents/new/", **filled(**said))
    uid = latest().uid
    post(browser, f"incidents/{uid}/notes/", text=text)
    post(browser, f"incidents/{uid}/roles/", role="commander", person=text, note=text)
    for path in ("incidents/", f"incidents/{uid}/", f"incidents/{uid}/update/",
                 f"incidents/{uid}/facts/", f"incidents/{uid}/link/"):  # fmt: skip
        page = read(browser, path)
        for bad in ("<script>alert", "<img src=x", 'href="javascript:'):
            assert bad not in page


@pytest.mark.parametrize("text", ["\0", "a\0b", "\x07"])
def test_what_no_database_can_hold_is_no_error_of_ours(signed_in, ben, filled, text):
    answer = signed_in(ben).post("/desk/status/incidents/new/", filled(body=text, name=text))
    assert answer.status_code in {302, 422}


def test_a_message_of_a_megabyte_is_refused_at_its_field_and_kept(signed_in, ben, filled, post):
    page = post(signed_in(ben), "incidents/new/", 422, **filled(body="x" * 1_000_000))
    assert "at most 20000 characters" in page
    assert "x" * 1000 in page
    assert Incident.objects.count() == 0


@pytest.mark.parametrize(
    "path", ["", "update/", "resolve/", "reopen/", "draft/", "facts/", "link/", "merge/",
             "postmortem/", "breach/", "letter/", "updates/{other}/edit/",
             "updates/{other}/components/", "updates/{other}/approve/"]
)  # fmt: skip
def test_a_viewer_changes_nothing_and_nothing_of_another_incident_is_reached(
    signed_in, ben, vic, path
):
    one, two = opened(name="One"), opened(name="Two")
    other = Update.objects.get(incident=two).uid
    address = f"/desk/status/incidents/{one.uid}/{path.format(other=other)}"
    before = (Update.objects.count(), Edit.objects.count())
    assert signed_in(vic).post(address, {"body": "x"}).status_code in {403, 404, 405}
    if "updates/" in path:
        assert signed_in(ben).post(address, {"body": "x"}).status_code == 404
        assert signed_in(ben).get(address).status_code == 404
    assert (Update.objects.count(), Edit.objects.count()) == before


def test_what_partners_may_see_is_read_by_nobody_else(client, signed_in, vic, read):
    terms = AudienceTerms(slug="partners", name="Partners")
    components.declare_audience(terms=terms, by="Ada", now=NOON)
    hub = component("hub", audiences=("partners",))
    row = opened(name="Hub is down", impacts={hub: Status.MAJOR})
    assert "Hub is down" in read(signed_in(vic), f"incidents/{row.uid}/")  # works here
    assert queries.incident(row.uid) is None
    assert queries.macro(row.uid) is None
    assert queries.search("hub") == []
    assert queries.incident(row.uid, audience="resellers") is None
    for path in (f"/desk/status/incidents/{row.uid}/", f"/api/v1/incidents/{row.uid}"):
        answer = client.get(path)
        assert answer.status_code in {302, 401}
        assert b"Hub is down" not in answer.content


def test_of_two_who_edit_at_once_the_second_is_told_and_loses_nothing(
    signed_in, ada, ben, post, read
):
    row = opened()
    said = Update.objects.get(incident=row).uid
    path = f"incidents/{row.uid}/updates/{said}/edit/"
    turn = read(signed_in(ben), path).split('name="turn" value="')[1].split('"')[0]
    post(signed_in(ada), path, body="By Ada.", turn=turn)
    page = post(signed_in(ben), path, 422, body="By Ben.", turn=turn)
    assert "Somebody else has changed this since you read it; look again. Theirs stands." in page
    assert "By Ben." in page
    assert queries.incident(row.uid).updates[0].body == "By Ada."
    fresh = page.split('name="turn" value="')[1].split('"')[0]
    post(signed_in(ben), path, body="By Ben.", turn=fresh)
    assert queries.incident(row.uid).updates[0].body == "By Ben."


@pytest.mark.parametrize("way", ["facts", "breach", "draft", "components", "postmortem"])
def test_of_two_who_set_right_at_once_the_second_is_told(signed_in, ada, ben, filled, post, read,
                                                         way):  # fmt: skip
    path, first, second = _two(way, filled)
    turn = read(signed_in(ben), path).split('name="turn" value="')[1].split('"')[0]
    post(signed_in(ada), path, **first, turn=turn)
    page = post(signed_in(ben), path, 422, **second, turn=turn)
    assert "Somebody else has changed this since you read it; look again. Theirs stands." in page
    assert "See what stands now" in page
    fresh = page.split('name="turn" value="')[1].split('"')[0]
    post(signed_in(ben), path, **second, turn=fresh)


def _two(way, filled):
    """Return the address of a form, and what two people write into it."""
    if way == "breach":
        row = actions.report_breach(
            opening=opening("A list", kind=Kind.BREACH), aware_at=NOON - HOUR,
            findings=actions.Findings(), by="Ada", now=NOON,
        )  # fmt: skip
        asked = {"aware_at": "2026-03-18T11:00"}
        return f"incidents/{row.uid}/breach/", asked | {"facts": "A"}, asked | {"facts": "B"}
    if way == "draft":
        row, kept = actions.draft(opening=opening(), by="Ada", now=NOON), filled(do="keep")
        path = f"incidents/{row.uid}/draft/"
        return path, kept | {"body": "A"}, kept | {"body": "B"}
    return _two_of_what_is_public(way)


def _two_of_what_is_public(way):
    shop = component("shop")
    row = opened(impacts={shop: Status.MAJOR})
    said, name = Update.objects.get(incident=row).uid, f"impact-{shop}"
    if way == "postmortem":
        resolved(row.uid, now=NOON)
    asked = {"name": "A", "started_at": "2026-03-18T12:00"}
    return {
        "components": (f"incidents/{row.uid}/updates/{said}/components/",
                       {name: "partial_outage"}, {name: "degraded_performance"}),
        "postmortem": (f"incidents/{row.uid}/postmortem/", {"apology": "A"}, {"apology": "B"}),
        "facts": (f"incidents/{row.uid}/facts/", asked, asked | {"name": "B"}),
    }[way]  # fmt: skip


def test_a_clock_that_jumps_back_and_forth_keeps_the_order_of_what_was_said(
    signed_in, ben, filled, post, latest
):
    browser = signed_in(ben)
    post(browser, "incidents/new/", **filled())
    uid = latest().uid
    for at in (NOON - HOUR, NOON + 2 * HOUR, NOON + MINUTE):
        with clock.frozen(at):
            said = {"body": f"At {at:%H:%M}.", "state": "investigating", "do": "send"}
            post(browser, f"incidents/{uid}/update/", problem="p", affects="a", workaround="w",
                 **said)  # fmt: skip
    said = queries.incident(uid, audience=queries.STAFF).updates
    assert [one.body for one in said] == ["At 12:01.", "At 14:00.", "At 11:00.", said[3].body]
    assert [one.at for one in said] == sorted((one.at for one in said), reverse=True)
