"""The desk's screens about what is watched."""

from datetime import timedelta

import pytest

from troth.core import clock
from troth.probes import actions, queries
from troth.probes.instants import ms
from troth.probes.models import Agent, Heartbeat, Monitor
from troth.probes.rules.results import Outcome
from troth.probes.wire import Report

pytestmark = pytest.mark.django_db
HOME = "/desk/status/monitors/"
NAUGHTY = "<script>alert('x')</script>"
FORM = {
    "name": "The shop", "slug": "shop", "setting_url": "https://shop.example/",
    "setting_method": "GET", "setting_status": "2xx", "setting_redirects": "5",
    "setting_family": "either", "setting_max_kb": "1000", "setting_verify": "on",
    "setting_headers": "X-One: 1\nX-Two: two", "secret_token": "hush", "every": "30s",
    "timeout": "5s", "need": "2 of 3", "locations": ["local"], "condition": "status == 200",
}  # fmt: skip


@pytest.fixture
def browser(ben, signed_in):
    return signed_in(ben)


def told(slug="shop", letter="U", **more):
    now = clock.now()
    outcome = {"U": Outcome.UP, "D": Outcome.DOWN}[letter]
    values = {"phases": {"dns": 1_000, "connect": 2_000}, "reason": "", "excerpt": "", **more}
    due = ms(now)
    report = Report(slug=slug, due=due, began=due * 1000, took=3_000, outcome=outcome, **values)
    actions.record(location="local", reports=[report], now=now)


def text(response):
    return response.content.decode()


def test_nothing_is_watched_yet(browser):
    page = browser.get(HOME)
    assert page.status_code == 200
    assert "Nothing is watched yet." in text(page)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_shows_states_in_few_questions(
    browser, monitor, heartbeat, count, django_assert_num_queries
):
    for n in range(count):
        monitor(f"shop-{n}")
        told(f"shop-{n}", "U" if n else "D", reason=NAUGHTY if not n else "")
    heartbeat("backup")
    browser.get(HOME)
    with django_assert_num_queries(6):
        page = text(browser.get(HOME))
    assert "shop-0" in page
    assert "backup" in page
    assert NAUGHTY not in page
    assert "1 down" in page
    assert page.index("shop-0") < page.index("backup")


def test_the_list_is_searched_and_filtered(browser, monitor):
    monitor("shop")
    monitor("blog")
    told("blog")
    assert "blog" not in text(browser.get(HOME, {"search": "sho"}))
    assert "shop" not in text(browser.get(HOME, {"state": "up"}))
    part = browser.get(HOME, {"search": "x"}, headers={"HX-Request": "true"})
    assert "Nothing fits." in text(part)
    assert "<html" not in text(part)


@pytest.mark.mission("S2.5")
def test_a_monitor_is_declared_by_a_form_and_its_secret_never_shown_again(browser):
    assert "HTTP" in text(browser.get(f"{HOME}new/"))
    assert browser.get(f"{HOME}new/http/").status_code == 200
    assert browser.post(f"{HOME}new/http/", FORM).status_code == 302
    row = Monitor.objects.get()
    assert row.settings["headers"] == {"X-One": "1", "X-Two": "two"}
    assert (row.every_ms, row.need, row.of) == (30_000, 2, 3)
    for page in (f"{HOME}shop/", f"{HOME}shop/edit/", HOME):
        assert "hush" not in text(browser.get(page))
    assert "set, never shown" in text(browser.get(f"{HOME}shop/"))
    changed = {**FORM, "secret_token": "", "every": "1m"}
    assert browser.post(f"{HOME}shop/edit/", changed).status_code == 302
    assert queries.tasks("local")[0].settings["token"] == "hush"
    browser.post(f"{HOME}shop/edit/", {**FORM, "secret_token": "-"})
    assert queries.secret_names("shop") == ()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("setting_url", "shop.example", "write the whole address"),
        ("setting_url", "", "This field is required"),
        ("condition", "status = 200", "Write == to compare"),
        ("every", "soon", "is no duration"),
        ("timeout", "10m", "Is between"),
        ("need", "many", "Write for example 2 of 3"),
        ("slug", "new", "is the name of a screen"),
        ("slug", "A b", "is no name"),
        ("setting_headers", "no colon", "Write one to a line"),
        ("setting_status", "fine", "write 200, 2xx"),
        ("quorum", "3", "Is not more than the locations"),
    ],
)
def test_what_is_wrong_is_shown_at_its_field(browser, field, value, message):
    page = browser.post(f"{HOME}new/http/", {**FORM, field: value})
    assert page.status_code == 422
    assert message in text(page)
    assert not Monitor.objects.exists()


def test_a_name_that_is_taken_changes_nothing(browser, monitor):
    monitor("shop")
    page = browser.post(f"{HOME}new/http/", FORM)
    assert "There is one of that name already." in text(page)
    assert Monitor.objects.get().name == "shop"


def test_a_monitor_shows_phases_checks_turns_and_evidence(browser, monitor):
    monitor("router")
    monitor("shop", parents=["router"])
    told()
    told(letter="D", reason="status is 500, not 2xx", excerpt=NAUGHTY)
    page = text(browser.get(f"{HOME}shop/"))
    for word in ("connect 2.0 ms", "status is 500, not 2xx", "What failing checks saw", "router"):
        assert word in page
    assert NAUGHTY not in page
    assert "&lt;script&gt;" in page
    assert "shop" in text(browser.get(f"{HOME}router/"))
    assert browser.get(f"{HOME}gone/").status_code == 404


