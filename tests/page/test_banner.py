"""The banner inside another site, in Chromium: a policy that allows its script is enough."""

import gzip
import json
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.page.situations import incident, past, situation, town
from tests.page.support import published
from tests.page.test_browser import unpacked
from tests.page.test_front import Browser as Reader
from tests.page.test_front import front
from troth.core import clock
from troth.page import banner

SITE, SHOP = "https://city.example", "https://shop.example"
POLICY = f"default-src 'none'; script-src {SITE}/banner.js"
HTML = """<!doctype html><html lang="{lang}"><title>Shop</title>
<meta name="color-scheme" content="{scheme}">
<body><h1>Shop</h1><p>Buy something.</p><script src="{site}/banner.js" defer {more}></script>"""
NASTY = (
    '</script><script>document.title="a"</script><img src=x onerror=document.title="b"> "&\u2028'
)


def picture(*titles, **more):
    """Return a page with open incidents of these titles."""
    now = clock.now()
    open_ones = [
        incident(title, uid=f"inc_{number}", revision=f"r{number}", **more)
        for number, title in enumerate(titles)
    ]
    here = town(situation(now, *(open_ones or [past()])), written_at=now)
    return replace(here, revision=now.isoformat())


class Around:
    """The shop and the page behind their addresses. `page` None: the page cannot be reached."""

    def __init__(self, folder, html, policy):
        self.folder, self.html, self.policy = folder, html, policy
        self.page, self.asked = None, []

    def shows(self, of):
        if of is not None:
            published(self.folder, of)
        self.page = Reader(front(self.folder)) if of is not None else None

    def answer(self, route):
        asked = urlsplit(route.request.url)
        self.asked.append(f"{asked.netloc}{asked.path}")
        if asked.netloc == "shop.example":
            headers = {"content-type": "text/html", "content-security-policy": self.policy}
            route.fulfill(status=200, headers=headers, body=self.html)
        elif self.page is None:
            route.abort()
        else:
            self.page(asked.path, accept_encoding="gzip, br, zstd")
            headers, body = unpacked(self.page), self.page.body
            route.fulfill(status=self.page.status, headers=headers, body=body)


@pytest.fixture
def shop(chromium, tmp_path):
    """Return a function that opens the shop while the page shows a picture; None: it is down."""
    contexts = []

    def visited(of, *, lang="en", scheme="normal", more="", policy=POLICY, context=None, **options):
        html = HTML.format(lang=lang, scheme=scheme, site=SITE, more=more)
        around = Around(tmp_path, html, policy)
        around.shows(of)
        size = {"width": options.pop("width", 900), "height": 500}
        context = context or chromium.new_context(viewport=size, **options)
        contexts.append(context)
        context.unroute_all()
        context.route("**/*", around.answer)
        page = context.new_page()
        page.around, page.complaints = around, []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(SHOP)
        page.wait_for_timeout(150)
        return page

    yield visited
    for context in contexts:
        context.close()


def rows(page):
    return page.locator("troth-banner li").all_inner_texts()


def test_the_stories_are_published_as_json_too(tmp_path):
    published(tmp_path, picture("Cards fail", workaround="Pay by invoice"))
    reader = Reader(front(tmp_path))
    told = json.loads(reader("/banner.json").body)
    (story,) = told["stories"]
    assert (story["title"], story["advice"], story["id"]) == (
        "Cards fail",
        "Pay by invoice",
        "inc_0",
    )
    assert story["link"] == f"{SITE}/incidents/inc_0/"
    assert reader("/banner.js").headers["access-control-allow-origin"] == "*"
    assert reader.headers["cache-control"].startswith("public, max-age=5")
    assert "javascript" in reader.headers["content-type"]


@pytest.mark.parametrize("count", [0, 3])
def test_the_banner_is_small(count):
    script = banner.script(
        picture(*["Card payments fail for some"] * count, workaround="Pay later")
    )
    assert len(gzip.compress(script)) <= 4_096


@pytest.mark.browser
@pytest.mark.mission("S2.16")
def test_another_site_shows_what_is_wrong_by_one_script_and_nothing_more(shop):
    page = shop(picture("Cards fail", workaround="Pay by invoice"))
    assert [row.split("\n")[:2] for row in rows(page)] == [
        ["Problem: Cards fail", "Pay by invoice"]
    ]
    link = page.locator("troth-banner a").first
    assert link.get_attribute("href") == f"{SITE}/incidents/inc_0/"
    assert link.get_attribute("rel") == "noopener"
    assert page.complaints == []
    assert page.around.asked == ["shop.example/", "city.example/banner.js"]
    assert page.evaluate("document.body.firstElementChild.localName") == "troth-banner"


@pytest.mark.browser
def test_no_story_can_bring_markup_or_script(shop):
    page = shop(picture(NASTY, workaround=NASTY))
    assert NASTY[:9] in rows(page)[0]
    assert page.title() == "Shop"
    assert page.locator("troth-banner img").count() == 0
    assert page.complaints == []


