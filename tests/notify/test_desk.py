"""The desk's screens of messages: what was told, every message, outlets, words, who is on call."""

from datetime import timedelta

import pytest

from tests.notify.outbox import spread
from troth.core import clock
from troth.notify.actions import alarms
from troth.notify.actions.carrying import carry
from troth.notify.actions.telling import tell
from troth.notify.models import Alarm, Delivery, Escalation, Outlet, Subscription, Wording
from troth.notify.rules.events import Event, Severity
from troth.notify.rules.story import Part, Story

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk_of(signed_in, ada, ben, cleo, vic):
    """Return a function that signs the person of a role in."""
    cast = {"owner": ada, "editor": ben, "support": cleo, "viewer": vic}
    return lambda role: signed_in(cast[role])


def story(**more):
    given = {
        "about": "incident:abc", "event": Event.INCIDENT_OPENED, "revision": "0123456789abcdef",
        "title": "Payments <b>fail</b>", "link": "https://status.example/incidents/abc/",
        "severity": Severity.MAJOR, "parts": (Part(key="component:shop", name="Shop"),),
    }  # fmt: skip
    return Story(**{**given, **more})


PAGES = ("", "deliveries/", "outlets/", "words/", "on-call/")


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_house_says_what_will_stand_there(page, desk_of):
    answer = desk_of("owner").get(f"/desk/messages/{page}")
    assert answer.status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_strangers_are_asked_to_sign_in(page, client):
    assert client.get(f"/desk/messages/{page}").status_code == 302


def test_a_story_shows_its_revision_and_nothing_of_it_is_markup(desk_of):
    told = tell(story=story(), by="Ada", now=clock.now())
    for page in ("", f"stories/{told.thread.uid}/"):
        text = desk_of("viewer").get(f"/desk/messages/{page}").content.decode()
        assert "Payments &lt;b&gt;fail&lt;/b&gt;" in text
    assert "0123456789abcdef" in text


def test_the_readers_of_a_story_that_nobody_follows_are_said_to_be_none(desk_of):
    told = tell(story=story(), by="Ada", now=clock.now())
    told.spread_at = clock.now()
    told.save()
    text = desk_of("viewer").get(f"/desk/messages/stories/{told.thread.uid}/").content.decode()
    assert "Nobody has subscribed to this." in text


def test_a_page_far_back_and_a_torn_cursor_are_answered(desk_of):
    for number in range(60):
        tell(story=story(about=f"incident:{number}"), by="Ada", now=clock.now())
    desk = desk_of("viewer")
    first = desk.get("/desk/messages/").context["page"]
    assert len(first.items) == 50
    second = desk.get("/desk/messages/", {"after": first.next}).context["page"]
    assert (len(second.items), second.next) == (10, None)
    assert desk.get("/desk/messages/", {"after": "torn"}).status_code == 302


def route(desk, **more):
    given = {"name": "Ada on call", "channel": "email", "address": "ada@shop.example",
             "hears": ["alarms"], "floor": "0"}  # fmt: skip
    return desk.post("/desk/messages/on-call/routes/new/", {**given, **more})


def test_who_is_on_call_is_rung_and_takes_it(desk_of):
    desk = desk_of("owner")
    assert route(desk).status_code == 302
    [made] = Subscription.objects.filter(is_ours=True)
    given = {"name": "Shop", "slug": "shop", "floor": "0", "after_1": "0", "routes_1": [made.uid]}
    assert desk.post("/desk/messages/on-call/escalations/new/", given).status_code == 302
    now = clock.now()
    raised = story(about="alert:shop", event=Event.ALERT_RAISED, title="Shop is down")
    alarms.raise_alarm(story=raised, by="probes", now=now)
    assert alarms.ring(now=now) == 1
    text = desk.get("/desk/messages/on-call/").content.decode()
    assert "1 alarm rings" in text
    uid = Alarm.objects.get().thread.uid
    assert desk.post(f"/desk/messages/stories/{uid}/acknowledgement/").status_code == 302
    assert Alarm.objects.get().acknowledged_at is not None
    assert "Nothing rings" in desk.get("/desk/messages/on-call/").content.decode()


def test_a_route_without_an_address_names_the_field(desk_of):
    answer = route(desk_of("owner"), address="")
    assert answer.status_code == 422
    assert "address" in answer.context["form"].errors


