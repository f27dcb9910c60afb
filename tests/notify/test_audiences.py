"""A page for several audiences: its readers hear what any of them may see."""

import pytest

from tests.notify.outbox import reader, spread, story
from troth.components.actions import declare_audience, declare_page
from troth.components.rules.documents import AudienceTerms, PageTerms
from troth.core import clock
from troth.notify.actions.telling import tell
from troth.notify.models import Delivery, Subscription

pytestmark = pytest.mark.django_db
PAGES = {"trade": "public", "inside": "login"}


@pytest.fixture
def readers():
    """Return the subscriptions to each page, made as its form makes them."""
    now = clock.now()
    for slug in ("partners", "dealers", "staff"):
        declare_audience(terms=AudienceTerms(slug=slug, name=slug), by="Ada", now=now)
    for slug, privacy in PAGES.items():
        terms = PageTerms(slug=slug, name=slug, audiences=("partners", "dealers"), privacy=privacy)
        declare_page(terms=terms, by="Ada", now=now)
    found = {slug: reader(f"{slug}@example.org", page=slug, audience="partners") for slug in PAGES}
    return found | {"": reader("everybody@example.org")}


def told(audience):
    """Return the readers to whom a story for one audience goes."""
    with_all = story(about=f"incident:{audience}", audiences=(audience,), pages=("", *PAGES))
    tell(story=with_all, by="Ada", now=clock.now())
    spread()
    rows = Delivery.objects.filter(telling__thread__about=with_all.about)
    return set(Subscription.objects.filter(pk__in=rows.values("subscription")))


@pytest.mark.mission("S3.14")
def test_readers_of_a_page_hear_what_is_for_any_of_its_audiences(readers):
    assert told("partners") == {readers["trade"], readers["inside"]}
    assert told("dealers") == {readers["trade"], readers["inside"]}
    assert told("staff") == set()


def test_a_story_for_one_page_goes_to_no_other(readers):
    only = story(audiences=("dealers",), pages=("inside",))
    tell(story=only, by="Ada", now=clock.now())
    spread()
    assert [one.subscription for one in Delivery.objects.all()] == [readers["inside"]]


def test_what_an_ended_page_showed_is_told_to_nobody_of_it(readers):
    from troth.components.actions import retire_page

    retire_page(slug="trade", by="Ada", now=clock.now())
    assert told("dealers") == {readers["inside"]}
