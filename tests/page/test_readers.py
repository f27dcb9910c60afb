"""How often the page is read: counted by classes, of nobody, and never at the page's cost."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import OperationalError, connection

from tests.page.situations import town
from tests.page.support import NOON, company, published
from tests.page.test_front import PASSED, Browser, django
from troth.components import actions as components
from troth.components.rules.documents import AudienceTerms, PageTerms
from troth.core import clock
from troth.page import actions, audience, jobs, visits
from troth.page.front import Front
from troth.page.models import View
from troth.page.visits import Key, Visits

ROOT = Path(__file__).parents[2]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.mark.parametrize(
    ("agent", "kind"),
    [
        (FIREFOX, "reader"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1", "reader"),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "bot"),
        ("Mozilla/5.0 (X11) HeadlessChrome/130.0", "bot"),
        ("facebookexternalhit/1.1", "bot"),
        ("Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)", "bot"),
        ("curl/8.10.1", "program"),
        ("", "program"),
    ],
)
def test_a_visitor_is_of_a_class(agent, kind):
    assert visits.kind_of(agent) == kind


@pytest.mark.parametrize(
    ("referrer", "origin"),
    [
        ("", "none"),
        ("https://status.example/history/", "own"),
        ("https://www.google.de/", "search"),
        ("https://duckduckgo.com/?q=shop", "search"),
        ("https://search.brave.com/", "search"),
        ("https://notgoogle.example/", "other"),
        ("https://[broken", "other"),
    ],
)
def test_where_a_visitor_came_from_is_of_a_class(referrer, origin):
    assert visits.origin_of(referrer, "status.example") == origin


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/", ("/", "en")),
        ("/de/", ("/", "de")),
        ("/de/index.html", ("/", "de")),
        ("/de/history/2026-11/", ("/history/2026-11/", "de")),
        ("/p/shops/de/history/", ("/p/shops/history/", "de")),
        ("/private/acme/de/", ("/private/acme/", "de")),
        ("/history/de/", ("/history/de/", "en")),
        ("/promises/" + "a" * 300 + "/", ("/promises/" + "a" * 190, "en")),
    ],
)
def test_a_path_is_told_without_its_language(path, said):
    assert visits.spoken(path, ("en", "de")) == said


@pytest.fixture
def counted(tmp_path, picture):
    """Return a browser at a page that counts, and what it counts."""
    published(tmp_path, picture)
    found = Visits()
    front = Front(
        folder=tmp_path, behind=lambda: django, passed=PASSED, secure=False, count=found.count
    )
    return Browser(front), found


@pytest.mark.mission("S3.7")
def test_pages_that_are_read_are_counted_and_nothing_of_the_reader_is_kept(counted):
    browser, found = counted
    hers = {"user_agent": FIREFOX, "remote_addr": "192.0.2.7", "cookie": "a=b"}
    browser("/", **hers, referer="https://www.google.com/search?q=secret")
    etag = browser("/de/", **hers).headers["etag"]
    browser("/de/", **hers, if_none_match=etag)
    browser("/", "HEAD", **hers)
    browser("/rss.xml", **hers)
    browser("/favicon.svg", **hers)
    browser("/nothing/", **hers)
    browser("/desk", **hers)
    browser("/", user_agent="curl/8")
    counts = found.take()
    assert counts == {
        Key("/", "reader", "search"): 1, Key("/de/", "reader", "none"): 2,
        Key("/", "program", "none"): 1,
    }  # fmt: skip
    assert not re.search(r"Firefox|192\.0|secret|a=b", repr(counts))
    assert found.take() == {}


def test_threads_that_count_at_once_lose_nothing_and_the_memory_is_bounded():
    found, taken = Visits(), []
    environ = {"PATH_INFO": "/", "HTTP_USER_AGENT": FIREFOX}

    def read():
        for _ in range(20_000):
            found.count(environ)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for one in threads:
        one.start()
    while any(one.is_alive() for one in threads):
        taken.append(found.take())
    taken.append(found.take())
    assert sum(views for one in taken for views in one.values()) == 80_000
    for number in range(visits.MOST + 10):
        found.count({"PATH_INFO": f"/{number}/"})
    assert found.take()[Key(visits.REST, "program", "none")] == 10


@pytest.fixture
def readers():
    """Return a function that counts and writes down: `readers(path, views, at=…)`."""

    def read(path="/", views=1, *, at=NOON, **more):
        found = Visits()
        for _ in range(views):
            found.count({"PATH_INFO": path, "HTTP_USER_AGENT": FIREFOX, **more})
        audience.write_down(found, now=at)

    return read


@pytest.mark.django_db
def test_what_was_counted_adds_up_by_day_page_language_and_class(readers):
    readers("/", 3)
    readers("/", 2)
    readers("/de/", 1)
    readers("/", 4, at=NOON - timedelta(days=1))
    readers("/", 1, HTTP_USER_AGENT="curl/8")
    read = audience.read(now=NOON, days=3)
    assert [views for _, views in read.days] == [0, 4, 6]
    assert (read.views, read.pages) == (10, (("/", 10, 0),))
    assert (read.kinds, read.languages) == (
        (("reader", 10), ("program", 1)), (("en", 9), ("de", 1)),
    )  # fmt: skip
    assert View.objects.count() == 4


@pytest.mark.django_db
@pytest.mark.usefixtures("place")
def test_how_many_came_while_an_incident_was_open(readers):
    from tests.page.test_status_live import component, opened
    from troth.components.rules.results import Status

    readers("/", 1)
    with clock.frozen(NOON):
        opened("Payments fail", {component("shop"): Status.MAJOR})
    readers("/", 3)
    read = audience.read(now=NOON)
    assert (read.views, read.during) == (4, 3)


@pytest.mark.django_db
def test_counts_go_after_four_hundred_days(readers):
    readers(at=NOON - timedelta(days=401))
    readers(at=NOON - timedelta(days=400))
    assert jobs.forget_views(now=NOON) == 1
    assert View.objects.get().day == NOON.date() - timedelta(days=400)


@pytest.mark.django_db
def test_a_database_that_cannot_be_written_costs_no_count(readers, monkeypatch):
    found = Visits()
    found.count({"PATH_INFO": "/", "HTTP_USER_AGENT": FIREFOX})
    with connection.execute_wrapper(_read_only), pytest.raises(OperationalError):
        audience.write_down(found, now=NOON)
    found.count({"PATH_INFO": "/", "HTTP_USER_AGENT": FIREFOX})
    assert audience.write_down(found, now=NOON) == 2
    assert View.objects.get().views == 2


def _read_only(execute, sql, params, many, context):
    if "INSERT" in sql:
        raise OperationalError("attempt to write a readonly database")
    return execute(sql, params, many, context)


@pytest.mark.django_db
@pytest.mark.usefixtures("place")
def test_a_private_page_is_counted_by_its_audience(client, signed_in, vic, settings):
    visits.VISITS.take()
    with clock.frozen(NOON):
        terms = AudienceTerms(slug="acme", name="Acme")
        components.declare_audience(terms=terms, by="Ada", now=NOON)
        page = PageTerms(slug="acme", name="Acme", audiences=("acme",), privacy="login")
        components.declare_page(terms=page, by="Ada", now=NOON)
        actions.publish(now=NOON)
    browser = signed_in(vic)
    browser.get("/private/acme/", HTTP_USER_AGENT=FIREFOX)
    browser.get("/private/acme/nothing/", HTTP_USER_AGENT=FIREFOX)
    client.get("/private/acme/", HTTP_USER_AGENT=FIREFOX)  # sent to the door
    assert visits.VISITS.take() == {Key("/private/acme/", "reader", "none", "acme"): 1}
    settings.TROTH = replace(settings.TROTH, page_statistics=False)
    browser.get("/private/acme/", HTTP_USER_AGENT=FIREFOX)
    assert visits.VISITS.take() == {}


def test_the_page_says_that_it_counts_only_where_it_does(tmp_path):
    said = "We count how often each page is read, without cookies, addresses"
    for counts in (True, False):
        picture = company()
        picture = replace(picture, site=replace(picture.site, counts_readers=counts))
        place = published(tmp_path / f"{counts}", picture)
        text = (place / "verify/index.html").read_text(encoding="utf-8")
        assert (said in text) == counts


@pytest.mark.django_db
def test_the_desk_shows_who_reads(signed_in, vic, client, readers):
    now = clock.now()
    readers("/", 1_200, at=now)
    readers("/history/", 2, at=now, HTTP_REFERER="https://www.bing.com/")
    text = signed_in(vic).get("/desk/page/readers/").content.decode()
    assert "1,202 views by people" in text
    assert "Views by people a day." in text
    assert "A search engine" in text
    assert client.get("/desk/page/readers/").status_code == 302
    View.objects.all().delete()
    assert "Nobody has been counted" in signed_in(vic).get("/desk/page/readers/").content.decode()


PROGRAM = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "troth.config.settings"
import django; django.setup()
from troth.page import audience
audience.EVERY = 0.3
from troth.config import wsgi
wsgi.behind()
def said(status, headers):
    if status != "200 OK":
        print(status)
def ask(times):
    for _ in range(times):
        environ = {"PATH_INFO": "/", "REQUEST_METHOD": "GET", "HTTP_USER_AGENT": "Mozilla/5.0"}
        wsgi.application(environ, said)
for line in sys.stdin:
    ask(int(line)); print("asked", flush=True)
"""