def test_a_viewer_sets_up_nothing_and_takes_no_alarm(desk_of):
    told = tell(story=story(), by="Ada", now=clock.now())
    desk = desk_of("viewer")
    assert route(desk).status_code == 403
    for page in ("outlets/new/", "outlets/new/slack/", "words/", "deliveries/"):
        assert desk.get(f"/desk/messages/{page}").status_code == 403
    address = f"/desk/messages/stories/{told.thread.uid}/acknowledgement/"
    assert desk.post(address).status_code == 403


def test_an_escalation_that_has_ended_routes_says_so(desk_of):
    desk = desk_of("owner")
    route(desk)
    [made] = Subscription.objects.filter(is_ours=True)
    given = {"name": "Shop", "slug": "shop", "floor": "0", "after_1": "0", "routes_1": [made.uid]}
    desk.post("/desk/messages/on-call/escalations/new/", given)
    assert desk.post(f"/desk/messages/on-call/routes/{made.uid}/end/").status_code == 302
    assert "a route that has ended" in desk.get("/desk/messages/on-call/").content.decode()
    assert Escalation.objects.get().steps[0]["subscriptions"] == [made.uid]


def test_our_own_words_are_looked_at_kept_and_given_back(desk_of):
    desk = desk_of("editor")
    page = "/desk/messages/words/?shape=note&event=&language=en"
    before = desk.get(page).context["form"].initial
    ours = before["text"] + "\nYours, the shop"
    asked = {"title": before["title"], "text": ours}
    looked = desk.post(page, {**asked, "preview": "1"})
    assert "Yours, the shop" in looked.content.decode()
    assert not Wording.objects.exists()
    assert desk.post(page, {**asked, "keep": "1"}).status_code == 302
    assert Wording.objects.get().part == "text"
    assert desk.post(page, {**asked, "shipped": "1"}).status_code == 302
    assert desk.get(page).context["own"] == []


@pytest.mark.parametrize("ours", ["{{ nobody }}", "{% for", "no link and no revision"])
def test_words_that_would_fail_are_refused_at_their_field(ours, desk_of):
    page = "/desk/messages/words/?shape=note&event=&language=en"
    answer = desk_of("editor").post(page, {"title": "{{ title }}", "text": ours, "keep": "1"})
    assert answer.status_code == 422
    assert "text" in answer.context["form"].errors
    assert not Wording.objects.exists()


def test_an_outlet_is_set_up_held_back_and_retired_and_its_secret_is_never_shown(desk_of):
    desk = desk_of("owner")
    given = {"name": "Pager", "slug": "pager", "is_default": "on"}
    shown = desk.get("/desk/messages/outlets/new/telegram/").context["form"]
    token = "123456:secret-token-of-twenty-letters"
    filled = {name: token for name in shown.fields if name.startswith("secret_")}
    answer = desk.post("/desk/messages/outlets/new/telegram/", {**given, **filled})
    assert answer.status_code == 302, answer.context["form"].errors
    for page in ("outlets/", "outlets/pager/"):
        assert "secret-token" not in desk.get(f"/desk/messages/{page}").content.decode()
    desk.post("/desk/messages/outlets/pager/pause/")
    assert Outlet.objects.get().paused_at is not None
    assert desk.post("/desk/messages/outlets/pager/retirement/").status_code == 302
    assert Outlet.objects.get().retired_at is not None


def test_an_address_that_nobody_has_finds_nothing_rather_than_everything(desk_of):
    route(desk_of("owner"))
    [made] = Subscription.objects.filter(is_ours=True)
    tell(story=story(), by="Ada", now=clock.now(), only=[made.uid])
    desk = desk_of("support")
    page = "/desk/messages/deliveries/"
    assert len(desk.get(page).context["page"].items) == 1
    assert len(desk.get(page, {"address": "ada@shop.example"}).context["page"].items) == 1
    for address in ("bob@shop.example", "no address", "💥" * 900):
        assert not desk.get(page, {"address": address}).context["page"].items


def test_what_is_not_told_everywhere_after_a_minute_is_named(desk_of):
    route(desk_of("owner"))
    [made] = Subscription.objects.filter(is_ours=True)
    past = clock.now() - timedelta(minutes=5)
    tell(story=story(), by="Ada", now=past, only=[made.uid])
    text = desk_of("viewer").get("/desk/messages/").content.decode()
    assert "1 not told everywhere" in text
    assert "lacks the newest revision" in text


