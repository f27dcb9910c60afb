"""Times on forms are those of the person's own zone, over the days on which clocks change too."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from scene import HOUR, MINUTE, NOON, opened

from troth.core import clock
from troth.incidents import queries
from troth.incidents.models import Incident, Maintenance
from troth.staff import actions as staff

BACK = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 in Berlin, before clocks go back


@pytest.fixture
def berlin(ben):
    staff.choose_zone(person=ben, zone="Europe/Berlin", now=NOON)
    return ben


def again(page):
    """Return what a browser sends back from the form of a page that nobody touched."""
    part = page.split("<main", 1)[1]
    found = dict(re.findall(r'name="([\w-]+)"(?: id="[\w-]+")? value="([^"]*)"', part))
    found |= dict(re.findall(r'type="datetime-local" name="(\w+)" value="([^"]*)"', part))
    for name, options in re.findall(
        r'<select name="([\w-]+)"[^>]*>(.*?)</select>', part, re.DOTALL
    ):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    areas = re.findall(r'<textarea name="(\w+)"[^>]*>(.*?)</textarea>', part, re.DOTALL)
    return found | {name: text.strip() for name, text in areas}


def test_a_person_in_berlin_writes_what_their_clock_shows(
    signed_in, berlin, filled, post, read, latest
):
    with clock.frozen(NOON):
        browser = signed_in(berlin)
        page = read(browser, "incidents/new/")
        assert "Since when (Europe/Berlin)" in page
        assert 'data-zone="Europe/Berlin"' in page
        assert 'value="2026-03-18T13:00"' in page
        post(browser, "incidents/new/",
             **filled(started_at="2026-03-18T12:30", next_due_at="2026-03-18T13:15"))  # fmt: skip
    row = latest()
    assert (row.started_at, row.next_due_at) == (NOON - 30 * MINUTE, NOON + 15 * MINUTE)


def test_without_a_choice_the_zone_is_that_of_the_installation(signed_in, ben, read, settings):
    settings.TROTH = replace(settings.TROTH, time_zone="Asia/Kathmandu")
    with clock.frozen(NOON):
        page = read(signed_in(ben), "incidents/new/")
    assert "Since when (Asia/Kathmandu)" in page
    assert 'value="2026-03-18T17:45"' in page


@pytest.mark.parametrize("started_at", [BACK, BACK + HOUR])
def test_a_start_in_the_hour_that_comes_twice_survives_a_form_that_is_sent_as_it_is(
    signed_in, berlin, post, read, started_at
):
    with clock.frozen(BACK + 12 * HOUR):
        row = opened(started_at=started_at, now=BACK + 12 * HOUR)
        browser = signed_in(berlin)
        path = f"incidents/{row.uid}/facts/"
        page = read(browser, path)
        assert "which one" not in page
        assert 'value="2026-10-25T02:30"' in page
        post(browser, path, **again(page))
        row.refresh_from_db()
        assert row.started_at == started_at


def test_a_time_that_comes_twice_is_asked_for_and_one_that_does_not_exist_refused(
    signed_in, berlin, post, read
):
    browser = signed_in(berlin)
    with clock.frozen(BACK + 12 * HOUR):
        row = opened(now=BACK + 12 * HOUR)
        path = f"incidents/{row.uid}/facts/"
        values = again(read(browser, path)) | {"started_at": "2026-10-25T02:30"}
        page = post(browser, path, 422, **values)
        assert "02:30 comes twice on 25 October 2026 in Europe/Berlin" in page
        post(browser, path, **again(page) | {"started_at-which": "second"})
        row.refresh_from_db()
        assert row.started_at == BACK + HOUR
        values = again(read(browser, path)) | {"started_at": "2026-03-29T02:30"}
        page = post(browser, path, 422, **values)
        assert "does not exist on 29 March 2026 in Europe/Berlin" in page


def test_a_series_repeats_in_the_zone_that_its_times_are_entered_in(signed_in, berlin, post, read):
    with clock.frozen(NOON):
        browser = signed_in(berlin)
        page = read(browser, "maintenance/new/")
        assert 'name="zone" value="Europe/Berlin"' in page
        post(browser, "maintenance/new/", name="Move", body="We move.", affects="All.",
             scheduled_for="2026-03-26T02:00", scheduled_until="2026-03-26T03:00",
             again="FREQ=WEEKLY", zone="Europe/Berlin", do="send")  # fmt: skip
    starts = list(Maintenance.objects.order_by("scheduled_for").values_list(
        "scheduled_for", flat=True))  # fmt: skip
    assert [f"{at:%d %H:%M}" for at in starts] == ["26 01:00"]


@pytest.mark.parametrize(
    "start", [datetime(2026, 3, 28, 22, tzinfo=UTC), datetime(2026, 10, 24, 22, tzinfo=UTC)]
)
def test_a_window_over_a_day_of_change_is_as_long_as_its_clocks_say(signed_in, berlin, post, start):
    local_day = (start + timedelta(hours=3)).strftime("%Y-%m-%d")
    with clock.frozen(start - timedelta(days=7)):
        browser = signed_in(berlin)
        post(browser, "maintenance/new/", name="Move", body="We move.", affects="All.",
             scheduled_for=f"{local_day}T00:00", scheduled_until=f"{local_day}T06:00", again="",
             do="send")  # fmt: skip
    plan = Maintenance.objects.get()
    hours = (plan.scheduled_until - plan.scheduled_for) / timedelta(hours=1)
    assert hours == (5 if start.month == 3 else 7)


def test_an_update_that_must_come_earlier_says_so_in_both_zones(signed_in, berlin, post, filled):
    with clock.frozen(NOON):
        values = filled(next_due_at="2026-03-20T12:00", urgency="urgent")
        page = post(signed_in(berlin), "incidents/new/", 422, **values)
    assert "by 2026-03-18 12:20 UTC at the latest, 2026-03-18 13:20 in Europe/Berlin." in page
    assert Incident.objects.count() == 0
    assert queries.drafts() == []


def test_who_works_here_chooses_their_zone(signed_in, ben):
    browser = signed_in(ben)
    page = browser.get("/desk/settings/account/").content.decode()
    assert "that of the installation, UTC" in page
    answer = browser.post("/desk/settings/account/", {"name": "Ben", "zone": "Europe/Berlin"})
    assert answer.status_code == 302
    ben.refresh_from_db()
    assert ben.zone == "Europe/Berlin"
    answer = browser.post("/desk/settings/account/", {"name": "Ben", "zone": "Mars/Base"})
    assert answer.status_code == 200
    assert "Select a valid choice" in answer.content.decode()