@pytest.fixture
def installation(tmp_path, request):
    """Yield what starts a web process of an installation, on SQLite or PostgreSQL."""
    published(tmp_path / "page", town(written_at=clock.now()), now=clock.now())
    url = request.getfixturevalue("own_postgres") if request.param == "postgresql" else ""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TROTH_")}
    environ |= {"TROTH_DATA": str(tmp_path), "PYTHONPATH": str(ROOT)}
    environ |= {"TROTH_DATABASE_URL": url} if url else {}
    migrate = [sys.executable, "-m", "troth.config", "migrate"]
    subprocess.run(migrate, env=environ, check=True, capture_output=True, cwd=tmp_path)
    running = []

    def start():
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        one = subprocess.Popen([sys.executable, "-c", PROGRAM], env=environ, cwd=tmp_path, **pipes)
        running.append(one)
        return one

    yield start, tmp_path, url
    for one in running:
        one.kill()
        one.wait()
        one.stdin.close()
        one.stdout.close()


@pytest.fixture
def own_postgres(postgres_url):
    from tests import postgres

    with postgres.database(postgres_url) as url:
        yield url


def asked(process, times):
    process.stdin.write(f"{times}\n")
    process.stdin.flush()
    assert process.stdout.readline() == "asked\n"


def total(place, url):
    if url:
        import psycopg

        with psycopg.connect(url) as found:
            return found.execute("select coalesce(sum(views), 0) from page_view").fetchone()[0]
    with sqlite3.connect(place / "troth.sqlite3") as found:
        return found.execute("select coalesce(sum(views), 0) from page_view").fetchone()[0]


