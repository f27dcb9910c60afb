"""The desk's screens of messages in Chromium: axe, both widths and schemes, and by keyboard."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from tests.looks import findings
from troth.core import clock
from troth.notify import links
from troth.notify.actions import alarms, composing
from troth.notify.actions.escalating import declare_escalation
from troth.notify.actions.routing import route
from troth.notify.actions.telling import tell
from troth.notify.models import Attempt, Carried, Delivery, Draft, Outlet, Subscription, Thread
from troth.notify.rules.composing import Written
from troth.notify.rules.events import EVERY_EVENT, Event
from troth.notify.rules.samples import sample

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def a_story(db):
    """Tell a story to two readers; one of them failed. Something rings as well."""
    now = clock.now()
    Outlet.objects.create(slug="mail", channel="email", name="Our mail", created_at=now)
    Outlet.objects.create(
        slug="chat", channel="slack", name="Team chat", created_at=now, paused_at=now
    )
    ada, ben = (
        route(name=name, channel="email", address=f"{name.lower()}@shop.example",
              events=EVERY_EVENT, author="Ada", now=now)
        for name in ("Ada", "Ben")
    )  # fmt: skip
    told = sample(Event.INCIDENT_OPENED, base_url="https://status.example", at=now)
    telling = tell(story=told, by="Ada", now=now - 5 * MINUTE, only=[ada.uid, ben.uid])
    Carried.objects.create(thread=telling.thread, place="page", revision=telling.revision, at=now)
    sent, failed = Delivery.objects.order_by("id")
    Delivery.objects.filter(pk=sent.pk).update(state="accepted", tries=1, left_at=now, ended_at=now)
    Delivery.objects.filter(pk=failed.pk).update(
        state="given up", tries=9, said="421 try again later", ended_at=now
    )
    Attempt.objects.create(
        delivery=failed, at=now, took_ms=31, fate="later", said="421 try again later"
    )
    steps = [{"after": 0, "subscriptions": [ada.uid]}, {"after": 15, "subscriptions": [ben.uid]}]
    declare_escalation(slug="shop", name="Shop", steps=steps, author="Ada", now=now)
    raised = sample(Event.ALERT_RAISED, base_url="https://status.example", at=now)
    alarms.raise_alarm(story=raised, by="probes", now=now - 5 * MINUTE)
    alarms.ring(now=now - 5 * MINUTE)
    return telling.thread.uid, failed.pk, ada.uid


def seen(page, name):
    """Keep a picture of the page at both widths in both schemes, where somebody wants to look."""
    folder = os.environ.get("PICTURES", "")
    for width, scheme in ((1280, "light"), (390, "light"), (1280, "dark"), (390, "dark")):
        if folder:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=Path(folder) / f"{name}-{width}-{scheme}.png", full_page=True)


def test_axe_finds_nothing_on_any_screen_of_messages(opened, ada, a_story):
    thread, message, reader = a_story
    page = opened(ada)
    screens = {
        "told": "", "story": f"stories/{thread}/", "deliveries": "deliveries/",
        "delivery": f"deliveries/{message}/", "outlets": "outlets/", "channels": "outlets/new/",
        "outlet": "outlets/chat/", "new-outlet": "outlets/new/telegram/", "words": "words/",
        "words-sms": "words/?shape=sms&language=de", "on-call": "on-call/",
        "new-route": "on-call/routes/new/", "end-route": f"on-call/routes/{reader}/end/",
        "escalation": "on-call/escalations/shop/", "new": "on-call/escalations/new/",
        "failed": "deliveries/?state=failed", "once-more": "deliveries/replay/?state=failed",
        "said": f"stories/{thread}/said/", "test": "outlets/test/",
        "test-outlet": "outlets/chat/test/",
    }  # fmt: skip
    for name, path in screens.items():
        answer = page.goto(f"/desk/messages/{path}")
        assert answer.status == 200, path
        seen(page, name)
        assert findings(page) == [], path
    assert page.breaches == [], page.breaches[:3]


def test_an_alarm_is_taken_by_keyboard(opened, cleo, a_story):
    page = opened(cleo)
    page.goto("/desk/messages/on-call/")
    page.get_by_role("button", name="I have it").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/stories/**")
    assert "Cleo has it" in page.text_content("main")
    assert Subscription.objects.count() == 2


def test_the_mail_is_shown_as_it_is_written_before_it_is_kept(opened, ben):
    page = opened(ben)
    page.goto("/desk/messages/words/?shape=mail&language=en")
    mail = page.frame_locator("iframe.mail")
    assert mail.get_by_role("heading").inner_text() == "Card payments fail at the checkout"
    body = page.get_by_label("HTML", exact=False).first
    body.fill(body.input_value() + "<p>Yours, the shop</p>")
    page.get_by_role("button", name="Show it below").click()
    mail.get_by_text("Yours, the shop").wait_for()
    assert page.breaches == []


@pytest.fixture
def a_draft(db, ben):
    """Begin a story in two languages."""
    texts = {"en": {"title": "Invoices as PDF", "what": "Every invoice is a PDF now."},
             "de": {"title": "Rechnungen als PDF"}}  # fmt: skip
    written = Written(event=Event.IDEA_SHIPPED, texts=texts, link="https://shop.example/")
    return composing.begin(written=written, token="", by=ben, now=clock.now()).uid


@pytest.mark.mission("S2.16")
def test_axe_finds_nothing_where_stories_are_written(opened, ben, a_draft, a_story):
    page = opened(ben)
    root = "/desk/messages/written/"
    alarm = links.alarm_url(Thread.objects.get(alarms__isnull=False).pk).partition("//")[2]
    screens = {
        "drafts": root, "draft-new": f"{root}new/", "draft": f"{root}{a_draft}/",
        "draft-preview": f"{root}{a_draft}/preview/", "draft-earlier": f"{root}{a_draft}/earlier/",
        "alarm": f"/{alarm.partition('/')[2]}",
    }  # fmt: skip
    for name, path in screens.items():
        assert page.goto(path).status == 200, path
        seen(page, name)
        assert findings(page) == [], path
    assert page.breaches == [], page.breaches[:3]


def test_what_is_typed_is_kept_and_sent_by_keyboard_and_taken_back(opened, ben, a_draft):
    page = opened(ben)
    page.goto(f"/desk/messages/written/{a_draft}/")
    page.get_by_label("What", exact=True).first.fill("Every invoice since May is a PDF.")
    page.locator("#turn[value='2']").wait_for(state="attached")
    assert Draft.objects.get().content["texts"]["en"]["what"].endswith("since May is a PDF.")
    page.get_by_role("button", name="Show it in every channel").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/preview/")
    assert "of 160 characters" in page.locator("#in-sms").text_content()
    page.get_by_role("button", name="Send it").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Take it back").focus()
    page.keyboard.press("Enter")
    page.get_by_text("It is taken back.").wait_for()
    assert Draft.objects.get().state == "writing"
    assert page.breaches == []


def test_a_story_is_written_and_sent_without_a_script(opened, ben):
    page = opened(ben, scripts=False)
    page.goto("/desk/messages/written/new/")
    page.check("input[value='certificate.renewed']")
    page.fill("[name=title]", "The certificate is new")
    page.click("text=Begin")
    page.fill("[name='what-en']", "It holds until May.")
    page.click("text=Show it in every channel")
    page.click("button:has-text('Send it')")
    assert "Take it back" in page.text_content("main")
    assert Draft.objects.get().state == "scheduled"


def test_two_browsers_write_at_once_and_both_texts_are_kept(opened, ben, cleo, a_draft):
    address = f"/desk/messages/written/{a_draft}/"
    his, hers = opened(ben, scripts=False), opened(cleo, scripts=False)
    for page in (his, hers):
        page.goto(address)
    hers.fill("[name='what-en']", "Her words.")
    hers.click("text=Keep it")
    his.fill("[name='what-en']", "His words.")
    his.click("text=Keep it")
    assert "Cleo changed this" in his.text_content("main")
    assert his.input_value("[name='what-en']") == "His words."
    his.goto(f"{address}earlier/")
    assert "kept aside" in his.text_content("main")
