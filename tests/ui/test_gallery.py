"""Every component in Chromium, light and dark, narrow and wide, under the strict policy."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import brotli
import pytest
from axe_playwright_python.sync_playwright import Axe
from django import forms
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory

from tests.ui.days import Day, ninety
from troth.staff.models import User
from troth.ui import assets, charts, headers

GALLERY = Path(__file__).parent / "gallery"
FIRST = date(2026, 5, 1)


class Everything(forms.Form):
    name = forms.CharField(help_text="As it stands on the page.")
    target = forms.DecimalField(required=False)
    kind = forms.ChoiceField(choices=[("a", "Event"), ("b", "Deadline")])
    seen = forms.ChoiceField(
        choices=[("p", "public"), ("i", "internal")], widget=forms.RadioSelect, label="Who sees it"
    )
    sure = forms.BooleanField(label="I sign this")
    text = forms.CharField(widget=forms.Textarea(attrs={"class": "code"}))


def _context():
    shares = [0.93 - 0.002 * i + 0.03 * (i % 5 - 2) / 2 for i in range(60)]
    points = [
        charts.Point(FIRST + timedelta(i), None if 22 <= i < 25 else s, s - 0.05, min(s + 0.05, 1))
        for i, s in enumerate(shares)
    ]
    parts = [Day(day.date, day.total, day.total, "kept") for day in ninety()]
    parts[40] = Day(parts[40].date, 1, 5, "broken")
    return {
        "lang": "en",
        "site_name": "City Services",
        "site_nav": [{"url": "#", "name": "Now", "here": True}, {"url": "de/", "name": "Deutsch"}],
        "a": ninety(every=3),
        "b": ninety(),
        "c": parts,
        "t": datetime(2026, 11, 21, 20, 57, tzinfo=UTC),
        "verdicts": ["kept", "at_risk", "broken", "no_data", "not_enough", "suspended"],
        "vals": [0.9, 0.92, None, 0.95, 0.85],
        "form": Everything({"name": "", "target": ""}),
        "page": Paginator(range(120), 25).page(2),
        "chart": charts.line(
            points,
            label="Share of street lights repaired by the date given.",
            target=[charts.Step(FIRST, 0.85), charts.Step(FIRST + timedelta(35), 0.9)],
            events=[charts.Event(FIRST + timedelta(35), "target raised", "#")],
        ),
    }


def _html(name):
    request = RequestFactory().get("/desk/promises/")
    request.user = User(email="ada@example.org", name="Ada", role="owner")
    template = engines["django"].from_string((GALLERY / name).read_text(encoding="utf-8"))
    return template.render(_context() | {"user": request.user}, request)


@pytest.fixture
def open_page(chromium):
    def opened(html, *, width, scheme):
        page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))

        def answer(route):
            path = route.request.url.removeprefix("http://troth.test/")
            if not path:
                policy = {"Content-Security-Policy": headers.POLICY}
                route.fulfill(body=html, content_type="text/html; charset=utf-8", headers=policy)
            else:
                asset, _ = assets.at(path.removeprefix("assets/"))
                route.fulfill(body=asset.body, content_type=asset.media_type)

        page.route("http://troth.test/**", answer)
        page.goto("http://troth.test/")
        return page

    return opened


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["page.html", "desk.html"])
def test_axe_finds_nothing_and_nothing_runs_over(open_page, name, width, scheme):
    page = open_page(_html(name), width=width, scheme=scheme)
    found = Axe().run(page).response["violations"]
    assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.complaints == []
    page.close()


@pytest.mark.browser
def test_times_are_told_in_the_readers_zone_beside_utc(chromium):
    context = chromium.new_context(timezone_id="Europe/Berlin", locale="en-GB")
    html = _html("page.html")
    page = context.new_page()
    page.route("http://troth.test/", lambda r: r.fulfill(body=html, content_type="text/html"))
    page.route(
        "http://troth.test/assets/**",
        lambda r: r.fulfill(
            body=assets.at(r.request.url.partition("/assets/")[2])[0].body,
            content_type=assets.at(r.request.url.partition("/assets/")[2])[0].media_type,
        ),
    )
    page.goto("http://troth.test/")
    shown = page.locator("dl.rows time").first
    assert shown.text_content() == "21 Nov 2026, 21:57 (20:57 UTC)"
    context.close()


def test_fifty_parts_and_five_promises_fit_into_the_budget_of_sixty_kilobytes():
    context = _context() | {"parts": [(f"Part {i}", ninety(every=1 + i % 4)) for i in range(50)]}
    text = (
        '{% extends "ui/page.html" %}{% load ui %}{% block main %}<ul class="parts">'
        "{% for name, days in parts %}<li><b>{{ name }}</b>{% verdict 'kept' %}"
        "<span>{{ 0.99|share }}</span>{% strip days 0.9 name %}</li>{% endfor %}</ul>{% endblock %}"
    )
    html = engines["django"].from_string(text).render(context).encode()
    others = [assets.find(name).brotli for name in ("page.css", "js/when.js", "favicon.svg")]
    wire = len(brotli.compress(html)) + sum(map(len, others))
    assert wire <= 60_000
