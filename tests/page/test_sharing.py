"""A signed link to one sheet as of an instant, as page and PDF."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.page.situations import town
from tests.page.support import NOON
from tests.page.test_publish import declare, happen
from tests.page.test_status_live import component, opened
from troth.components.rules.results import Status
from troth.core import clock
from troth.page import actions, onepager, queries
from troth.page import pdf as drawing
from troth.page.edition import editions
from troth.page.sharing import Share, token
from troth.page.sharing import opened as unsealed

pytestmark = pytest.mark.mission("S3.13")
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def noon():
    with clock.frozen(NOON):
        yield


def sheet(language="en", picture=None):
    edition = next(e for e in editions(picture or town()) if e.language == language)
    with edition.spoken():
        return onepager.sheet(edition, at=NOON)


def test_a_link_holds_until_its_end_and_no_letter_may_change():
    share = Share(NOON - DAY, NOON + DAY, "en")
    text = token(share)
    assert unsealed(text, now=NOON) == share
    assert unsealed(text, now=NOON + DAY) is None
    assert unsealed(text[:-1] + ("a" if text[-1] != "a" else "b"), now=NOON) is None
    assert unsealed("nonsense", now=NOON) is None


def test_the_same_sheet_gives_the_same_bytes_on_one_page():
    first, again = drawing.pdf(sheet()), drawing.pdf(sheet())
    assert first == again
    assert first.startswith(b"%PDF-")
    assert first.count(b"/Type /Page\n") == 1 or first.count(b"/Type /Page ") == 1
    assert drawing.pdf(sheet("de")) != first


def test_many_promises_still_fit_on_one_page():
    picture = town()
    many = tuple(
        replace(one, standing=replace(one.standing, slug=f"{one.slug}-{n}"))
        for n in range(10)
        for one in picture.promises
    )
    made = sheet(picture=replace(picture, promises=many))
    assert len(made.tables[0].lines) == 24
    assert made.tables[0].left_out == "26 more on our page"
    assert b"/Count 1" in drawing.pdf(made)


@pytest.mark.django_db
def test_support_makes_a_link_that_anyone_can_open(place, client, signed_in, cleo, vic):
    declare()
    happen(kept=30, broken=10)
    opened("Payments fail", {component("shop"): Status.MAJOR})
    actions.publish(now=NOON)
    terms = {"days": "14", "language": "en", "as_of": ""}
    assert signed_in(vic).post("/desk/page/share/", terms).status_code == 403
    answer = signed_in(cleo).post("/desk/page/share/", terms)
    assert answer.status_code == 200
    path = "/share/" + answer.content.decode().split("/share/", 1)[1].split("<", 1)[0]
    page = client.get(path)
    assert page.status_code == 200
    assert "Payments fail" in page.content.decode()
    assert page["X-Robots-Tag"] == "noindex"
    first = client.get(f"{path}sheet.pdf")
    assert first["Content-Type"] == "application/pdf"
    with clock.frozen(NOON + 3 * DAY):
        happen("lights", kept=0, broken=40, now=NOON + 3 * DAY)
        assert client.get(f"{path}sheet.pdf").content == first.content
    with clock.frozen(NOON + 14 * DAY):
        assert client.get(path).status_code == 410
    assert client.get("/share/forged/").status_code == 410


@pytest.mark.django_db
def test_a_day_that_has_not_begun_is_refused(place, signed_in, cleo):
    answer = signed_in(cleo).post(
        "/desk/page/share/", {"days": "14", "language": "en", "as_of": "2026-12-01"}
    )
    assert answer.status_code == 422
    assert "nobody knows yet" in answer.content.decode()
    assert queries.published() is None
