"""Whoever may open a private page may subscribe to it, for as long as its door is open to them."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from tests.letterbox import letterbox, links_of, text_of
from tests.notify.outbox import deliver, mailing
from tests.notify.readers import path_of, with_mail
from troth.components import actions as components
from troth.components import queries
from troth.components.models import Component
from troth.components.rules.documents import AudienceTerms, ComponentTerms, PageTerms
from troth.components.rules.doors import Door, holds
from troth.components.rules.results import Status
from troth.core import clock
from troth.incidents import actions as incidents
from troth.incidents.actions import Message, Opening
from troth.notify import topics
from troth.notify.forms.subscribing import begun
from troth.notify.models import Delivery, Knock, Subscription

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("place")]
ADA = "ada@example.org"
INSIDE, OUTSIDE = "192.0.2.7", "198.51.100.7"
FACTS = {"problem": "Orders fail.", "affects": "All partners.", "workaround": "Call us."}


@pytest.fixture
def wholesale():
    """Declare a component that partners alone may see; return its uid."""
    now = clock.now()
    for name in ("partners", "others"):
        terms = AudienceTerms(slug=name, name=name.title())
        components.declare_audience(terms=terms, by="Ada", now=now)
    terms = ComponentTerms(slug="wholesale", name="Wholesale", audiences=("partners",))
    return components.declare_component(terms=terms, by="Ada", now=now).uid


def declare(privacy, slug="partner", **more):
    if privacy == "network":
        more = {"networks": ("192.0.2.0/24",), **more}
    terms = PageTerms(slug=slug, name="For partners",
                      **{"audiences": ("partners",), "privacy": privacy, **more})  # fmt: skip
    components.declare_page(terms=terms, by="Ada", now=clock.now())


def invited(slug="partner", days=9):
    """Return a browser that opened a link to a page."""
    now = clock.now()
    key = components.invite(page=slug, until=now + timedelta(days=days), by="Ada", now=now)
    browser = Client()
    assert browser.get(f"/private/{slug}/?key={key}").status_code == 302
    return browser


def ask(browser, slug="partner", address=ADA, *, token=True, **more):
    """Send a page's form as a browser does."""
    path = f"/private/{slug}/subscribe"
    shown = browser.get(path)
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', shown.content.decode())
    values = {
        "address": address, "channel": "email", "events": ["incidents"],
        "begun": begun(now=clock.now() - timedelta(seconds=10)),
        **({"csrfmiddlewaretoken": found[1]} if token and found else {}), **more,
    }  # fmt: skip
    return browser.post(path, values)


def confirm(post, address=ADA):
    deliver()
    link = path_of(links_of(post.to(address)[-1], holding="/confirm")[0])
    return Client().post(link), link


def happens(uid, name="Pallets are late"):
    message = Message(body="We look into it.", impacts={uid: Status.MAJOR}, **FACTS)
    opening = Opening(name=name, message=message)
    incidents.open_(opening=opening, by="Ada", now=clock.now(), publish=True)
    deliver()


def withheld():
    rows = Delivery.objects.filter(state="withheld")
    return list(rows.values_list("said", flat=True))


@pytest.fixture
def post(place):
    with letterbox() as box, mailing(box.port):
        yield box


@pytest.mark.mission("S2.20", "S3.14")
def test_who_opened_a_private_page_by_its_link_is_told_until_the_links_are_ended(
    post, wholesale, signed_in, ben
):
    declare("link")
    assert ask(invited()).status_code == 302
    row = Subscription.objects.get()
    assert (row.page, row.audience, row.state) == ("partner", "partners", "asked")
    assert (row.door["by"], row.door["turn"]) == ("link", 1)
    answer, _ = confirm(post)
    manage = answer.url.partition("?")[0]
    assert "For partners" in Client().get(manage).content.decode()
    happens(wholesale)
    assert "Pallets are late" in post.to(ADA)[-1]["Subject"]
    desk = signed_in(ben).get(f"/desk/messages/subscribers/{row.uid}/").content.decode()
    assert "a link, good until" in desk
    components.end_links(page="partner", by="Ada", now=clock.now())
    happens(wholesale, "Pallets are lost")
    assert withheld() == ["no longer allowed to read this page"]
    assert len(post.to(ADA)) == 2
    shown = Client().get(manage).content.decode()
    assert "may not be read by you any more" in shown
    assert not [word for word in ("Wholesale", "For partners") if word in shown]
    assert Client().post(manage, {"events": ["incidents"]}).status_code == 403
    assert Client().post(f"{manage}end", {"by": "hand"}).status_code == 302
    assert Subscription.objects.get().state == "ended"


