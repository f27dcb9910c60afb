"""The desk's incidents in Chromium: axe at both widths, by keyboard alone, without a script."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from scene import component, final, message, opening

from tests.looks import findings
from troth.components import actions as components
from troth.components.rules.documents import ComponentTerms, GroupTerms
from troth.core import clock
from troth.incidents import actions, queries
from troth.incidents.models import Incident, Update
from troth.incidents.rules.results import Kind, State

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HOUR = timedelta(hours=1)


@pytest.fixture
def a_busy_week(db):
    """Tell of a week with everything in it; return the uids by what they are."""
    now = clock.now()
    shop, search = component("shop", now=now - 90 * 24 * HOUR), component("search")
    begun = now - 3 * HOUR
    went_on = actions.open_(opening=opening(impacts={shop: "partial_outage"}, started_at=begun),
                            by="Ada", now=begun, publish=True)  # fmt: skip
    actions.update(uid=went_on.uid, message=message("We found a **full disk**.",
                   state=State.IDENTIFIED), by="Ada", now=now - HOUR)  # fmt: skip
    said = Update.objects.filter(incident=went_on).latest("id")
    actions.edit_update(update_uid=said.uid, body="We found a **full disk** on one of them.",
                        by="Ada", now=now - HOUR / 2, reason="Clearer.")  # fmt: skip
    waiting = actions.update(uid=went_on.uid, message=message("It is fixed, we watch it.",
                             state=State.MONITORING), by="Ada", now=now, propose=True)  # fmt: skip
    actions.note(uid=went_on.uid, text="The vendor knows.", by="Ada", now=now)
    for name in ("Ada", "Ben"):
        actions.hand_over(uid=went_on.uid, role="commander", person=name, by="Ada", now=now)
    slow = {search: "degraded_performance"}
    draft = actions.draft(opening=opening("Search is slow", impacts=slow),
                          by="Ada", now=now)  # fmt: skip
    over = actions.open_(opening=opening("Cards failed"), by="Ada", now=now - 30 * HOUR,
                         publish=True)  # fmt: skip
    actions.resolve(uid=over.uid, message=final(), by="Ada", now=now - 28 * HOUR)
    actions.link(uid=over.uid, other=went_on.uid, by="Ada", now=now)
    actions.write_postmortem(uid=over.uid, parts={"apology": "We are sorry."}, by="Ada", now=now)
    actions.promise_follow_up(uid=over.uid, text="Watch it", by="Ada", now=now)
    actions.note_moment(uid=over.uid, at=now - 30 * HOUR, text="The alarm.", by="Ada", now=now)
    breach = actions.report_breach(
        opening=opening("A backup was open", kind=Kind.BREACH), by="Ada", now=now,
        aware_at=now - 20 * HOUR, findings=actions.Findings(facts="Open.", people=1200),
    )  # fmt: skip
    planned = {"body": "We move.", "affects": "Nobody.", "components": {shop: "under_maintenance"}}
    soon = actions.schedule(planning=actions.Planning(
        name="Move", scheduled_for=now + 5 * HOUR, scheduled_until=now + 6 * HOUR, **planned),
        by="Ada", now=now)  # fmt: skip
    actions.repeat(planning=actions.Planning(
        name="Weekly", scheduled_for=now + 90 * HOUR, scheduled_until=now + 91 * HOUR, **planned),
        rule="FREQ=WEEKLY", zone="Europe/Berlin", by="Ada", now=now)  # fmt: skip
    return {"open": went_on.uid, "waiting": waiting.uid, "draft": draft.uid, "over": over.uid,
            "breach": breach.uid, "soon": soon.uid, "said": said.uid}  # fmt: skip


def screens(uids):
    one = "incidents/{open}/"
    paths = ("incidents/", "incidents/?search=nothing", "incidents/new/", one, f"{one}update/",
             f"{one}resolve/", f"{one}facts/", f"{one}link/", f"{one}updates/{{said}}/edit/",
        f"{one}updates/{{said}}/components/",

             f"{one}updates/{{waiting}}/approve/", "incidents/{draft}/", "incidents/{draft}/draft/",
             "incidents/{over}/", "incidents/{over}/reopen/", "incidents/{over}/postmortem/",
             "incidents/{breach}/", "incidents/{breach}/breach/", "incidents/{breach}/letter/",
             "incidents/{soon}/", "maintenance/{soon}/move/", "maintenance/{soon}/cancel/",
             "maintenance/", "maintenance/new/", "breaches/", "breaches/new/", "templates/",
             "templates/new/", "cadence/")  # fmt: skip
    return [path.format(**uids) for path in paths]


@pytest.mark.mission("S3.12")
def test_axe_finds_nothing_on_any_screen_of_incidents(opened, a_busy_week, ben):
    page = opened(ben)
    found = {}
    for path in screens(a_busy_week):
        page.goto(f"/desk/status/{path}")
        found[path] = findings(page)
    page.goto("/desk/")
    found["today"] = findings(page)
    assert {path: each for path, each in found.items() if each} == {}
    assert page.breaches == []


def test_axe_finds_nothing_in_a_preview_nor_where_something_is_missing(opened, ben):
    component("shop")
    page = opened(ben)
    page.goto("/desk/status/incidents/new/")
    page.click("text=Show it in every channel")
    page.wait_for_selector("[role=alert]")
    assert findings(page) == []
    _fill(page)
    page.click("text=Show it in every channel")
    page.wait_for_selector("iframe")
    assert "Payments fail" in page.frame_locator("iframe").locator("h1").inner_text()
    assert findings(page) == []


def _fill(page):
    page.fill("[name=name]", "Payments fail")
    page.fill("[name=problem]", "Orders fail.")
    page.fill("[name=affects]", "Everyone who pays by card.")
    page.fill("[name=workaround]", "None known.")
    page.fill("[name=body]", "We are looking into it.")


def _press(page, target):
    page.focus(target)
    page.keyboard.press("Enter")


def _type(page, **texts):
    for name, text in texts.items():
        page.focus(f"[name={name}]")
        page.keyboard.type(text)


@pytest.mark.mission("S3.21")
@pytest.mark.everywhere
def test_an_incident_is_opened_updated_and_resolved_by_keyboard_alone(opened, ben):
    component("shop")
    page = opened(ben)
    page.goto("/desk/status/incidents/")
    _press(page, "text=New incident")
    page.wait_for_url("**/new/")
    _type(page, name="Payments fail", problem="Orders fail.", affects="Everyone.",
          workaround="None known.", body="We look into it.")  # fmt: skip
    page.focus(".impact select")
    page.keyboard.type("down")
    _press(page, "button[value=preview]")
    page.wait_for_selector("iframe")
    _press(page, "text=Send it to everybody")
    page.wait_for_selector("text=It is public.")
    [one] = queries.open_ones()
    assert one.impact == "critical"
    page.wait_for_selector("[data-due]")
    assert "min" in page.inner_text("[data-due]")
    _press(page, "text=It is over")
    page.wait_for_url("**/resolve/")
    _type(page, body="It works.", recovery="All of it works.", data_loss="No effect lingers.")
    _press(page, "button[value=send]")
    page.wait_for_selector("text=It is public.")
    assert queries.open_ones() == []


@pytest.mark.everywhere
def test_everything_works_without_a_script(opened, ben):
    shop = component("shop")
    page = opened(ben, scripts=False)
    page.goto("/desk/status/incidents/new/")
    _fill(page)
    page.select_option(f"[name=impact-{shop}]", "major_outage")
    page.click("text=Show it in every channel")
    page.click("text=Send it to everybody")
    row = Incident.objects.get()
    assert row.published_at is not None
    assert "in 1" in page.inner_text("[data-due]")
    page.fill("#notes [name=text]", "A note.")
    page.click("text=Keep the note")
    assert "A note." in page.inner_text("#notes")
    page.goto("/desk/status/incidents/?open=yes")
    assert "Payments fail" in page.inner_text("#rows")


@pytest.mark.mission("S3.21")
@pytest.mark.everywhere
def test_two_clicks_at_once_send_once(live_server, signed_in, ben, filled):
    browsers = [signed_in(ben), signed_in(ben)]
    started = clock.now() - HOUR
    values = filled(token="a-double-click", next_due_at="", started_at=f"{started:%Y-%m-%dT%H:%M}")

    def send(browser):
        try:
            return browser.post("/desk/status/incidents/new/", values)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, browsers))
    assert [one.status_code for one in answers] == [302, 302]
    assert answers[0].url == answers[1].url
    assert (Incident.objects.count(), Update.objects.count()) == (1, 1)


def test_the_next_update_follows_the_urgency_until_a_person_sets_it(opened, ben):
    page = opened(ben)
    page.goto("/desk/status/incidents/new/")
    first = page.input_value("[name=next_due_at]")
    page.select_option("[name=urgency]", "routine")
    assert page.input_value("[name=next_due_at]") > first
    page.fill("[name=next_due_at]", "2030-01-01T10:00")
    page.select_option("[name=urgency]", "urgent")
    assert page.input_value("[name=next_due_at]") == "2030-01-01T10:00"


def test_of_many_components_a_few_letters_find_one_and_a_group_is_said_at_once(opened, ben):
    now = clock.now()
    for slug, name in (("eu", "Europe"), ("us", "Amérique")):
        components.declare_group(terms=GroupTerms(slug=slug, name=name), by="Ada", now=now)
        for number in range(12):
            terms = ComponentTerms(slug=f"{slug}-{number}", name=f"Node {number}", group=slug)
            components.declare_component(terms=terms, by="Ada", now=now)
    page = opened(ben)
    page.goto("/desk/status/incidents/new/")
    shown = ".impact-group > .impact:not(.label):visible"
    assert page.locator(shown).count() == 24
    page.get_by_label("Find by name or group").press_sequentially("amerique 11")
    assert page.locator(shown).count() == 1
    assert page.locator("#found-components").inner_text() == "1 of 24"
    page.keyboard.press("Enter")
    page.keyboard.type("down")
    assert page.evaluate("document.activeElement.value") == "major_outage"
    page.get_by_label("Find by name or group").fill("europe")
    assert page.locator(shown).count() == 13  # what was said stays in sight
    page.get_by_label("All of Europe").select_option("partial_outage")
    said = page.locator("[data-impacts] [name^=impact-]").evaluate_all(
        "all => all.map((one) => one.value)"
    )
    assert sorted(said) == [*[""] * 11, "major_outage", *["partial_outage"] * 12]
    assert page.breaches == []
