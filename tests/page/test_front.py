import json
import re
import shutil
from datetime import timedelta

import brotli
import pytest

from tests.page.support import NOON, company, published
from troth.page.front import Front
from troth.page.headers import POLICY

PASSED = ("/desk", "/api/")


class Browser:
    """Asks a WSGI application and keeps what it answered."""

    def __init__(self, application):
        self.application = application

    def __call__(self, path, method="GET", **headers):
        environ = {"PATH_INFO": path, "REQUEST_METHOD": method, "QUERY_STRING": ""}
        environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}

        def start(status, headers):
            self.status = int(status.split()[0])
            self.headers = dict(headers)
            assert len(self.headers) == len(headers)

        self.body = b"".join(self.application(environ, start))
        return self


def django(environ, start):
    start("200 OK", [("content-type", "text/plain")])
    return [b"django"]


def front(place, behind=lambda: django, *, secure=False):
    return Front(folder=place, behind=behind, passed=PASSED, secure=secure)


@pytest.fixture
def browser(tmp_path, picture):
    published(tmp_path, picture)
    return Browser(front(tmp_path))


def test_the_page_is_answered_at_the_root_and_in_german(browser):
    assert b"We are late with street lights" in browser("/").body
    assert browser.headers["content-type"] == "text/html; charset=utf-8"
    assert "Straßenlaternen" in browser("/de/").body.decode()
    assert browser("/promises/street-lights/").status == 200
    assert browser("/index.html").body == browser("/").body


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/rss.xml", "application/xml"),
        ("/feed.json", "application/json"),
        ("/.well-known/trust.json", "application/json"),
        ("/.well-known/trust.json.sig", "application/octet-stream"),
        ("/robots.txt", "text/plain; charset=utf-8"),
        ("/promises/branches/days.csv", "text/csv; charset=utf-8"),
        ("/organisation.jsonld", "application/ld+json"),
    ],
)
def test_each_file_has_its_type(browser, path, kind):
    assert browser(path).status == 200
    assert browser.headers["content-type"] == kind
    assert browser.headers["x-content-type-options"] == "nosniff"


def test_a_reader_who_has_the_page_is_told_so_in_a_few_bytes(browser):
    tag = browser("/").headers["etag"]
    assert tag.startswith('"')
    assert browser("/", if_none_match=tag).status == 304
    assert browser.body == b""
    assert browser.headers["etag"] == tag
    assert browser("/", if_none_match='"other"').status == 200


def test_a_head_request_gets_the_same_headers_and_no_body(browser):
    whole = browser("/").headers
    assert browser("/", "HEAD").headers == whole
    assert (browser.status, browser.body) == (200, b"")


def test_the_smallest_coding_that_the_reader_takes_is_sent(browser):
    plain = browser("/")
    body, tag = plain.body, plain.headers["etag"]
    assert "content-encoding" not in plain.headers
    packed = browser("/", accept_encoding="gzip, deflate, br")
    assert packed.headers["content-encoding"] == "br"
    assert packed.headers["etag"] != tag
    assert packed.headers["vary"] == "accept-encoding"
    assert brotli.decompress(packed.body) == body
    assert int(packed.headers["content-length"]) == len(packed.body)


def test_nothing_on_the_page_may_run_or_load_from_elsewhere(browser):
    assert browser("/").headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    assert "strict-transport-security" not in browser.headers


def test_behind_tls_the_browser_is_told_to_stay_there(tmp_path, picture):
    published(tmp_path, picture)
    assert "strict-transport-security" in Browser(front(tmp_path, secure=True))("/").headers


def test_assets_may_be_kept_for_ever_and_pages_for_seconds(browser):
    styles = re.search(r'href="(/assets/[^"]+\.css)"', browser("/").body.decode())[1]
    assert "immutable" in browser(styles).headers["cache-control"]
    assert "max-age=5," in browser("/").headers["cache-control"]
    assert "stale-if-error" in browser.headers["cache-control"]


def test_a_path_without_its_slash_is_sent_on(browser):
    assert browser("/de").status == 308
    assert browser.headers["location"] == "/de/"
    assert browser("//evil.example/de").status == 404


@pytest.mark.parametrize(
    ("path", "text"),
    [("/nothing", "There is no page here"), ("/de/nichts", "Hier ist keine Seite")],
)
def test_an_unknown_path_gets_a_page_that_says_so(browser, path, text):
    assert browser(path).status == 404
    assert text in browser.body.decode()
    assert browser.headers["content-security-policy"] == POLICY


def test_the_public_page_is_only_read(browser):
    assert browser("/", "POST").status == 405
    assert browser.headers["allow"] == "GET, HEAD"


def test_what_is_for_staff_and_programs_goes_to_django(browser):
    assert browser("/desk/").body == b"django"
    assert browser("/api/v1/promises", "POST").body == b"django"


def test_django_is_asked_for_once_and_only_when_needed(tmp_path, picture):
    published(tmp_path, picture)
    asked = []
    browser = Browser(front(tmp_path, behind=lambda: asked.append(1) or django))
    browser("/")
    assert asked == []
    browser("/desk/")
    browser("/desk/")
    assert asked == [1]


def test_a_new_revision_is_seen_at_the_next_look(tmp_path):
    published(tmp_path, company())
    browser = Browser(front(tmp_path))
    assert b"City Services" in browser("/").body
    published(tmp_path, company(base_url="https://other.example"), now=NOON + timedelta(seconds=1))
    browser.application._look_at = 0.0
    assert b"https://other.example" in browser("/").body


def test_a_revision_that_is_not_whole_is_not_taken_up(tmp_path, picture):
    published(tmp_path, picture)
    browser = Browser(front(tmp_path))
    before = browser("/").body
    broken = tmp_path / "revisions" / "broken"
    broken.mkdir()
    (broken / "files.json").write_text('{"files": {"index.html": ')
    (tmp_path / "current").unlink()
    (tmp_path / "current").symlink_to("revisions/broken")
    browser.application._look_at = 0.0
    assert browser("/").body == before


def test_a_page_that_was_read_stays_when_its_folder_is_gone(tmp_path, picture):
    published(tmp_path, picture)
    browser = Browser(front(tmp_path))
    before = browser("/").body
    shutil.rmtree(tmp_path)
    browser.application._look_at = 0.0
    assert (browser("/").status, browser.body) == (200, before)
    assert browser("/verify/").status == 503


def test_before_the_first_page_the_reader_is_asked_to_wait(tmp_path):
    browser = Browser(front(tmp_path))
    assert browser("/").status == 503
    assert browser.headers["retry-after"] == "2"


@pytest.mark.mission("S4.13")
def test_the_manifest_names_every_file_that_is_served(browser):
    listed = json.loads(browser("/files.json").body)["files"]
    assert all(browser(f"/{name}").status == 200 for name in listed)
