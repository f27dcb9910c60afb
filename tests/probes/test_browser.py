"""Monitors and heartbeats in Chromium: axe at both widths and in both schemes, and by keyboard."""

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from tests.looks import findings
from tests.probes.conftest import heartbeat_document, monitor_document
from troth.core import clock
from troth.probes import actions, jobs, queries
from troth.probes.instants import ms
from troth.probes.models import Heartbeat, Ping
from troth.probes.rules.beating import Sign
from troth.probes.rules.results import Outcome
from troth.probes.wire import Report, Skip

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MONITORS = "/desk/status/monitors/"
PICTURES = Path(__file__).parents[2] / "build" / "probes"
SCREENS = (
    "", "?search=nothing", "?state=down", "new/", "new/http/", "new/dns/", "new/browser/",
    "new/heartbeat/", "shop/", "shop/edit/", "shop/retirement/", "silent/",
    "heartbeats/backup/", "heartbeats/backup/edit/", "heartbeats/backup/key/",
    "heartbeats/never/", "locations/", "locations/fra/revocation/",
)  # fmt: skip
EMPTY = ("", "new/", "locations/")


def report(slug, at, **more):
    due = ms(at)
    phases = {"dns": 1_200, "connect": 9_000, "tls": 21_000, "first_byte": 48_000}
    values = {"took": 83_000, "outcome": Outcome.UP, "phases": phases, **more}
    return Report(slug=slug, due=due, began=due * 1000 + 4_200, **values)


@pytest.fixture
def a_real_set(db, ada, monkeypatch):
    """Watch a shop that fails from one place, what was never checked, and jobs that report."""
    monkeypatch.setattr(
        settings, "TROTH", dataclasses.replace(settings.TROTH, mail_domain="trust.example")
    )
    now = clock.now().replace(microsecond=0)
    actions.enrol(location="fra", name="Frankfurt", author=ada, now=now - timedelta(days=9))
    documents = [
        monitor_document("gate", every="1m"),
        monitor_document("silent"),
        monitor_document("shop", every="1m", locations=["local", "fra"], quorum=1,
                         need="2 of 3", slow="800ms", parents=["gate"],
                         condition='status == 200 and json.state == "ok"',
                         secrets={"token": "hush"},
                         settings={"url": "https://shop.example/health?with=a-long-address"}),
    ]  # fmt: skip
    for document in documents:
        actions.declare_monitor(document=document, author="Ada", now=now - timedelta(hours=2))
    for n in range(50, 0, -1):
        at = now - timedelta(minutes=n)
        ill = {"outcome": Outcome.DOWN, "reason": 'json.state == "ok" is not so: it is "late"',
               "excerpt": '{"state": "late"}'} if n < 6 else {}  # fmt: skip
        actions.record(location="local", reports=[report("shop", at, **ill), report("gate", at)],
                       now=at)  # fmt: skip
        actions.record(location="fra", reports=[report("shop", at, took=250_000)], now=at)
    gap = Skip(
        slug="gate", first=ms(now) - 60_000, last=ms(now), count=2, reason="nothing ran here"
    )
    actions.record(location="local", reports=[], skips=[gap], now=now)
    rhythm = {"cron": "0 3 * * *", "zone": "Europe/Berlin", "grace": "30m",
              "mail": {"fail": ["error", "no space"], "success": ["done"]}}  # fmt: skip
    for slug, spec in (("backup", rhythm), ("never", {"period": "1d", "grace": "1h"})):
        actions.declare_heartbeat(document=heartbeat_document(slug, **spec), author="Ada", now=now)
    signs = [("start", None, b""), ("fail", 3, b"rsync: " + b"no space left on device " * 9),
             ("start", None, b""), ("success", 0, b""), ("log", None, b"a note")]  # fmt: skip
    for n, sign in enumerate(signs):
        actions.take(arrived("backup", now - timedelta(minutes=20 - n), *sign))
    jobs.beat(now=now)
    assert Ping.objects.count() == 5


def arrived(slug, at, sign, code, body):
    return actions.Arrived(
        heartbeat=Heartbeat.objects.get(slug=slug).pk, revision=queries.revision(), at=at,
        sign=Sign(sign), code=code, method="POST" if body else "GET", size=len(body), body=body,
    )  # fmt: skip


def picture(page, path):
    """Keep pictures of a screen as build output."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    name = (path or "list").strip("/").replace("/", "-").replace("?", "-")
    for width, scheme in ((1280, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 850})
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=PICTURES / f"{name}-{width}-{scheme}.png", full_page=True)


@pytest.mark.mission("S3.12")
def test_axe_finds_nothing_on_any_screen(opened, a_real_set, ada):
    page = opened(ada)
    found = {}
    for path in SCREENS:
        page.goto(f"{MONITORS}{path}")
        found[path] = findings(page)
        picture(page, path)
    assert found == {path: [] for path in SCREENS}
    assert page.breaches == []


def test_axe_finds_nothing_where_nothing_is_there_yet(opened, ada):
    page = opened(ada)
    found = {}
    for path in EMPTY:
        page.goto(f"{MONITORS}{path}")
        found[path] = findings(page)
        picture(page, f"empty-{path}")
    assert found == {path: [] for path in EMPTY}


@pytest.mark.everywhere
def test_a_heartbeat_is_made_paused_and_retired_by_keyboard_alone(opened, ben):
    page = opened(ben)
    page.goto(f"{MONITORS}new/heartbeat/")
    for label, text in (("Name", "Nightly backup"), ("Name in addresses", "nightly-backup"),
                        ("Or by cron", "never"), ("Time zone", "Europe/Berlin")):  # fmt: skip
        page.get_by_label(label, exact=label == "Name").first.focus()
        page.keyboard.press("Control+A")
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.get_by_text("is not understood").first.wait_for()
    page.get_by_label("Or by cron").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("30 2 * * *")
    page.keyboard.press("Enter")
    page.wait_for_url("**/heartbeats/nightly-backup/")
    assert "/ping/" in page.inner_text("#address")
    for button, said in (("Pause", "is paused"), ("Go on", "is watched again")):
        page.get_by_role("button", name=button).focus()
        page.keyboard.press("Enter")
        page.get_by_text(said).wait_for()
    page.get_by_role("link", name="Retire").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Retire it").focus()
    page.keyboard.press("Enter")
    page.get_by_text("is retired").wait_for()
    assert page.breaches == [REFUSED]


REFUSED = (
    "Failed to load resource: the server responded with a status of 422 (Unprocessable Entity)"
)


@pytest.mark.everywhere
def test_everything_works_without_a_script(opened, a_real_set, ben):
    page = opened(ben, scripts=False)
    page.goto(MONITORS)
    page.get_by_label("Search").fill("shop")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="shop").click()
    page.get_by_role("button", name="Check now").click()
    assert "It is checked now" in page.inner_text("body")
    page.goto(f"{MONITORS}new/http/")
    page.get_by_label("Name", exact=True).fill("Door")
    page.get_by_label("Name in addresses").fill("shop")
    page.get_by_label("Address", exact=True).fill("nonsense")
    page.get_by_role("button", name="Watch it").click()
    text = page.inner_text("main")
    assert "There is one of that name already" in text
    page.get_by_label("Name in addresses").fill("door")
    page.get_by_role("button", name="Watch it").click()
    assert "http" in page.inner_text("main").lower()
    page.get_by_label("Address", exact=True).fill("http://127.0.0.1:9/")
    page.get_by_role("button", name="Watch it").click()
    assert page.url.endswith("/door/")
