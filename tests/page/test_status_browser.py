"""Components and incidents in Chromium, as a worried reader meets them."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.page.situations import board, component, crowd, problem, situation, town, uid
from tests.page.support import company
from tests.page.test_browser import SITE, visit
from troth.components.rules.results import Status
from troth.core import clock
from troth.page.situation import Situation

__all__ = ["visit"]  # a fixture
pytestmark = pytest.mark.browser
PROBLEM = f"/incidents/{uid('Card payments fail for some customers')}/"
PAST = f"/incidents/{uid('Web pages were slow')}/"
PAGES = ["/", "/de/", PROBLEM, PAST, "/components/payments/", "/uptime/", "/uptime/365/"]


@pytest.mark.mission("S3.12")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_and_nothing_runs_over(visit, path, width, scheme):
    page = visit(path, town(written_at=clock.now()), width=width, color_scheme=scheme)
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    found = Axe().run(page).response["violations"]
    assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.complaints == []
    assert page.hosts == {"city.example"}


@pytest.mark.mission("S3.4")
def test_all_can_be_read_without_scripts(visit):
    page = visit("/", town(written_at=clock.now()), java_script_enabled=False)
    text = page.locator("main").inner_text()
    for said in (
        "Card payments fail for some customers.",
        "NEXT UPDATE BY",
        "A missing part. It arrives soon.",
        "Pay by bank transfer.",
        "The check needs scripts.",
        "Planned work",
        "partly down",
        "no data",
        "It was last known as: works.",
    ):
        assert said.lower() in text.lower(), said
    assert page.locator("[data-selfcheck] button").is_hidden()
    page.locator("summary", has_text="Regions").click()
    assert page.get_by_role("link", name="Paris").is_visible()


def test_a_group_is_folded_while_all_of_it_works(visit):
    page = visit("/", town(written_at=clock.now()))
    assert page.locator("#g-shop").get_attribute("open") is not None
    assert page.locator("#g-regions").get_attribute("open") is None
    assert page.get_by_text("Old api").count() == 0
    assert page.get_by_text("1 more works and is shown here only when it does not.").count() == 1
    assert page.locator("li", has_text="Mail carrier").get_by_text("Another company").is_visible()


def test_bars_tell_by_height_and_by_text_what_they_tell_by_colour(visit):
    page = visit("/", town(written_at=clock.now()))
    bars = page.locator("li", has_text="Payments").locator("svg.bars").first
    assert bars.get_attribute("aria-label") == "90 days: 1 down, 1 partly down, 88 works"
    widths = page.evaluate(
        """[...document.querySelectorAll('.bars path')].map(
            p => [p.getAttribute('class'), getComputedStyle(p).strokeWidth])"""
    )
    assert len({width for _, width in widths}) == len({name for name, _ in widths}) == 6


def test_a_countdown_runs_to_the_next_update_and_says_when_it_is_late(visit):
    now = clock.now()
    due = replace(problem(), next_due_at=now + timedelta(minutes=40, seconds=20))
    page = visit("/", town(situation(now, due), written_at=now))
    assert page.locator(".due").inner_text().strip() == "(in 40 minutes)"
    late = replace(problem(), next_due_at=now - timedelta(minutes=5))
    page = visit("/de/", replace(town(situation(now, late), written_at=now), revision="late"))
    assert "um 5 Minuten verspätet" in page.locator(".due.is-late").inner_text()


@pytest.mark.mission("S3.5")
@pytest.mark.parametrize(
    ("found", "word"),
    [
        ({"online": False}, "offline"),
        ({"page": False, "product": False}, "connection"),
        ({"page": False, "product": True}, "page"),
        ({"error": True}, "ours-new"),
        ({"error": True, "ill": True}, "ours"),
        ({"product": False, "ill": True}, "ours"),
        ({"product": False}, "path"),
        ({"ill": True}, "ours-partly"),
        ({"skew": 4000}, "clock"),
        ({"skew": -4000}, "clock"),
        ({"took": 9000}, "slow"),
        ({"product": None}, "unasked"),
        ({}, "well"),
    ],
)
def test_what_was_found_tells_our_fault_from_the_readers(visit, found, word):
    page = visit("/", town(written_at=clock.now()))
    script = page.locator("script[src*=selfcheck]").get_attribute("src")
    well = {"online": True, "page": True, "product": True, "error": False, "skew": 0, "took": 80,
            "ill": False}  # fmt: skip
    given = page.evaluate(
        "async ([src, found]) => (await import(src)).verdict(found)", [script, {**well, **found}]
    )
    assert given == word


def healthy(**more):
    now = clock.now()
    picture = town(Situation(board=board(now)), written_at=now)
    well = replace(board(now), groups=(), components=(component("web"),))
    site = replace(picture.site, **more)
    return replace(picture, site=site, situation=Situation(board=well))


def checked(page):
    page.get_by_role("button", name="Check from here").click()
    line = page.locator("[data-selfcheck] [data-verdict]:not([hidden]):not([data-verdict=asking])")
    line.wait_for()
    return line.inner_text()


@pytest.mark.mission("S3.5")
def test_the_check_runs_in_the_readers_browser(visit):
    product = f"{SITE}/checked.json"  # of our own site: its answer can be read
    assert "Everything of ours answers you" in checked(visit("/", healthy(product=product)))
    assert "we know of no problem" in checked(visit("/", healthy()))


@pytest.mark.mission("S3.5")
def test_the_check_speaks_of_what_we_know_to_be_wrong(visit):
    assert (
        "if that is what you meet, it is us"
        in checked(visit("/", town(written_at=clock.now()))).lower()
    )


@pytest.mark.mission("S3.5", "S3.16")
def test_the_check_says_so_when_our_api_is_down(visit):
    page = visit("/", healthy(product=f"{SITE}/api/health"))
    page.route("**/api/health", lambda route: route.fulfill(status=503))
    assert "our service answers with an error" in checked(page)
    page = visit("/", healthy(product=f"{SITE}/api/health"))
    page.route("**/api/health", lambda route: route.abort())
    assert "Our page reaches you, our service does not" in checked(page)
    page.route("**/checked.json", lambda route: route.abort())
    assert "neither this page's host nor our service" in checked(page)


@pytest.mark.mission("S3.4")
@pytest.mark.parametrize("width", [390, 1280])
def test_five_hundred_components_stay_within_the_budget(visit, width):
    now = clock.now()
    page = visit("/", town(crowd(at=now), written_at=now), width=width)
    assert page.bytes <= 60_000, page.bytes  # with styles and scripts
    assert page.locator(".parts svg.bars").count() == 500
    assert page.locator("article.notice").count() == 20
    assert page.evaluate("window.shift") < 0.01


def test_without_components_and_incidents_the_page_is_as_before(visit):
    page = visit("/", company(written_at=clock.now()))
    text = page.locator("main").inner_text()
    assert not re.search("is it me|what we run|planned work", text, re.IGNORECASE)
    assert Status.NO_DATA.value not in text