def test_what_was_given_up_is_sent_once_more_and_not_twice(desk_of):
    desk = desk_of("editor")
    route(desk_of("owner"))
    [made] = Subscription.objects.filter(is_ours=True)
    tell(story=story(), by="Ada", now=clock.now(), only=[made.uid])
    [first] = Delivery.objects.all()
    page = f"/desk/messages/deliveries/{first.pk}/"
    assert "Send it once more" not in desk.get(page).content.decode()
    Delivery.objects.update(state="given up", said="421 <busy>")
    assert "421 &lt;busy&gt;" in desk.get(page).content.decode()
    for _ in range(2):
        assert desk.post(f"{page}replay/").status_code == 302
    assert [one.replay_of_id for one in Delivery.objects.order_by("id")] == [None, first.pk]
    assert desk_of("support").post(f"{page}replay/").status_code == 403


@pytest.mark.mission("S4.16")
def test_the_page_says_which_revision_it_shows_and_is_named_when_it_falls_behind(desk_of):
    now = clock.now()
    telling = tell(story=story(), by="Ada", now=now - timedelta(minutes=5))
    revisions = {"incident:abc": "0123456789abcdef", "incident:never-told": "1"}
    assert [carry(place="page", revisions=revisions, now=now) for _ in range(2)] == [1, 0]
    page = f"/desk/messages/stories/{telling.thread.uid}/"
    desk = desk_of("viewer")
    assert "Being told" in desk.get(page).content.decode()  # its readers are not found yet
    spread()
    assert "Told everywhere" in desk.get(page).content.decode()
    tell(story=story(revision="f" * 16), by="Ada", now=now - timedelta(minutes=2))
    spread()
    assert "page lacks the newest revision" in desk.get(page).content.decode()
    carry(place="page", revisions={"incident:abc": "f" * 16}, now=now)
    assert "Told everywhere" in desk.get(page).content.decode()


def test_what_was_written_to_one_person_is_not_for_every_viewer(desk_of):
    answer = story(about="report:abc", event=Event.REPORT_ANSWERED, body="Your order is here.")
    told = tell(story=answer, by="Cleo", now=clock.now(), only=[])
    page = f"/desk/messages/stories/{told.thread.uid}/"
    assert desk_of("viewer").get(page).status_code == 403
    assert "Your order is here." in desk_of("support").get(page).content.decode()


def test_what_differs_from_the_shipped_words_is_shown_line_by_line(desk_of):
    desk = desk_of("editor")
    page = "/desk/messages/words/?shape=note&event=&language=en"
    before = desk.get(page)
    assert before.context["changes"] == []
    ours = {**before.context["form"].initial}
    ours["text"] = ours["text"].replace("Affected", "Concerned").strip() + "\nYours, the shop"
    looked = desk.post(page, {**ours, "preview": "1"})
    [(part, lines)] = looked.context["changes"]
    assert (part, [one.mark for one in lines if not one.is_kept]) == ("text", ["-", "+", "+"])
    assert "<ins>+ Yours, the shop</ins>" in looked.content.decode()
    desk.post(page, {**ours, "keep": "1"})
    assert [part for part, _lines in desk.get(page).context["changes"]] == ["text"]
    desk.post(page, {**ours, "shipped": "1"})
    assert desk.get(page).context["changes"] == []


def test_words_are_seen_in_the_channel_that_is_asked_for(desk_of):
    desk = desk_of("editor")
    page = "/desk/messages/words/?shape=post&language=de"
    assert "of 280 characters in X" in desk.get(page).content.decode()
    shown = desk.get(f"{page}&channel=mastodon")
    assert "of 500 characters in Mastodon" in shown.content.decode()
    assert desk.get(f"{page}&channel=email").status_code == 200  # of another shape: the usual


@pytest.mark.mission("S2.16")
def test_a_told_story_has_an_address_for_each_channel_and_language(desk_of):
    told = tell(story=story(translations={"de": {"title": "Zahlungen schlagen fehl"}}), by="Ada",
                now=clock.now())  # fmt: skip
    page = f"/desk/messages/stories/{told.thread.uid}/"
    desk = desk_of("viewer")
    text = desk.get(f"{page}said/?channel=sms&language=de").content.decode()
    assert "Zahlungen schlagen fehl" in text
    assert "of 160 characters" in text
    assert len(desk.get(f"{page}said/").context["shown"]) >= 18
    assert "Zahlungen" in desk.get(f"{page}mail/?language=de").content.decode()
    answer = story(about="report:abc", event=Event.REPORT_ANSWERED, body="Your order is here.")
    private = tell(story=answer, by="Cleo", now=clock.now(), only=[])
    for name in ("said", "mail"):
        assert desk.get(f"/desk/messages/stories/{private.thread.uid}/{name}/").status_code == 403