def until(place, url, wanted):
    deadline = time.monotonic() + 30
    while total(place, url) != wanted:
        assert time.monotonic() < deadline, (total(place, url), wanted)
        time.sleep(0.1)


@pytest.mark.enable_socket
@pytest.mark.mission("S3.7")
@pytest.mark.parametrize(
    "installation",
    ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)],
    indirect=True,
)
def test_two_web_processes_add_up_and_a_killed_one_loses_what_it_had_not_written(installation):
    start, place, url = installation
    first, second = start(), start()
    for one in (first, second):
        asked(one, 500)
        asked(one, 500)
    until(place, url, 2_000)
    first.send_signal(signal.SIGKILL)
    first.wait()
    asked(second, 10)
    until(place, url, 2_010)
    asked(second, 100)
    second.send_signal(signal.SIGKILL)
    second.wait()
    assert 2_010 <= total(place, url) <= 2_110


@pytest.mark.enable_socket
@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
def test_while_the_database_is_locked_the_page_is_answered_and_the_counts_wait(installation):
    start, place, url = installation
    process = start()
    asked(process, 1)
    until(place, url, 1)
    blocker = sqlite3.connect(place / "troth.sqlite3", isolation_level=None)
    blocker.execute("begin immediate")
    began = time.monotonic()
    for _ in range(20):
        asked(process, 50)
        time.sleep(0.05)
    assert time.monotonic() - began < 10
    blocker.execute("rollback")
    blocker.close()
    until(place, url, 1_001)
