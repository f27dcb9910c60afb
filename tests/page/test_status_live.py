"""Components and incidents through the real engine to the published files."""

import json
from datetime import datetime, timedelta

import feedparser
import icalendar
import pytest

from tests.page.support import NOON
from troth.components import actions as components
from troth.components.rules.documents import AudienceTerms, ComponentTerms, PageTerms
from troth.components.rules.results import Status
from troth.core import clock
from troth.incidents import actions as incidents
from troth.incidents.actions import Message, Opening, Planning
from troth.page import actions, jobs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("place")]
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
FACTS = {
    "problem": "Orders fail with an error 500.",
    "affects": "Everyone who pays by card.",
    "workaround": "Pay by invoice.",
}


@pytest.fixture(autouse=True)
def noon():
    with clock.frozen(NOON):
        yield


def component(slug, **more):
    terms = ComponentTerms(slug=slug, name=slug.title(), **more)
    return components.declare_component(terms=terms, by="Ada", now=NOON - 30 * DAY).uid


def opened(name, impacts, now=NOON - 10 * MINUTE):
    message = Message(body="We are **looking** into it.", impacts=impacts, **FACTS)
    opening = Opening(name=name, message=message)
    return incidents.open_(opening=opening, by="Ada", now=now, publish=True)


def read(place, name="index.html"):
    return (place / "current" / name).read_text(encoding="utf-8")


def everything(folder):
    root = (folder / "current").resolve()
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and path.suffix not in (".br", ".gz", ".zst")
    }


@pytest.mark.mission("S3.9", "S3.22")
def test_an_incident_is_told_alike_on_the_page_in_feeds_and_in_the_api(place):
    row = opened("Payments fail", {component("shop"): Status.MAJOR})
    actions.publish(now=NOON)
    page, own = read(place), read(place, f"incidents/{row.uid}/index.html")
    assert "<h1>Payments fail.</h1>" in page
    for text in (page, own):
        assert "We are <strong>looking</strong> into it." in text
        assert "Pay by invoice." in text
        assert "Everyone who pays by card." in text
        assert "Orders fail with an error 500." in text
    summary = json.loads(read(place, "api/v2/summary.json"))
    (told,) = summary["incidents"]
    assert told["id"] == row.uid
    assert told["troth"]["revision"] in own
    assert [one["status"] for one in summary["components"]] == ["major_outage"]
    assert summary["status"]["description"] == "Major System Outage"
    for name in ("history.rss", "history.atom"):
        feed = feedparser.parse(read(place, name))
        assert not feed.bozo
        assert [entry.title for entry in feed.entries] == ["Payments fail"]
        assert "looking" in feed.entries[0].summary
    (item,) = json.loads(read(place, "history.json"))["items"]
    assert item["_troth"]["revision"] == told["troth"]["revision"]
    assert "Payments fail" in read(place, "history/index.html")
    assert "Payments fail" in read(place, "components/shop/index.html")


def test_a_change_is_there_at_the_next_turn_and_little_else_is_made_again(place):
    first, other = component("shop"), component("mail")
    row = opened("Payments fail", {first: Status.MAJOR})
    actions.publish(now=NOON)
    before = (place / "current/components/mail/index.html").stat().st_ino
    later = NOON + MINUTE
    message = Message(body="A disk was full.", **FACTS)
    incidents.update(uid=row.uid, message=message, by="Ada", now=later)
    assert jobs.is_due(now=later)
    assert jobs.publish(now=later) > 0
    assert "A disk was full." in read(place)
    assert (place / "current/components/mail/index.html").stat().st_ino == before
    assert not jobs.is_due(now=later)
    assert other


def test_a_resolved_incident_leaves_the_front_and_stays_in_history(place):
    row = opened("Payments fail", {component("shop"): Status.PARTIAL})
    final = Message(body="It works again.", recovery="Everything works.", data_loss="No data lost.")
    incidents.resolve(uid=row.uid, message=final, by="Ada", now=NOON)
    actions.publish(now=NOON)
    assert "What is wrong" not in read(place)
    assert "Payments fail" in read(place, "history/2026-11/index.html")
    assert "It works again." in read(place, f"incidents/{row.uid}/index.html")
    assert json.loads(read(place, "api/v2/incidents/unresolved.json"))["incidents"] == []
    assert json.loads(read(place, "api/v2/status.json"))["status"]["indicator"] == "none"


def test_planned_work_is_a_calendar(place):
    start = NOON + 5 * DAY
    plan = Planning(
        name="A new database",
        body="You may not reach us.",
        affects="Everyone.",
        components={component("shop"): Status.MAINTENANCE},
        scheduled_for=start,
        scheduled_until=start + timedelta(hours=2),
    )
    incidents.schedule(planning=plan, by="Ada", now=NOON - DAY)
    actions.publish(now=NOON)
    (event,) = icalendar.Calendar.from_ical(read(place, "maintenance.ics")).walk("VEVENT")
    assert event["SUMMARY"] == "A new database"
    assert event.decoded("DTSTART") == start
    assert event.decoded("DTEND") - event.decoded("DTSTART") == timedelta(hours=2)
    assert "Planned work" in read(place)
    (told,) = json.loads(read(place, "api/v2/scheduled-maintenances/upcoming.json"))[
        "scheduled_maintenances"
    ]
    assert datetime.fromisoformat(told["scheduled_for"]) == start


