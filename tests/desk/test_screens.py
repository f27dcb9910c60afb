"""The desk in Chromium: axe, both widths, both schemes, by keyboard, and without a script."""

import re

import pytest

from tests.looks import findings
from troth.core import clock
from troth.promises import actions, queries

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCREENS = (
    "/desk/",
    "/desk/promises/",
    "/desk/promises/?search=nothing",
    "/desk/promises/on-time/",
    "/desk/promises/on-time/?at=2026-01-01&as_of=2026-01-02",
    "/desk/promises/on-time/edit/",
    "/desk/promises/on-time/edit/?mode=yaml",
    "/desk/promises/new/",
    "/desk/promises/on-time/versions/1/",
    "/desk/promises/on-time/versions/1/return/",
    "/desk/promises/on-time/cases/",
    "/desk/promises/on-time/cases/?search=nothing",
    "/desk/promises/on-time/exclusions/new/",
    "/desk/promises/on-time/suspensions/new/",
    "/desk/promises/on-time/retirement/",
    "/desk/case/?source=shop&key=parcel-36",
    "/desk/violations/",
    "/desk/violations/?state=done",
    "/desk/violations/?promise=nothing",
    "/desk/signals/",
    "/desk/signals/cases/",
)
EMPTY = ("/desk/", "/desk/promises/", "/desk/violations/", "/desk/signals/", "/desk/signals/cases/")


@pytest.mark.mission("S3.12")
def test_axe_finds_nothing_on_any_screen_of_the_desk(opened, open_shop, ben):
    open_shop()
    open_shop("dear", target="99%", name="Dear", visibility="internal")
    open_shop("never", evaluator="invariant", target=None, due="72h", signals={"kind": "breach"})
    which = actions.Cases(where="key = 'parcel-36'")
    now = clock.now()
    actions.exclude(slug="on-time", category="storm", reason="The bridge was shut.", cases=which,
                    signed_by=ben, now=now)  # fmt: skip
    actions.suspend(slug="dear", starts_at=now, reason="Stocktaking.", author=ben, now=now)
    (first, *_others) = queries.Ledger()[:]
    actions.record_remedy(
        violation=first.id, state="done", note="All are refunded.", author=ben, now=now
    )
    page = opened(ben)
    found = {}
    for path in (*SCREENS, f"/desk/violations/{first.id}/"):
        page.goto(path)
        found[path] = findings(page)
    assert {path: each for path, each in found.items() if each} == {}
    assert page.breaches == []


def test_axe_finds_nothing_where_nothing_is_there_yet(opened, ben):
    page = opened(ben)
    found = {}
    for path in EMPTY:
        page.goto(path)
        found[path] = findings(page)
    assert {path: each for path, each in found.items() if each} == {}


def test_a_promise_is_found_opened_and_changed_by_keyboard_alone(opened, open_shop, ben):
    open_shop()
    open_shop("letters", name="Letters")
    page = opened(ben)
    page.goto("/desk/promises/")
    page.focus("#search")
    page.keyboard.type("letters")
    page.wait_for_url("**search=letters*")
    page.wait_for_selector("text=On time", state="detached")
    page.focus("table.standing th a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/promises/letters/")
    page.focus("text=Change >> nth=0")
    page.keyboard.press("Enter")
    page.wait_for_url("**/edit/")
    page.focus("[name=target]")
    page.keyboard.press("Control+a")
    page.keyboard.type("55%")
    page.wait_for_selector("#preview :text('At least 55')")
    page.focus("[name=reason]")
    page.keyboard.type("We can do less.")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/promises/letters/")
    assert queries.document("letters")["spec"]["target"] == "55%"
    assert page.breaches == []


def test_the_editor_shows_only_what_the_evaluator_asks_for(opened, open_shop, ben):
    open_shop()
    page = opened(ben)
    page.goto("/desk/promises/new/")
    assert page.is_visible("[name=due]")
    assert not page.is_visible("[name=slice]")
    page.select_option("[name=evaluator]", "timeslice")
    assert page.is_visible("[name=slice]")
    assert not page.is_visible("[name=due]")


def test_everything_is_done_without_a_script(opened, open_shop, ben):
    open_shop()
    page = opened(ben, scripts=False)
    page.goto("/desk/promises/")
    page.fill("#search", "on time")
    page.click("text=Show")
    page.click("table.standing th a")
    page.click("dl, .figures >> text=not >> nth=0")
    assert re.search(r"part=broken", page.url)
    page.click("table.cases tbody th a >> nth=0")
    assert "All that was said about it" in page.text_content("main")
    page.goto("/desk/promises/on-time/edit/")
    page.fill("[name=target]", "99%")
    page.click("text=Look at it first")
    assert "At least 99" in page.text_content("#preview")
    page.fill("[name=reason]", "We dare.")
    page.click("text=Declare version 2")
    assert queries.document("on-time")["spec"]["target"] == "99%"