def test_a_new_link_opens_it_again_with_one_subscription(post, wholesale):
    declare("link")
    ask(invited())
    confirm(post)
    components.end_links(page="partner", by="Ada", now=clock.now())
    Knock.objects.all().delete()  # an hour later: a question is sent once in it
    ask(invited())
    confirm(post)
    assert Subscription.objects.get(state="active").door["turn"] == 2
    happens(wholesale)
    assert "Pallets are late" in post.to(ADA)[-1]["Subject"]


@pytest.mark.parametrize(
    "shut",
    [
        lambda: declare("login"),
        lambda: declare("network"),
        lambda: declare("link", audiences=("others",)),
        lambda: components.retire_page(slug="partner", by="Ada", now=clock.now()),
    ],
)
def test_a_page_that_asks_for_more_by_now_or_is_for_others_or_is_ended_tells_nothing(
    post, wholesale, shut
):
    declare("link")
    ask(invited())
    confirm(post)
    shut()
    happens(wholesale)
    assert len(post.to(ADA)) == 1
    assert withheld() in (["no longer allowed to read this page"], [])
    assert not Delivery.objects.filter(telling__event="incident.opened", state="accepted").exists()


def test_who_read_a_public_page_is_told_nothing_once_it_is_private(post, wholesale):
    declare("public")
    values = {"address": ADA, "channel": "email", "events": ["incidents"],
              "begun": begun(now=clock.now() - timedelta(seconds=10))}  # fmt: skip
    assert Client().post("/subscribe?page=partner", values).status_code == 302
    confirm(post)
    declare("link")
    happens(wholesale)
    assert withheld() == ["no longer allowed to read this page"]
    declare("public")
    happens(wholesale, "Pallets are lost")
    assert "Pallets are lost" in post.to(ADA)[-1]["Subject"]


def test_a_question_that_is_answered_after_the_door_was_shut_begins_nothing(post, wholesale):
    declare("link")
    ask(invited())
    deliver()
    link = path_of(links_of(post.to(ADA)[-1], holding="/confirm")[0])
    assert "Wholesale" not in text_of(post.to(ADA)[-1])
    components.end_links(page="partner", by="Ada", now=clock.now())
    assert (Client().get(link).status_code, Client().post(link).status_code) == (410, 410)
    assert Subscription.objects.get().state == "asked"


def test_an_account_opens_it_while_it_may_sign_in(post, wholesale, signed_in, vic):
    declare("login")
    assert ask(signed_in(vic)).status_code == 302
    confirm(post)
    happens(wholesale)
    assert "Pallets are late" in post.to(ADA)[-1]["Subject"]
    vic.is_active = False
    vic.save(update_fields=["is_active"])
    happens(wholesale, "Pallets are lost")
    assert withheld() == ["no longer allowed to read this page"]


def test_a_network_opens_it_while_it_is_listed(post, wholesale):
    declare("network")
    assert ask(Client(REMOTE_ADDR=OUTSIDE)).status_code == 404
    assert ask(Client(REMOTE_ADDR=INSIDE)).status_code == 302
    assert INSIDE not in str(Subscription.objects.get().door)
    confirm(post)
    declare("network", networks=("192.0.0.0/16",))
    happens(wholesale)
    assert "Pallets are late" in post.to(ADA)[-1]["Subject"]
    declare("network", networks=("192.0.2.0/28",))
    happens(wholesale, "Pallets are lost")
    assert withheld() == ["no longer allowed to read this page"]


@pytest.mark.mission("S3.14")
@pytest.mark.parametrize("privacy", ["login", "link", "network"])
def test_a_private_page_answers_a_stranger_as_one_that_does_not_exist(client, wholesale, privacy):
    declare(privacy)
    mine, nobodys = "partner", "nothere"

    def seen(path, **more):
        answer = client.get(path, REMOTE_ADDR=OUTSIDE, **more)
        body = answer.content.decode().replace(mine, "*").replace(nobodys, "*")
        return answer.status_code, body, sorted(answer.headers)

    for path in ("", "subscribe", "subscribe?page=partner", "history/", "?key=x"):
        assert seen(f"/private/{mine}/{path}") == seen(f"/private/{nobodys}/{path}"), path
    assert client.get(f"/subscribe?page={mine}").status_code == 404
    assert client.get(f"/subscribe?page={nobodys}").status_code == 404
    for name in (mine, nobodys):
        assert client.post(f"/private/{name}/subscribe", {"address": ADA}).status_code == 404
    assert mine not in topics.places()
    assert not Subscription.objects.exists()