def test_a_monitor_that_never_ran_says_so(browser, monitor):
    monitor("shop")
    assert "It has not checked yet." in text(browser.get(f"{HOME}shop/"))


def test_pausing_checking_and_retiring(browser, monitor):
    monitor("shop")
    browser.post(f"{HOME}shop/check/")
    assert Monitor.objects.get().asked_at is not None
    browser.post(f"{HOME}shop/pause/")
    assert "paused" in text(browser.get(f"{HOME}shop/"))
    browser.post(f"{HOME}shop/pause/")
    assert Monitor.objects.get().paused_at is None
    assert browser.get(f"{HOME}shop/pause/").status_code == 405
    assert "Retire" in text(browser.get(f"{HOME}shop/retirement/"))
    browser.post(f"{HOME}shop/retirement/")
    assert browser.get(f"{HOME}shop/").status_code == 404


def test_a_heartbeats_address_is_shown_to_editors_only(browser, heartbeat, signed_in, vic):
    row = heartbeat("backup")
    path = queries.ping_path(row)
    assert path in text(browser.get(f"{HOME}heartbeats/backup/"))
    page = signed_in(vic).get(f"{HOME}heartbeats/backup/")
    assert page.status_code == 200
    assert path.rsplit("/", 1)[1] not in text(page)


@pytest.mark.mission("S2.7")
def test_a_heartbeat_is_declared_by_a_form(browser):
    form = {"name": "Backup", "slug": "backup", "cron": "0 3 * * *", "zone": "Europe/Berlin",
            "grace": "30m"}  # fmt: skip
    assert browser.post(f"{HOME}new/heartbeat/", form).status_code == 302
    assert Heartbeat.objects.get().cron == "0 3 * * *"
    wrong = browser.post(f"{HOME}heartbeats/backup/edit/", {**form, "cron": "often"})
    assert "Is not understood" in text(wrong)
    both = browser.post(f"{HOME}new/heartbeat/", {**form, "slug": "two", "period": "1h"})
    assert "Give one of period, cron and calendar." in text(both)
    before = queries.ping_path(Heartbeat.objects.get())
    browser.post(f"{HOME}heartbeats/backup/key/")
    assert queries.ping_path(Heartbeat.objects.get()) != before


def test_what_files_manage_is_not_changed_here(browser, monitor, heartbeat):
    monitor("shop")
    heartbeat("backup")
    Monitor.objects.update(managed_by="files")
    Heartbeat.objects.update(managed_by="files")
    assert "kept in files" in text(browser.get(f"{HOME}shop/"))
    assert browser.get(f"{HOME}shop/edit/").status_code == 404
    assert browser.get(f"{HOME}heartbeats/backup/edit/").status_code == 404


def test_a_locations_key_is_shown_once_and_to_owners_only(ada, signed_in, ben):
    browser = signed_in(ada)
    assert "Everything is checked from here." in text(browser.get(f"{HOME}locations/"))
    page = text(browser.post(f"{HOME}locations/", {"location": "fra", "name": "Frankfurt"}))
    assert "trothprobe_" in page
    assert "trothprobe_" not in text(browser.get(f"{HOME}locations/"))
    again = browser.post(f"{HOME}locations/", {"location": "fra"})
    assert "It has a key already" in text(again)
    assert "A location is" in text(browser.post(f"{HOME}locations/", {"location": "local"}))
    assert signed_in(ben).get(f"{HOME}locations/").status_code == 403
    assert browser.post(f"{HOME}locations/fra/revocation/").status_code == 302
    assert Agent.objects.get().revoked_at is not None


@pytest.mark.parametrize(
    "path",
    ["", "shop/", "heartbeats/backup/", "new/", "new/http/", "new/heartbeat/", "shop/edit/",
     "shop/retirement/", "heartbeats/backup/edit/", "heartbeats/backup/key/", "locations/"],
)  # fmt: skip
def test_strangers_see_nothing_and_viewers_change_nothing(
    client, monitor, heartbeat, vic, dov, signed_in, path
):
    monitor("shop")
    heartbeat("backup")
    assert client.get(HOME + path).status_code == 302
    assert signed_in(dov).get(HOME + path).status_code == 302
    for_viewers = path in ("", "shop/", "heartbeats/backup/")
    assert signed_in(vic).get(HOME + path).status_code == (200 if for_viewers else 403)


def test_the_api_tells_states_sights_and_signs(monitor, heartbeat, token, client):
    monitor("shop", secrets={"token": "hush"})
    told()
    heartbeat("backup")
    reading = {"Authorization": f"Bearer {token('read')}"}
    listed = client.get("/api/v1/monitors", headers=reading).json()
    assert [one["slug"] for one in listed] == ["backup", "shop"]
    assert [one["no_data"] for one in listed] == [True, False]
    found = client.get("/api/v1/monitors/shop", headers=reading).json()
    assert found["secrets"] == ["token"]
    assert found["sights"][0]["phases_ms"] == {"dns": 1.0, "connect": 2.0}
    assert "hush" not in str(found)
    assert client.get("/api/v1/heartbeats/backup", headers=reading).json()["pings"] == []
    assert client.get("/api/v1/monitors/gone", headers=reading).status_code == 404
    assert client.get("/api/v1/heartbeats/gone", headers=reading).status_code == 404
    assert client.get("/api/v1/monitors").status_code == 401
    later = (clock.now() + timedelta(days=1)).isoformat()
    listed = client.get("/api/v1/monitors", {"at": later}, headers=reading).json()
    assert all(one["no_data"] for one in listed)
