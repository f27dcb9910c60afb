"""examples/status/ from end to end: a service stops, people are told, it works again.

Everything is real: `troth up`, the example's five services, its documents, and Chromium. The
screenshots are kept in build/status/.
"""

import json
import re
import shutil
from datetime import datetime, timedelta

import feedparser
import pytest

from tests.running import ROOT, five_services, up, wait_for

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(900),
    pytest.mark.mission("S3.1", "S3.9", "S3.10", "S3.14", "S3.16"),
]
PICTURES = ROOT / "build/status"
SERVICES = ("Website", "Payments", "Warehouse", "Names", "Backups")
OTHERS = {
    "tls": ("Payments", "major_outage"),
    "tcp": ("Warehouse", "partial_outage"),
    "dns": ("Names", "major_outage"),
    "heartbeat": ("Backups", "major_outage"),
}


@pytest.fixture(scope="module", autouse=True)
def pictures():
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)


@pytest.fixture
def services(tmp_path):
    with five_services(tmp_path / "services") as started:
        yield started


@pytest.fixture
def running(tmp_path):
    with up(tmp_path, PROBE_PRIVATE="1", ORGANISATION="Lamp Street Shop") as started:
        yield started


@pytest.fixture
def browser(chromium, running):
    """Return a page of a person who came in by the owner's link."""
    context = chromium.new_context(base_url=running.address, locale="en-GB")
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(running.link)
    page.fill("[name=email]", "ada@example.org")
    page.fill("[name=name]", "Ada")
    page.fill("[name=password]", "a lamp by the door")
    page.click("text=Come in")
    page.wait_for_url("**/desk/**")
    yield page
    context.close()


def picture(page, name):
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


def statuses(running):
    """Return what the published summary says of each service."""
    told = running.json("/api/v2/summary.json").get("components", [])
    return {one["name"]: one["status"] for one in told if not one["group"]}


def asked(page, path):
    """Return what the API says to the person who is signed in."""
    answer = page.request.get(f"/api/v1/{path}", headers={"Accept": "application/json"})
    assert answer.ok, answer.text()
    return answer.json()


def wait_for_statuses(running, **wanted):
    try:
        wait_for("the statuses", lambda: wanted.items() <= statuses(running).items())
    except AssertionError as error:
        raise AssertionError(f"{wanted} is wanted, but it is {statuses(running)}") from error


def declare(running, services, page):
    """Apply the example, and tell the backup where to report, as its README says."""
    said = running.troth("apply", "-f", services.documents, "--yes")
    assert "Applied: 19 things." in said
    assert "0 changes, 19 as they are." in running.troth("apply", "-f", services.documents)
    page.goto("/desk/status/monitors/heartbeats/backup/")
    services.report_to(page.inner_text("#address"))
    wait_for_statuses(running, **dict.fromkeys(SERVICES, "operational"))


def drafted(page):
    """Open the draft about the website as soon as there is one."""

    def seen():
        page.goto("/desk/status/incidents/")
        return page.locator("a:has-text('The website is down')").count()

    wait_for("a draft", seen)
    picture(page, "3-incidents")
    page.locator("a:has-text('The website is down')").first.click()
    page.wait_for_selector("text=Nobody outside sees this.")
    picture(page, "4-draft")


def publish(page):
    page.click("text=Complete it and publish")
    page.click("text=Show it in every channel")
    page.wait_for_selector("iframe")
    picture(page, "5-preview")
    page.click("text=Send it to everybody")
    page.wait_for_selector("text=It is public.")
    return re.search(r"/incidents/([a-z0-9]{12})/", page.url)[1]


def told_everywhere(running, uid, *, is_open):
    """Return whether summary, page and feeds all tell of it, and as open or as over."""
    summary = running.json("/api/v2/summary.json")
    listed = {one["id"] for one in summary.get("incidents", [])}
    feeds = [feedparser.parse(running.text(f"/history.{kind}")) for kind in ("rss", "atom")]
    titles = [[entry.title for entry in feed.entries] for feed in feeds]
    items = [item["title"] for item in running.json("/history.json").get("items", [])]
    heading = "The website is down." in running.text("/")
    return (
        (uid in listed) is is_open
        and heading is is_open
        and all("The website is down" in each for each in (*titles, items))
    )


def look_around(page, name):
    for path, picture_of in (("/", name), ("/components/website/", f"{name}-website")):
        page.goto(path)
        page.reload()  # a browser may keep a page for five seconds
        picture(page, picture_of)


