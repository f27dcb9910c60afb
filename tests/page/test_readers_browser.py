"""The screens of readers, contracts and deploys in Chromium: axe, both widths and schemes."""

import os
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.looks import findings
from tests.page.test_contracts import NOW, world  # noqa: F401 - a fixture
from tests.page.test_readers import FIREFOX
from troth.core import clock
from troth.incidents.models import Incident
from troth.page import actions, audience
from troth.page.visits import Visits
from troth.signals import actions as signals
from troth.signals.envelope import Signal

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def place(tmp_path, settings, monkeypatch):
    monkeypatch.setattr(actions, "TURN", 60.0)
    monkeypatch.setattr(actions, "FIRST", 60.0)
    settings.TROTH = replace(settings.TROTH, data_dir=tmp_path, page_dir=tmp_path / "page")
    return tmp_path / "page"


def seen(page, name):
    """Keep pictures at both widths in both schemes, where somebody wants to look."""
    folder = os.environ.get("PICTURES", "")
    for width, scheme in ((1280, "light"), (390, "light"), (1280, "dark"), (390, "dark")):
        if folder:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            path = Path(folder) / f"{name}-{width}-{scheme}.png"
            page.screenshot(path=path, full_page=True)


def looked_at(page, address, name):
    page.goto(address)
    seen(page, name)
    assert findings(page) == []
    assert page.breaches == []


def test_who_reads_the_page_can_be_looked_at(opened, vic, place):
    now = clock.now()
    for back in range(60):
        found = Visits()
        for number in range(5 + (back * 7) % 23):
            path = ("/", "/de/", "/history/", "/promises/street-lights/")[number % 4]
            found.count({"PATH_INFO": path, "HTTP_USER_AGENT": FIREFOX})
        found.count({"PATH_INFO": "/", "HTTP_USER_AGENT": "Googlebot/2.1"})
        found.count({"PATH_INFO": "/private/acme/", "HTTP_USER_AGENT": FIREFOX}, audience="acme")
        audience.write_down(found, now=now - timedelta(days=back))
    looked_at(opened(vic), "/desk/page/readers/", "readers")


def test_a_contract_and_a_deploy_can_be_looked_at(opened, vic, ben, place, world):  # noqa: F811
    actions.publish(now=NOW)
    page = opened(vic)
    for name in ("acme", "bolt"):
        looked_at(page, f"/private/{name}/", f"contract-{name}")
        looked_at(page, f"/private/{name}/promises/{name}/", f"contract-{name}-own")
    looked_at(page, "/private/bolt/de/promises/bolt/", "contract-bolt-de")
    row = Incident.objects.get()
    for minutes, version in ((20, "2.1"), (200, "2.0")):
        one = Signal(
            source="ci", kind="deploy", key=version, touchpoint="shop", outcome="ok",
            happened_at=row.started_at - timedelta(minutes=minutes), segment={"version": version},
            evidence="https://ci.shop.example/runs/17",
        )  # fmt: skip
        signals.accept(batches=[[one]], door="test", now=NOW)
    while signals.seal(now=NOW).rows:
        pass
    page = opened(ben)
    address = f"/desk/status/incidents/{row.uid}/"
    looked_at(page, address, "deploys")
    page.get_by_role("button", name=re.compile("^It began with this deploy.*2.1")).click()
    page.locator("#deploys b", has_text="It began with this deploy.").wait_for()
    looked_at(page, address, "deploys-linked")
