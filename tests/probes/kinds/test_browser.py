"""A small shop in Chromium, and pages that misbehave."""

import shutil
import sys

import pytest

SHOP = """<!doctype html><title>Shop</title>
<form onsubmit="event.preventDefault();
  document.querySelector('p').textContent = 'Welcome ' + u.value + p.value.length">
<label>Name <input id=u></label><label>Password <input id=p type=password></label>
<button>Log in</button></form><p>Please log in</p>"""
STEPS = ["see Please log in", "fill Name: Ada", "fill Password: {secret}", "click Log in"]

pytestmark = pytest.mark.browser
needs = pytest.mark.skipif(not shutil.which("chromium"), reason="apt-get install chromium")


@pytest.fixture
def shop(web):
    def served(body=SHOP):
        raw = body.encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(raw)}\r\n\r\n"
        return f"http://127.0.0.1:{web(head.encode() + raw)}/"

    return served


def steps(*more):
    return {"steps": [*more], "secret": "s3cret"}


@needs
@pytest.mark.mission("S2.5")
def test_steps_are_taken_as_a_customer_takes_them(check, shop):
    settings = steps(f"open {shop()}", *STEPS, "see Welcome Ada6", "not see Please log in")
    told = 'done == 7 and title == "Shop" and errors == []'
    found = check("browser", settings, timeout=30_000, condition=told)
    assert (found.outcome, found.reason) == ("up", "")
    assert {"start", "step 1", "step 7"} <= set(found.phases)


@needs
def test_a_step_that_fails_is_named(check, shop):
    found = check("browser", steps(f"open {shop()}", "see Thank you"), timeout=10_000)
    assert found.reason == "step 2: see “Thank you”: it did not come in time"
    assert "Please log in" in found.excerpt
    assert found.took < 10


@needs
def test_the_guard_holds_for_whatever_a_page_asks_for(check, shop):
    page = shop("<img src='http://169.254.169.254/latest'>Hello")
    private = check("browser", steps(f"open {page}"), timeout=20_000, private=False)
    assert "step 1: 127.0.0.1 is in a private network" in private.reason
    moved = shop("<meta http-equiv=refresh content='0;url=http://169.254.169.254/'>Bye")
    found = check("browser", steps(f"open {moved}", "see Secret"), timeout=10_000)
    assert "169.254.169.254 is never reached" in found.reason


@needs
def test_peers_that_are_no_pages(check, hanging, babbling, free_port):
    hung = check("browser", steps(f"open http://127.0.0.1:{hanging}/"), timeout=6_000)
    assert "did not come in time" in hung.reason or hung.reason == "no answer within 6 s"
    for port in (babbling, free_port()):
        assert check("browser", steps(f"open http://127.0.0.1:{port}/"), timeout=20_000).reason


@pytest.mark.parametrize(
    ("taken", "reason"),
    [
        (["see x"], "begin with open"),
        ([], "begin with open"),
        (["open file:///etc/passwd"], "open a whole address"),
        (["open https://a.example", "jump high"], "begins with none of"),
        (["open https://a.example", "fill Name"], "write fill LABEL: VALUE"),
    ],
)
def test_steps_that_make_no_sense_are_refused(check, taken, reason):
    with pytest.raises(ValueError, match=reason):
        check("browser", {"steps": taken})


def test_without_the_library_it_says_what_to_install(check, monkeypatch):
    monkeypatch.setitem(sys.modules, "playwright.async_api", None)
    found = check("browser", steps("open https://a.example"))
    assert "pip install troth[probes-browser]" in found.reason