@pytest.mark.browser
def test_what_was_dismissed_stays_away_until_there_is_a_new_revision(shop):
    first = picture("Cards fail", "Search is slow")
    page = shop(first)
    page.get_by_role("button", name="Dismiss: Cards fail").click()
    assert len(rows(page)) == 1
    assert page.evaluate("document.activeElement.localName") == "troth-banner"
    again = shop(first, context=page.context)
    assert [row.split("\n")[0] for row in rows(again)] == ["Problem: Search is slow"]
    changed = picture("Cards fail", "Search is slow")
    now = changed.situation
    newer = tuple(replace(one, revision=f"{one.revision}b") for one in now.recent)
    third = shop(replace(changed, situation=replace(now, recent=newer)), context=page.context)
    assert len(rows(third)) == 2


@pytest.mark.browser
def test_where_a_browser_keeps_nothing_it_is_dismissed_until_the_page_is_left(shop, chromium):
    context = chromium.new_context()
    context.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('private') }})"
    )
    page = shop(picture("Cards fail"), context=context)
    page.get_by_role("button", name="Dismiss").click()
    assert rows(page) == []
    assert page.complaints == []
    page.reload()
    page.wait_for_timeout(150)
    assert len(rows(page)) == 1


@pytest.mark.browser
def test_nothing_is_shown_when_all_is_well(shop):
    page = shop(picture())
    assert page.locator("troth-banner").bounding_box()["height"] == 0
    assert page.complaints == []


@pytest.mark.browser
def test_nothing_is_shown_when_the_page_cannot_be_reached(shop):
    page = shop(None)
    assert page.locator("troth-banner").count() == 0
    assert [text for text in page.complaints if "ERR_FAILED" not in text] == []


@pytest.mark.browser
def test_a_page_that_stays_open_hears_of_news_and_of_the_end(shop, chromium):
    context = chromium.new_context()
    context.clock.install()
    page = shop(picture("Cards fail"), context=context)
    context.clock.run_for(1_000)
    assert len(rows(page)) == 1
    page.around.shows(picture("Cards fail", "Search is slow"))
    _later(page)
    assert len(rows(page)) == 2
    page.around.shows(picture())
    _later(page)
    assert rows(page) == []
    assert page.locator("troth-banner").count() == 1
    assert page.locator("head script").count() == 0
    assert page.complaints == []


def _later(page):
    page.context.clock.run_for(61_000)
    page.wait_for_timeout(200)


@pytest.mark.browser
def test_what_was_shown_goes_when_the_page_cannot_be_reached_any_more(shop, chromium):
    context = chromium.new_context()
    context.clock.install()
    page = shop(picture("Cards fail"), context=context)
    context.clock.run_for(1_000)
    page.around.shows(None)
    _later(page)
    assert rows(page) == []


@pytest.mark.browser
@pytest.mark.parametrize(
    ("scheme", "preferred", "background"),
    [
        ("light", "dark", "rgb(255, 255, 255)"),
        ("dark", "light", "rgb(26, 32, 44)"),
        ("light dark", "dark", "rgb(26, 32, 44)"),
        ("normal", "dark", "rgb(255, 255, 255)"),
    ],
)
def test_it_is_dark_or_light_as_the_site_around_it_is(shop, scheme, preferred, background):
    page = shop(picture("Cards fail"), scheme=scheme, color_scheme=preferred)
    row = page.locator("troth-banner li")
    assert row.evaluate("row => getComputedStyle(row).backgroundColor") == background


@pytest.mark.browser
@pytest.mark.parametrize(
    ("lang", "more", "word"),
    [
        ("de-AT", "", "Störung"),
        ("fr", "", "Problem"),
        ("en", 'data-language="de"', "Störung"),
    ],
)
def test_it_speaks_the_language_of_the_site(shop, lang, more, word):
    page = shop(picture("Cards fail"), lang=lang, more=more)
    assert rows(page)[0].startswith(f"{word}: Cards fail")


@pytest.mark.browser
def test_a_site_may_ask_for_some_components_only(shop):
    here = town(written_at=clock.now())
    (open_one,) = here.situation.problems
    slug = here.situation.by_uid[open_one.components[0]].slug
    assert len(rows(shop(here, more=f'data-components="{slug}"'))) == 1
    assert rows(shop(here, more='data-components="nothing-of-ours"')) == []


@pytest.mark.browser
def test_many_stories_are_three_and_a_link(shop):
    page = shop(picture(*[f"Problem {n}" for n in range(5)]))
    told = rows(page)
    assert len(told) == 3
    assert "+ 2 more" in told[2]


@pytest.mark.browser
def test_it_is_read_aloud_politely_and_axe_finds_nothing(shop):
    page = shop(picture("Cards fail"), policy="", width=360)
    assert page.locator("troth-banner [aria-live=polite]").count() == 1
    assert page.get_by_role("list", name="Status").count() == 1
    found = Axe().run(page, context="troth-banner").response["violations"]
    assert [one["id"] for one in found] == []


@pytest.mark.browser
def test_it_may_stand_at_the_bottom(shop):
    page = shop(picture("Cards fail"), more='data-place="bottom"')
    box = page.locator("troth-banner").bounding_box()
    assert box["y"] + box["height"] == 500