def test_the_key_of_one_page_subscribes_to_no_other(settings, wholesale):
    with_mail(settings)
    declare("link")
    declare("link", slug="second", audiences=("others",))
    browser = invited("second")
    browser.cookies["page-partner"] = browser.cookies["page-second"].value
    browser.cookies["page-partner"]["path"] = "/private/partner/"
    assert ask(browser).status_code == 404
    answer = ask(browser, "second", page="partner", audience="partners", door='{"by": "link"}')
    assert answer.status_code == 302
    row = Subscription.objects.get()
    assert (row.page, row.audience) == ("second", "others")


def test_a_part_of_another_page_cannot_be_chosen(settings, wholesale):
    with_mail(settings)
    declare("link", slug="second", audiences=("others",))
    answer = ask(invited("second"), "second", parts=[f"component:{wholesale}"])
    assert answer.status_code == 422
    assert not Subscription.objects.exists()


def test_a_grant_of_another_page_or_kind_holds_nothing(wholesale):
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    good = {"by": "link", "turn": 3, "until": int(now.timestamp()) + 60}
    door, people = Door(privacy="link", turn=3), frozenset({7})

    def held(grant, door=door, seconds=0):
        return holds(grant, door, second=now.timestamp() + seconds, people=people)

    assert held(good)
    assert not held(good, seconds=60)  # the link has ended
    assert not held(good, replace(door, turn=4))  # all links were ended
    assert not any(
        held(one) for one in ({}, {"by": "login", "person": 7}, {**good, "until": "9"},
                              {**good, "turn": None}, {"by": "public"})
    )  # fmt: skip
    assert held({"by": "login", "person": 7}, Door(privacy="login"))
    assert not held({"by": "login", "person": 8}, Door(privacy="login"))
    assert not held({"by": "login", "person": None}, Door(privacy="login"))
    office = Door(privacy="network", networks=("192.0.2.0/24", "2001:db8::/32"))
    assert held({"by": "network", "network": "2001:db8:1::/48"}, office)
    assert not any(
        held({"by": "network", "network": text}, office)
        for text in ("", "x", "0.0.0.0/0", "192.0.0.0/16", "::/0", "198.51.100.0/24")
    )


def test_another_site_cannot_subscribe_by_the_browser_of_who_is_let_in(settings, wholesale):
    with_mail(settings)
    declare("network")
    browser = Client(enforce_csrf_checks=True, REMOTE_ADDR=INSIDE)
    assert ask(browser, address="eve@example.com", token=False).status_code == 403
    assert not Subscription.objects.exists()
    assert ask(browser).status_code == 302


def test_the_api_and_files_know_no_private_page(client, wholesale):
    from troth.notify.actions.importing import Origin, import_subscribers
    from troth.notify.incoming.reading import of_rows
    from troth.notify.incoming.shapes import Usual

    declare("link")
    line = {"email": ADA, "page": "partner"}
    usual = Usual(events=1, language="en", zone="UTC", page="partner")
    report = import_subscribers(
        lines=of_rows([line], usual=usual), origin=Origin(name="api", by="Ada", stated="yes"),
        now=clock.now(),
    )  # fmt: skip
    assert report.counts["refused"] == 1
    assert not Subscription.objects.exists()


def test_a_page_beside_the_main_one_leads_to_its_own_form(place, wholesale):
    from troth.page import actions

    declare("link")
    declare("public", slug="open")
    actions.publish(now=clock.now())
    own = (actions.private_folder() / "partner/current/de/index.html").read_text("utf-8")
    assert 'href="/private/partner/subscribe?language=de"' in own
    assert 'href="/report?language=de"' in own
    beside = (place / "current/p/open/index.html").read_text("utf-8")
    assert 'href="/subscribe?page=open&amp;language=en"' in beside
    assert 'href="/subscribe?language=en"' in (place / "current/index.html").read_text("utf-8")
    assert Component.objects.get().uid in queries.page_components("partner")