@pytest.fixture
def partners():
    """Declare a component for partners alone, and what broke with it."""
    components.declare_audience(
        terms=AudienceTerms(slug="partners", name="Partners"), by="Ada", now=NOON - DAY
    )
    component("shop")
    hidden = component("wholesale", audiences=("partners",))
    opened("Pallets are late", {hidden: Status.MAJOR})
    opened("All is slow", {hidden: Status.DEGRADED, components_uid("shop"): Status.DEGRADED})


def components_uid(slug):
    from troth.components import queries

    return queries.uid_of(slug)


def page(privacy="public", **more):
    terms = PageTerms(
        slug="partner", name="For partners", audiences=("partners",), privacy=privacy, **more
    )
    components.declare_page(terms=terms, by="Ada", now=NOON - DAY)


def mentions(files, *words):
    return [n for n, body in files.items() for word in words if word.encode() in body.lower()]


@pytest.mark.mission("S3.14")
def test_what_is_for_partners_is_on_their_page_and_nowhere_else(place, partners):
    page()
    actions.publish(now=NOON)
    files = everything(place)
    mine = {name: body for name, body in files.items() if name.startswith("p/partner/")}
    rest = {name: body for name, body in files.items() if name not in mine}
    rest.pop("files.json")
    assert mentions(rest, "wholesale", "pallets") == []
    assert mentions(mine, "wholesale")
    assert b"Pallets are late" in mine["p/partner/index.html"]
    assert b"All is slow" in rest["index.html"]  # it touches both, and names the public one alone
    told = json.loads(mine["p/partner/api/v2/summary.json"])
    assert told["page"]["url"].endswith("/p/partner")
    assert len(told["components"]) == 2


@pytest.mark.mission("S3.14")
@pytest.mark.parametrize("privacy", ["login", "link", "network"])
def test_a_private_page_is_in_no_public_file(place, partners, privacy):
    page(privacy, **({"networks": ("192.0.2.0/24",)} if privacy == "network" else {}))
    actions.publish(now=NOON)
    assert mentions(everything(place), "wholesale", "pallets", "for partners") == []
    own = actions.private_folder()
    assert b"Pallets are late" in everything(own / "partner")["index.html"]
    assert place not in own.parents


def test_who_is_not_signed_in_is_shown_the_way_to_the_door(partners, client, signed_in, vic):
    page("login")
    actions.publish(now=NOON)
    answer = client.get("/private/partner/")
    assert answer.status_code == 404  # as of a page that is not there
    assert 'href="/accounts/login/?next=%2Fprivate%2Fpartner%2F"' in answer.content.decode()
    answer = signed_in(vic).get("/private/partner/")
    assert answer.status_code == 200
    assert b"Pallets are late" in answer.content
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["X-Robots-Tag"] == "noindex"
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_magic_link_opens_its_page_until_it_is_ended(partners, client):
    page("link")
    actions.publish(now=NOON)
    assert client.get("/private/partner/").status_code == 404
    key = components.invite(page="partner", until=NOON + DAY, by="Ada", now=NOON)
    answer = client.get(f"/private/partner/?key={key}")
    assert (answer.status_code, answer["Location"]) == (302, "/private/partner/")
    assert client.cookies["page-partner"]["path"] == "/private/partner/"
    assert client.get("/private/partner/api/v2/summary.json").status_code == 200
    assert client.get("/private/partner/?key=wrong").status_code == 404
    components.end_links(page="partner", by="Ada", now=NOON)
    assert client.get("/private/partner/").status_code == 404


def test_a_link_ends_by_itself(partners, client):
    page("link")
    actions.publish(now=NOON)
    key = components.invite(page="partner", until=NOON + DAY, by="Ada", now=NOON)
    with clock.frozen(NOON + DAY):
        assert client.get(f"/private/partner/?key={key}").status_code == 404


def test_an_address_inside_the_network_is_let_in(partners, client):
    page("network", networks=("192.0.2.0/24",))
    actions.publish(now=NOON)
    assert client.get("/private/partner/", REMOTE_ADDR="192.0.2.7").status_code == 200
    assert client.get("/private/partner/", REMOTE_ADDR="198.51.100.7").status_code == 404
    forged = {"REMOTE_ADDR": "198.51.100.7", "HTTP_X_FORWARDED_FOR": "192.0.2.7"}
    assert client.get("/private/partner/", **forged).status_code == 404


def test_a_page_that_is_ended_is_gone(partners, client, signed_in, vic):
    page("login")
    actions.publish(now=NOON)
    components.retire_page(slug="partner", by="Ada", now=NOON)
    browser = signed_in(vic)
    assert browser.get("/private/partner/").status_code == 404
    assert jobs.publish(now=NOON + MINUTE) > 0
    assert not (actions.private_folder() / "partner").exists()


def test_a_file_of_a_private_page_is_not_sent_twice(partners, signed_in, vic):
    page("login")
    actions.publish(now=NOON)
    browser = signed_in(vic)
    first = browser.get("/private/partner/history/")
    again = browser.get("/private/partner/history/", HTTP_IF_NONE_MATCH=first["ETag"])
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert browser.get("/private/partner/nothing").status_code == 404
    assert browser.get("/private/partner/history").status_code == 302
    assert browser.get("/private/partner/files.json").status_code == 404
