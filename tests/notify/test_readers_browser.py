"""A reader's pages in Chromium: with a script and without, at both widths, in both schemes."""

import pytest

from tests.looks import findings
from tests.notify.readers import questions, reader, with_mail
from troth.components import actions as components
from troth.components.rules.documents import ComponentTerms, GroupTerms
from troth.core import clock
from troth.notify.actions.suppressing import suppress
from troth.notify.links import token_of
from troth.notify.models import Subscription

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def opened(live_server, chromium, settings):
    """Return a function that gives a stranger's page."""
    with_mail(settings, base_url=live_server.url)
    contexts = []

    def open_(*, scripts=True, language="en", as_=None):
        context = chromium.new_context(
            java_script_enabled=scripts, base_url=live_server.url, locale=language,
            timezone_id="Europe/Berlin",
        )  # fmt: skip
        contexts.append(context)
        context.set_default_timeout(20_000)
        if as_ is not None:
            cookie = as_.cookies[settings.SESSION_COOKIE_NAME]
            found = {"name": cookie.key, "value": cookie.value, "url": live_server.url}
            context.add_cookies([found])
        page = context.new_page()
        page.breaches = []
        page.on("pageerror", lambda error: page.breaches.append(str(error)))
        page.on(
            "console",
            lambda said: page.breaches.append(said.text) if said.type == "error" else None,
        )
        page.on("request", lambda one: None if one.url.startswith((live_server.url, "data:"))
                else page.breaches.append(one.url))  # fmt: skip
        return page

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture
def parts(ada):
    """Declare two components in a group."""
    now = clock.now()
    components.declare_group(terms=GroupTerms(slug="shop", name="Shop"), by=ada, now=now)
    for slug in ("checkout", "search"):
        terms = ComponentTerms(slug=slug, name=slug.title(), group="shop")
        components.declare_component(terms=terms, by=ada, now=now)


@pytest.mark.mission("S2.20")
@pytest.mark.parametrize("scripts", [True, False])
def test_somebody_subscribes_confirms_and_leaves(opened, scripts):
    page = opened(scripts=scripts)
    page.goto("/subscribe")
    if page.locator("input[name=channel]").count() > 1:
        page.check("input[name=channel][value=email]")
    page.fill("[name=address]", "ada@example.com")
    if not scripts:
        page.wait_for_timeout(3_200)
    page.click("button[type=submit]")
    page.wait_for_url("**/subscribe/asked**")
    assert "Look into your mail" in page.inner_text("h1")
    page.goto(questions()[0].link)
    assert Subscription.objects.get().state == "asked"
    page.click("button[type=submit]")
    assert "Confirmed" in page.inner_text("[role=status]")
    row = Subscription.objects.select_related("contact").get()
    assert row.contact.zone == ("Europe/Berlin" if scripts else "UTC")
    page.get_by_role("button", name="Send me no more of these").click()
    assert "You get no more" in page.inner_text("h1")
    page.get_by_role("button", name="That was a mistake").click()
    assert "You get updates again" in page.inner_text("[role=status]")
    assert page.breaches == []
    assert not page.context.cookies()


def test_the_screens_look_right(opened, parts):
    page = opened()
    own = token_of(reader().uid)
    reader(address="ben@example.com", is_confirmed=False)
    for path in ("/subscribe", "/subscribe?language=de", "/subscribe/asked?channel=email",
                 "/subscription/x/", "/subscribe/begun", f"/subscription/{own}/",
                 f"/subscription/{own}/end", f"/subscription/{own}/?language=de",
                 questions()[-1].link):  # fmt: skip
        page.goto(path)
        page.eval_on_selector_all("details", "all => all.forEach((one) => { one.open = true })")
        assert (path, findings(page)) == (path, [])
    page.goto("/subscribe?part=component:nobody")
    page.click("button[type=submit]")
    page.wait_for_selector("[aria-invalid]")
    assert findings(page) == []


def test_the_desks_screens_of_readers_look_right(opened, parts, signed_in, ben):
    row = reader()
    leave_one_alone()
    page = opened(as_=signed_in(ben))
    for path in ("subscribers/", f"subscribers/{row.uid}/", f"subscribers/{row.uid}/end/",
                 "subscribers/file/", "suppressions/"):  # fmt: skip
        page.goto(f"/desk/messages/{path}")
        assert (path, findings(page)) == (path, [])
    assert page.breaches == []


def leave_one_alone():
    suppress(channel="email", digest="0" * 32, reason="complaint", said="too many", by="",
             now=clock.now())  # fmt: skip