def resolve(page, uid):
    """Say that it is over, as soon as the checks have seen so."""

    def seen():
        page.goto(f"/desk/status/incidents/{uid}/")
        return page.locator("text=Waits for approval").count()

    wait_for("the proposal to say that it works again", seen)
    assert "The website answers again." in page.inner_text("main")
    picture(page, "7-works-again")
    page.click("text=It is over")
    page.fill("[name=body]", "The website answers again.")
    page.fill("[name=recovery]", "All of it works.")
    page.fill("[name=data_loss]", "No order was lost, and no effect lingers.")
    page.click("button[value=send]")
    page.wait_for_selector("text=It is public.")
    picture(page, "8-resolved")


def tell_what_was_learned(page):
    page.click("text=Post-mortem")
    page.fill("[name=apology]", "We are sorry: you could not order.")
    page.fill("[name=cause]", "The web server was stopped.")
    page.fill("[name=fix]", "It was started again.")
    page.fill("[name=prevention]", "It starts by itself from now on.")
    page.click("text=Publish it")
    page.wait_for_selector("text=It is public.")
    picture(page, "9-learned")


def is_told_whole(running, uid):
    """Return whether its page says what was wrong, what became of the data, and the cause."""
    own = running.text(f"/incidents/{uid}/")
    said = ("No page of the shop opens.", "No order was lost, and no effect lingers.")
    return all(text in own for text in (*said, "The web server was stopped."))


def instant(text):
    return datetime.fromisoformat(text).replace(microsecond=0)


def seconds_by_place(running, page, uid):
    """Return for how long the website was down, as each place has it."""
    incident = asked(page, f"incidents/{uid}")
    (span,) = incident["spans"]
    (file,) = (
        one for one in running.json("/api/v2/incidents.json")["incidents"] if one["id"] == uid
    )
    page.goto(f"/incidents/{uid}/")
    page.reload()
    picture(page, "10-incident")
    shown = page.locator("#when ~ * time").evaluate_all("all => all.map(one => one.dateTime)")
    uptime = json.loads(running.troth("uptime", "--component", "website", "--json"))
    downtime = asked(page, "components/website/downtime")
    return {
        "the incident's span": _between(span["starts_at"], span["ends_at"]),
        "API v2": _between(file["started_at"], file["resolved_at"]),
        "the incident's page": _between(*shown),
        "troth uptime": {row["impact"]: row["seconds_down"] for row in uptime["impacts"]}["major"],
        "downtime": downtime["down"],
        "the post-mortem": incident["postmortem"]["budget_seconds"],
        "downtime by the incident": {
            one["ref"]: one["seconds"] for one in downtime["caused_by"]
        }[uid],
    }  # fmt: skip


def _between(start, end):
    return (instant(end) - instant(start)) / timedelta(seconds=1)


def burned(page):
    """Return the seconds that the promise was broken for: its cases are milliseconds."""
    windows = asked(page, "promises/website-is-there/windows")
    (last,) = (one for one in windows if one["window"] == "28d")
    return (last["total"] - last["good"]) / 1_000


def test_a_service_stops_and_works_again_and_everything_says_the_same(running, services, browser):
    declare(running, services, browser)
    look_around(browser, "1-all-work")

    services.stop("http")
    wait_for_statuses(running, Website="major_outage")
    assert running.json("/api/v2/summary.json")["incidents"] == []  # a draft is nobody's news
    look_around(browser, "2-website-down")
    drafted(browser)
    uid = publish(browser)
    wait_for("it is told everywhere", lambda: told_everywhere(running, uid, is_open=True))
    look_around(browser, "6-told")

    services.start("http")
    resolve(browser, uid)
    wait_for("it is over everywhere", lambda: told_everywhere(running, uid, is_open=False))
    wait_for_statuses(running, Website="operational")
    tell_what_was_learned(browser)
    wait_for("the whole story", lambda: is_told_whole(running, uid))

    seconds = seconds_by_place(running, browser, uid)
    down = seconds["downtime"]
    assert down > 0
    assert seconds == dict.fromkeys(seconds, down)
    (PICTURES / "seconds.json").write_text(json.dumps(seconds, indent=2))
    wait_for(f"the promise counts {down} s", lambda: burned(browser) == down)
    look_around(browser, "11-over")


def test_each_other_service_turns_its_own_component_and_no_other(running, services, browser):
    declare(running, services, browser)
    services.stop(*OTHERS)
    wait_for_statuses(running, Website="operational", **dict(OTHERS.values()))
    look_around(browser, "12-four-down")
    services.start(*OTHERS)
    wait_for_statuses(running, **dict.fromkeys(SERVICES, "operational"))
