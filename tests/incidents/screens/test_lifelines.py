"""After a breach: whether people reach the link and the hotline that they were told of."""

import pytest
from scene import HOUR, NOON

from troth.core import clock
from troth.incidents import actions
from troth.incidents.actions import Findings, Message, Opening
from troth.incidents.rules.lifelines import lifelines
from troth.incidents.rules.results import Kind
from troth.probes import queries as probes

LINK, NUMBER = "https://example.org/reset", "+49 30 1234567"


@pytest.fixture(autouse=True)
def noon(db):
    with clock.frozen(NOON):
        yield


def breach(**more):
    said = Findings(**{"reset_url": LINK, "hotline": NUMBER, **more})
    opening = Opening(name="A list", kind=Kind.BREACH, message=Message(body="It is so."))
    return actions.report_breach(opening=opening, aware_at=NOON - HOUR, findings=said, by="Ada",
                                 now=NOON)  # fmt: skip


@pytest.mark.parametrize(
    ("hotline", "kind", "settings"),
    [(NUMBER, "sip", {"number": NUMBER}),
     ("sip:help@sip.example", "sip", {"address": "sip:help@sip.example"}),
     (f"{NUMBER}, sip:help@sip.example", "sip",
      {"number": NUMBER, "address": "sip:help@sip.example"}),
     ("https://example.org/help", "http", {"url": "https://example.org/help"})],
)  # fmt: skip
def test_a_hotline_is_a_number_a_sip_address_or_a_page(hotline, kind, settings):
    [line] = lifelines("a" * 12, reset_url="", hotline=hotline)
    assert (line.kind, line.settings) == (kind, settings)
    assert line.is_asked == (hotline != NUMBER)


@pytest.mark.mission("S2.41")
def test_one_click_watches_the_link_and_the_hotline(signed_in, ben, post, read):
    row, browser = breach(), signed_in(ben)
    page = read(browser, f"incidents/{row.uid}/")
    assert page.count("not watched") == 2
    post(browser, f"incidents/{row.uid}/lifelines/")
    link = probes.monitor_detail(f"breach-{row.uid}-reset-link")
    assert (link.kind, link.settings, link.need, link.of) == ("http", {"url": LINK}, 2, 3)
    assert probes.monitor_detail(f"breach-{row.uid}-hotline").settings == {"number": NUMBER}
    page = read(browser, f"incidents/{row.uid}/")
    assert "Watched from now on: Link to change the password, Hotline." in page
    assert "not watched" not in page
    assert "only the form of the number is checked" in page
    assert "Watch them" not in page
    assert f"/desk/status/monitors/breach-{row.uid}-reset-link/" in page


def test_a_hotline_that_cannot_be_watched_says_why_and_the_link_is_watched_all_the_same(
    signed_in, ben, post, read
):
    row, browser = breach(hotline="0800 CALL US"), signed_in(ben)
    post(browser, f"incidents/{row.uid}/lifelines/")
    page = read(browser, f"incidents/{row.uid}/")
    assert "Watched from now on: Link to change the password." in page
    assert "Not watched. Hotline:" in page
    assert "begin with + and the country" in page
    assert probes.monitor_slugs() == [f"breach-{row.uid}-reset-link"]


def test_what_people_are_told_now_is_watched_after_a_change_and_a_persons_settings_stay(
    signed_in, ben, post, read
):
    row, browser = breach(), signed_in(ben)
    post(browser, f"incidents/{row.uid}/lifelines/")
    actions.learn(uid=row.uid, findings=Findings(reset_url=f"{LINK}/2"), by="Ada", now=NOON)
    assert "asks what people were told before" in read(browser, f"incidents/{row.uid}/")
    post(browser, f"incidents/{row.uid}/lifelines/")
    found = probes.monitor_detail(f"breach-{row.uid}-reset-link")
    assert found.settings == {"url": f"{LINK}/2"}


def test_a_breach_is_reported_with_the_link_and_the_hotline_that_people_are_told(
    signed_in, ben, filled, post, latest
):
    told = filled(aware_at="2026-03-18T11:00", reset_url=LINK, hotline=NUMBER, do="keep")
    post(signed_in(ben), "breaches/new/", **told)
    assert (latest().breach.reset_url, latest().breach.hotline) == (LINK, NUMBER)
    wrong = post(signed_in(ben), "breaches/new/", 422, **told | {"reset_url": "http://a"})
    assert "Write an address that begins with https://." in wrong


def test_a_breach_with_nothing_to_reach_says_so(signed_in, ben, vic, cleo, post, read):
    row = breach(reset_url="", hotline="")
    assert "No link to change a password and no hotline" in read(
        signed_in(vic), f"incidents/{row.uid}/"
    )
    browser = signed_in(ben)
    post(browser, f"incidents/{row.uid}/lifelines/")
    assert "say first where people change their password" in read(browser, f"incidents/{row.uid}/")
    post(signed_in(cleo), f"incidents/{row.uid}/lifelines/", 403)
