"""The published page in Chromium, with the front's own headers: what a reader gets and sees."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.page.support import NOON, company, days, published, shown
from tests.page.test_front import Browser as Reader
from tests.page.test_front import front
from troth.core import clock

pytestmark = pytest.mark.browser
SITE = "https://city.example"
PAGES = [
    "/",
    "/promises/street-lights/",
    "/promises/",
    "/de/promises/",
    "/history/",
    "/verify/",
    "/de/",
    "/nothing",
]
SHIFTS = """
window.shift = 0;
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) window.shift += entry.value;
}).observe({type: "layout-shift", buffered: true});
"""


@pytest.fixture
def visit(chromium, tmp_path):
    """Return a function that publishes a picture and opens one of its pages."""
    contexts = []

    def visited(path="/", picture=None, *, width=1280, **options):
        published(tmp_path, picture or company(written_at=clock.now()))
        reader = Reader(front(tmp_path))
        size = {"width": width, "height": 900}
        context = chromium.new_context(viewport=size, timezone_id="Europe/Berlin", **options)
        contexts.append(context)
        page = context.new_page()
        page.complaints, page.hosts, page.bytes = [], set(), 0
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))

        def answer(route):
            asked = urlsplit(route.request.url)
            page.hosts.add(asked.netloc)
            reader(asked.path, accept_encoding="gzip, deflate, br, zstd")
            page.bytes += len(reader.body)
            route.fulfill(status=reader.status, headers=unpacked(reader), body=reader.body)

        context.route("**/*", answer)
        context.add_init_script(SHIFTS)
        page.goto(SITE + path)
        page.wait_for_timeout(150)
        return page

    yield visited
    for context in contexts:
        context.close()


def unpacked(reader):
    """Playwright hands the body on as it is, so the coding is undone here."""
    import brotli

    headers = dict(reader.headers)
    if headers.pop("content-encoding", None) == "br":
        reader.body = brotli.decompress(reader.body)
    headers.pop("content-length", None)
    return headers


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_and_nothing_runs_over(visit, path, width, scheme):
    page = visit(path, width=width, color_scheme=scheme)
    found = Axe().run(page).response["violations"]
    assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    complaints = [text for text in page.complaints if path != "/nothing" or "404" not in text]
    assert complaints == []
    assert page.hosts == {"city.example"}


@pytest.mark.mission("S3.4")
@pytest.mark.parametrize("width", [390, 1280])
def test_fifty_promises_stay_within_the_budget_and_nothing_moves(visit, width):
    whole = company(written_at=clock.now())
    many = tuple(
        shown(f"p-{n}", text=f"A fallen branch in district {n} is gone by the day we name.",
              strip=days(good=5 + n % 6, total=10 + n))
        for n in range(50)
    )  # fmt: skip
    page = visit("/", replace(whole, promises=many), width=width)
    assert page.bytes <= 60_000
    assert page.locator(".promise svg").count() == 50
    assert page.evaluate("window.shift") < 0.01


@pytest.mark.mission("S3.4")
@pytest.mark.parametrize("width", [390, 1280])
def test_everything_can_be_read_without_scripts(visit, width):
    page = visit("/", width=width, java_script_enabled=False)
    text = page.locator("main").inner_text()
    assert "We are late with street lights." in text
    assert "UTC" in text
    assert "without scripts this page cannot tell you how old it is" in text
    assert page.locator(".promise").count() == 5
    page.get_by_role("link", name="How we count “Branches”").click()
    assert "A report counts as kept" in page.locator("main").inner_text()


def test_the_page_tells_its_age_by_itself(visit):
    page = visit("/", company(written_at=clock.now() - timedelta(minutes=3)))
    assert page.locator(".age").inner_text().startswith("That was 4 minutes ago: ")
    german = visit("/de/", company(written_at=clock.now() - timedelta(minutes=3)))
    assert german.locator(".age").inner_text().startswith("Das war vor 4 Minuten: ")


@pytest.mark.mission("S3.16")
@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/", "This page is 3 hours old; our publisher may be down."),
        ("/de/", "Diese Seite ist 3 Stunden alt; vielleicht ist unser Dienst ausgefallen."),
        ("/promises/branches/", "We last checked 3 hours ago; our publisher may be down."),
    ],
)
def test_an_old_page_says_so(visit, path, said):
    page = visit(path, company(written_at=clock.now() - timedelta(hours=3)))
    assert page.locator(".age.is-old").inner_text() == said
    assert page.evaluate("window.shift") < 0.01


def test_a_page_that_did_not_change_learns_when_it_was_checked(visit, tmp_path):
    old = company(written_at=clock.now() - timedelta(hours=3))
    published(tmp_path, old)
    page = visit("/promises/branches/", replace(old, checked_at=clock.now()))
    assert page.locator(".age").inner_text().startswith("We last checked")
    assert page.locator(".age.is-old").count() == 0


def test_times_are_told_in_utc_and_in_the_readers_zone(visit):
    page = visit("/", company(written_at=NOON))
    assert page.locator(".now time").inner_text() == "21 Nov 2026, 11:59 UTC"
    now = clock.now()
    fresh = visit("/", company(written_at=now))
    here = (now - timedelta(minutes=1)).astimezone(ZoneInfo("Europe/Berlin"))
    assert f"{here:%H:%M} your time." in fresh.locator(".age").inner_text()
