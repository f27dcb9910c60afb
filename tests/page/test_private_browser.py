"""A private page's form and its closed door in Chromium."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from tests.letterbox import letterbox, links_of
from tests.looks import findings
from tests.notify.outbox import deliver, mailing
from tests.notify.readers import path_of, with_mail
from troth.components import actions as components
from troth.components.rules.documents import AudienceTerms, ComponentTerms, PageTerms
from troth.core import clock
from troth.notify.models import Subscription

pytestmark = [
    pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("place"),
]  # fmt: skip
ADA = "ada@example.org"


@pytest.fixture
def partner():
    """Declare a private page with one component; return the address that opens it."""
    now = clock.now()
    audience = AudienceTerms(slug="partners", name="Partners")
    components.declare_audience(terms=audience, by="Ada", now=now)
    part = ComponentTerms(slug="wholesale", name="Wholesale", audiences=("partners",))
    components.declare_component(terms=part, by="Ada", now=now)
    page = PageTerms(slug="partner", name="For partners", audiences=("partners",), privacy="link")
    components.declare_page(terms=page, by="Ada", now=now)
    key = components.invite(page="partner", until=now + timedelta(days=9), by="Ada", now=now)
    return f"/private/partner/?key={key}"


@pytest.fixture
def visitor(live_server, chromium, settings):
    with_mail(settings, base_url=live_server.url)
    context = chromium.new_context(base_url=live_server.url, locale="de")
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


@pytest.mark.mission("S2.20", "S3.14")
def test_who_holds_a_link_subscribes_and_is_told_when_it_has_ended(visitor, partner):
    visitor.goto("/private/partner/")
    assert "For partners" not in visitor.content()
    assert findings(visitor) == []
    visitor.goto(partner)
    subscribe(visitor)
    manage = urlsplit(visitor.url).path
    assert Subscription.objects.get().state == "active"
    components.end_links(page="partner", by="Ada", now=clock.now())
    visitor.goto(manage)
    assert "Wholesale" not in visitor.content()
    assert findings(visitor) == []
    visitor.click("section[aria-labelledby=end] button >> nth=0")
    visitor.get_by_role("button", name="Das war ein Versehen").wait_for()
    assert Subscription.objects.get().state == "ended"


def subscribe(visitor):
    """Fill the form behind the door, and confirm by the mail."""
    visitor.goto("/private/partner/subscribe")
    visitor.eval_on_selector_all("details", "all => all.forEach((one) => { one.open = true })")
    assert "Wholesale" in visitor.inner_text("main")
    assert findings(visitor) == []
    with letterbox() as post, mailing(post.port):
        visitor.fill("[name=address]", ADA)
        visitor.click("button[type=submit]")
        visitor.wait_for_url("**/asked**")
        deliver()
        (link,) = links_of(post.to(ADA)[-1], holding="/confirm")
    visitor.goto(path_of(link))
    visitor.click("button[type=submit]")
    visitor.wait_for_url("**/subscription/**")
