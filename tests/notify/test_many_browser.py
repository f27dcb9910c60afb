"""The list of subscribers and a dry run in slices, in Chromium: with a script and without."""

import pytest

from tests.looks import findings
from tests.notify import test_readers_browser
from tests.notify.outbox import reader
from troth.core import clock
from troth.notify import jobs
from troth.notify.actions import composing_reach
from troth.notify.models import Draft
from troth.notify.queries import counted, listing

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
opened = test_readers_browser.opened


@pytest.fixture
def many(monkeypatch):
    """Make readers of all kinds; here nine are many."""
    monkeypatch.setattr(composing_reach, "CHUNK", 3)
    monkeypatch.setattr(composing_reach, "_PATIENCE", 0)
    monkeypatch.setattr(counted, "MANY_READERS", 3)
    monkeypatch.setattr(listing, "COUNTED", 5)
    for number in range(7):
        state, language = ("active", "paused")[number == 5], ("en", "de")[number % 2]
        reader(f"r{number}@example.org", consents=("ideas",), state=state, language=language)
    for number in range(2):
        reader(f"https://r{number}.example.org/hook", channel="webhook", consents=("ideas",))
    jobs.count(now=clock.now())


@pytest.fixture
def draft(ben):
    """Write a story by hand."""
    from troth.notify.actions.composing import begin
    from troth.notify.rules.composing import Written
    from troth.notify.rules.events import Event

    written = Written(event=Event.IDEA_SHIPPED, texts={"en": {"title": "Invoices as PDF"}})
    return begin(written=written, token="t", by=ben, now=clock.now())


def test_the_list_of_subscribers_says_how_many_and_is_sifted_by_keyboard(
    opened, signed_in, ben, many
):
    page = opened(as_=signed_in(ben))
    page.goto("/desk/messages/subscribers/")
    assert "More than 5" in page.inner_text("#rows")
    assert "Counted" in page.inner_text("main")
    assert findings(page) == []
    page.select_option("#language", "de")
    page.get_by_text("3 in all").wait_for()
    page.wait_for_url("**language=de**")
    assert page.locator("#rows tbody tr").count() == 3
    assert page.breaches == []


@pytest.mark.parametrize("scripts", [True, False])
def test_a_dry_run_of_many_comes_to_its_end_by_itself(opened, signed_in, ben, many, draft, scripts):
    page = opened(as_=signed_in(ben), scripts=scripts)
    page.goto(f"/desk/messages/written/{Draft.objects.get().uid}/preview/")
    if not scripts:
        page.get_by_role("link", name="Go on counting").click()
    page.get_by_text("would hear it").wait_for()
    assert "8 readers" in page.inner_text("#reached")
    assert "Counting" not in page.inner_text("#reached")
    if scripts:
        assert findings(page) == []
    assert page.breaches == []
