"""A reader by browser: asked for once, told by its own service worker, in Chromium."""

import msgspec
import pytest

from tests.notify.letters import BASE, MANAGE, handed
from tests.notify.test_arriving import browser_keys
from tests.notify.test_readers_browser import opened
from tests.running import wait_for
from troth.notify import vapid
from troth.notify.models import Subscription
from troth.notify.rules.events import Event
from troth.people.queries import address_of

__all__ = ["opened"]  # a fixture
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# The browser's own push service is out of reach here: its answer is made, all else is real.
SERVICE = """
const given = %s;
PushManager.prototype.getSubscription = async () => (
  location.pathname.endsWith("/begun") ? given : null
);
PushManager.prototype.subscribe = async (options) => {
  window.asked = options;
  return given;
};
"""


@pytest.fixture
def reader(opened, live_server):
    """Return a page whose browser may notify and has a push service."""
    page = opened()
    keys, _, _ = browser_keys()
    page.given = {"endpoint": "https://push.example/send/1", "expirationTime": None, "keys": keys}
    page.context.grant_permissions(["notifications"], origin=live_server.url)
    page.add_init_script(SERVICE % msgspec.json.encode(page.given).decode())
    return page


@pytest.mark.mission("S3.20")
def test_one_button_subscribes_this_browser_and_asks_for_no_address(reader):
    reader.goto("/subscribe")
    with reader.expect_navigation(url="**/subscribe/begun**"):
        reader.get_by_role("button", name="Tell me in this browser instead").click()
    found = Subscription.objects.get()
    assert (found.state, found.contact.channel) == ("active", "push")
    told = msgspec.json.decode(address_of(found.contact))
    assert told["endpoint"] == reader.given["endpoint"]
    assert told["keys"] == reader.given["keys"]
    assert reader.breaches == []


def test_the_browser_is_asked_with_our_own_key(reader):
    reader.goto("/subscribe")
    assert reader.locator("button[data-key]").get_attribute("data-key") == vapid.public_key()


def test_where_a_browser_cannot_the_button_is_not_there(opened):
    page = opened(scripts=False)
    page.goto("/subscribe")
    assert not page.get_by_role("button", name="Tell me in this browser instead").is_visible()


def test_whose_leave_is_not_given_stays_on_the_form(reader):
    reader.context.clear_permissions()
    reader.add_init_script("Notification.requestPermission = async () => 'denied'")
    reader.goto("/subscribe")
    reader.get_by_role("button", name="Tell me in this browser instead").click()
    reader.get_by_text("Your browser did not allow it.").wait_for()
    assert Subscription.objects.count() == 0


def shown(page):
    """Return the notifications that are shown, as (title, tag, link)."""
    return page.evaluate(
        """async () => {
          const [registration] = await navigator.serviceWorker.getRegistrations();
          const all = await registration.getNotifications();
          return all.map((one) => [one.title, one.tag, one.data.url, one.data.manage, one.lang]);
        }"""
    )


def deliver(page, origin, push):
    """Hand a decrypted message to the service worker, as the browser does."""
    session = page.context.new_cdp_session(page)
    seen = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: seen.append(told),  # noqa: PLW0108 - the browser's library takes no built-in
    )
    session.send("ServiceWorker.enable")
    page.wait_for_timeout(200)
    ids = [one["registrationId"] for told in seen for one in told["registrations"]]
    session.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": origin, "registrationId": ids[-1], "data": push.body.decode()},
    )
    page.wait_for_timeout(300)


def test_the_worker_shows_one_notification_for_each_thing_the_newest_word(reader, live_server):
    reader.goto("/subscribe")
    with reader.expect_navigation(url="**/subscribe/begun**"):
        reader.get_by_role("button", name="Tell me in this browser instead").click()
    address = msgspec.json.encode(reader.given).decode()
    deliver(reader, live_server.url, handed("push", address))
    link = f"{BASE}/incidents/inc_1/"
    assert shown(reader) == [["Problem: Cards fail", "incident:inc_1", link, MANAGE, "en"]]
    newer = handed("push", address, event=Event.INCIDENT_RESOLVED, revision="b" * 16)
    deliver(reader, live_server.url, newer)
    deliver(reader, live_server.url, newer)
    assert [one[0] for one in shown(reader)] == ["Solved: Cards fail"]
    other = handed("push", address, about="incident:inc_2", title="Search is slow")
    deliver(reader, live_server.url, other)
    assert len(shown(reader)) == 2


# What the browser does when its push service takes an address away: it wakes the worker.
CHANGE = """async (made) => {
  PushManager.prototype.getSubscription = async () => null;
  PushManager.prototype.subscribe = async (options) => {
    self.asked = options;
    return made;
  };
  const event = new ExtendableEvent("pushsubscriptionchange");
  const until = event.waitUntil.bind(event);
  const done = new Promise((end) => { event.waitUntil = (all) => until(all.then(end, end)); });
  self.dispatchEvent(event);
  await done;
  return self.asked;
}"""


def test_the_worker_tells_us_of_its_new_address(reader):
    reader.goto("/subscribe")
    with reader.expect_navigation(url="**/subscribe/begun**"):
        reader.get_by_role("button", name="Tell me in this browser instead").click()
    kept = "caches.match('/subscribe/push-kept').then((found) => found !== undefined)"
    wait_for("the worker knows", lambda: reader.evaluate(kept))
    [worker] = reader.context.service_workers
    made = {**reader.given, "endpoint": "https://push.example/send/2"}
    asked = worker.evaluate(CHANGE, made)
    assert asked["applicationServerKey"] == vapid.public_key()
    told = msgspec.json.decode(address_of(Subscription.objects.get().contact))
    assert told["endpoint"] == made["endpoint"]
    again = {**made, "endpoint": "https://push.example/send/3"}
    worker.evaluate(CHANGE, again)
    told = msgspec.json.decode(address_of(Subscription.objects.get().contact))
    assert told["endpoint"] == again["endpoint"]
    reader.get_by_role("link", name="Change or end it").click()
    assert reader.get_by_role("heading", name="Your updates").is_visible()
    assert reader.breaches == []
