"""The desk's Status in Chromium: axe at both widths and in both schemes, and by keyboard alone."""

from datetime import timedelta

import pytest

from tests.looks import findings
from troth.components import actions, queries
from troth.components.models import Component
from troth.components.rules.results import Cause, Status
from troth.core import clock
from troth.probes.models import Turn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCREENS = (
    "", "?search=nothing", "?at=2026-01-01", "components/cards/", "components/search/",
    "components/silent/", "components/cards/word/", "components/cards/word/end/",
    "components/cards/edit/", "components/new/", "components/cards/retirement/", "groups/new/",
    "groups/shop/edit/", "readers/", "readers/new/", "pages/", "pages/new/", "pages/inner/edit/",
    "pages/inner/link/", "formula/",
)  # fmt: skip


@pytest.fixture
def a_real_set(declared, grouped, readers, paged, weighed):
    """Declare a small set with a past: outages, maintenance, a word, silence and corrections."""
    now = clock.now()
    long_ago = now - timedelta(days=120)
    readers("partners", now=long_ago)
    grouped("shop", now=long_ago, description="What you do in the shop.")
    grouped("payments", parent="shop", now=long_ago)
    declared("sign-in", now=long_ago, description="Signing in, in the shop and the app.")
    declared("search", group="shop", now=long_ago, position=1)
    declared("basket", group="shop", now=long_ago, position=2, third_party=True)
    cards = declared("cards", group="payments", now=long_ago, monitors=["cards-web"],
                     promise="cards-are-there", owner="Payments team",
                     description="Paying by card in the shop and in the app.")  # fmt: skip
    declared("partner-api", audiences=["partners"], now=long_ago, only_if_degraded=True)
    declared("silent", monitors=["nobody"], now=long_ago)
    paged("inner", audiences=["partners"], privacy="link", now=long_ago)
    paged("office", privacy="network", networks=["192.0.2.0/24"], now=long_ago)
    weighed(now=long_ago, partial="30%", reason="As most of our customers are used to.")
    Turn.objects.create(watch="cards-web", kind="monitor", was="unknown", now="up",
                        at=long_ago, confirmed_at=long_ago)  # fmt: skip
    actions.heed(now=long_ago)
    uids = {row.slug: row.uid for row in Component.objects.all()}
    for days, hours, status, slug in (
        (70, 3, Status.MAJOR, "search"), (41, 9, Status.PARTIAL, "search"),
        (12, 2, Status.DEGRADED, "search"), (30, 5, Status.MAJOR, "cards"),
        (3, 30, Status.PARTIAL, "basket"),
    ):  # fmt: skip
        at = now - timedelta(days=days)
        actions.affect(components={uids[slug]: status}, ref=f"inc{days}", at=at,
                       until=at + timedelta(hours=hours), now=at)  # fmt: skip
    actions.affect(components={uids["basket"]: Status.MAINTENANCE}, ref="works",
                   cause=Cause.MAINTENANCE, at=now - timedelta(days=20), now=now,
                   until=now - timedelta(days=19, hours=20), announced=False)  # fmt: skip
    actions.say(component=cards.uid, status=Status.PARTIAL, by="Ben", now=now,
                note="One of two card networks does not answer. Others work.",
                until=now + timedelta(hours=3))  # fmt: skip
    return uids


@pytest.mark.mission("S3.12")
def test_axe_finds_nothing_on_any_screen_of_status(opened, a_real_set, ben):
    page = opened(ben)
    found = {}
    for path in SCREENS:
        page.goto(f"/desk/status/{path}")
        found[path] = findings(page)
    assert {path: each for path, each in found.items() if each} == {}
    assert page.breaches == []


def test_axe_finds_nothing_where_nothing_is_there_yet(opened, ben):
    page = opened(ben)
    found = {}
    for path in ("", "pages/", "readers/", "formula/"):
        page.goto(f"/desk/status/{path}")
        found[path] = findings(page)
    assert {path: each for path, each in found.items() if each} == {}


def _press(page, where, arrives):
    page.focus(where)
    page.keyboard.press("Enter")
    page.wait_for_url(arrives)


def test_a_component_is_found_spoken_of_and_undone_by_keyboard_alone(opened, a_real_set, cleo):
    page = opened(cleo)
    page.goto("/desk/status/")
    page.focus("#search")
    page.keyboard.type("sear")
    page.wait_for_url("**search=sear*")
    page.wait_for_selector("#c-cards", state="detached")
    _press(page, "#c-search th a", "**/components/search/")
    _press(page, "text=Say how it is", "**/word/")
    page.focus("[name=status]")
    page.keyboard.type("down")
    page.focus("[name=note]")
    page.keyboard.type("We see it too.")
    _press(page, "text=Say it", "**/components/search/")
    assert "We see it too." in page.inner_text("main")
    _press(page, "text=It was a mistake", "**/undo/")
    _press(page, "main button", "**/components/search/")
    assert queries.word("search", at=clock.now()) is None


def test_everything_works_without_a_script(opened, a_real_set, ben):
    page = opened(ben, scripts=False)
    page.goto("/desk/status/")
    page.fill("#search", "basket")
    page.click("text=Show >> nth=0")
    page.wait_for_url("**search=basket*")
    assert page.locator("svg.bars").count() == 1
    page.goto("/desk/status/")
    page.click("[aria-label='Move Basket up']")
    order = [one.slug for one in queries.board(everything=True).components]
    assert order.index("basket") < order.index("search")
