"""A signed link to one sheet as of an instant, as page and PDF."""

import shutil
import subprocess
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
from troth.page.models import SharedLink
from troth.staff.models import AuditEntry
from troth.ui import lettering

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


def test_the_same_sheet_gives_the_same_bytes_on_one_page():
    first, again = drawing.pdf(sheet()), drawing.pdf(sheet())
    assert first == again
    assert first.startswith(b"%PDF-")
    assert first.count(b"/Type /Page\n") == 1 or first.count(b"/Type /Page ") == 1
    assert drawing.pdf(sheet("de")) != first


@pytest.fixture
def drawn(tmp_path):
    """Return a function that reads the text of a PDF as a reader's program does."""
    tool = shutil.which("pdftotext")
    if tool is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")

    def read(made):
        file = tmp_path / "sheet.pdf"
        file.write_bytes(drawing.pdf(made))
        told = subprocess.run([tool, "-layout", str(file), "-"], capture_output=True, check=True)
        return told.stdout.decode()

    return read


def named(name):
    table = onepager.Table("Υπηρεσίες", (onepager.Line(name, "работает", "99,9 %"),))
    return replace(sheet(), tables=(table,))


@pytest.mark.parametrize(
    "name",
    [
        "Σύνδεση και Πληρωμές",
        "Платежи и вход",
        "Płatności, Ödeme, Greiðslur",
        "Thanh toán",
        "Վճարումներ",
        "გადახდები",
        "Größe ≤ 5 € — “ja”",
    ],
)
def test_names_in_greek_cyrillic_and_others_are_drawn_as_they_are(drawn, name):
    assert lettering.drawable(name) == name
    text = drawn(named(name))
    assert name in text
    assert "работает" in text
    assert "Υπηρεσίες" in text
    assert "cannot be drawn" not in text


@pytest.mark.parametrize(
    ("name", "left"),
    [("支払い", "CJK, Hiragana"), ("الدفع", "Arabic"), ("תשלום", "Hebrew"), ("भुगतान", "Devanagari"),
     ("결제", "Hangul"), ("Fast 🚀", "U+1F680")],
)  # fmt: skip
def test_what_the_font_cannot_draw_is_said(drawn, name, left):
    assert lettering.undrawn([name]) == tuple(left.split(", "))
    text = drawn(named(name))
    assert f"Letters of these scripts cannot be drawn here: {left}." in " ".join(text.split())
    assert "The page behind the link shows them." in " ".join(text.split())


@pytest.mark.parametrize(
    "name", ["\0\x07bell", "\u202eback", "e\u0301", "<b>&amp;", "a\u200bb", ""]
)
def test_naughty_names_make_a_sheet_all_the_same(name):
    assert drawing.pdf(named(name)).startswith(b"%PDF-")


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
    terms = {"days": "14", "language": "en", "as_of": "", "purpose": "A tender"}
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


@pytest.fixture
def handed_on(place, client, signed_in, cleo):
    """Return the path of a link that Cleo made, and its row."""
    declare()
    happen(kept=30, broken=10)
    actions.publish(now=NOON)
    terms = {"days": "14", "language": "de", "as_of": "", "purpose": "  Tender <b>of</b> Bremen "}
    answer = signed_in(cleo).post("/desk/page/share/", terms)
    path = "/share/" + answer.content.decode().split("/share/", 1)[1].split("<", 1)[0]
    return path, SharedLink.objects.get()


@pytest.mark.django_db
def test_the_desk_lists_who_handed_on_what_and_when_it_was_opened(
    handed_on, client, signed_in, vic
):
    path, row = handed_on
    page = signed_in(vic).get("/desk/page/").content.decode()
    assert "Tender &lt;b&gt;of&lt;/b&gt; Bremen" in page
    assert "by Cleo" in page
    assert "never" in page
    assert path.split("/")[2] not in page
    assert path.split("/")[2] not in row.digest
    assert "Revoke it" not in page
    for address in (path, f"{path}sheet.pdf"):
        assert client.get(address).status_code == 200
    row.refresh_from_db()
    assert (row.openings, row.opened_at) == (2, NOON)


@pytest.mark.django_db
def test_a_revoked_link_shows_nothing_from_the_next_moment_on_and_says_so(
    handed_on, client, signed_in, cleo, vic
):
    path, row = handed_on
    assert client.get(path).status_code == 200
    address = f"/desk/page/share/{row.pk}/revocation/"
    assert signed_in(vic).post(address).status_code == 403
    assert client.get(path).status_code == 200
    for _ in range(2):
        assert signed_in(cleo).post(address).status_code == 302
    for gone in (path, f"{path}sheet.pdf"):
        answer = client.get(gone)
        assert answer.status_code == 410
        assert "Dieser Link wurde zurückgezogen" in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]
    page = signed_in(cleo).get("/desk/page/").content.decode()
    assert "revoked <time" in page
    assert "Revoke it" not in page
    row.refresh_from_db()
    assert row.openings == 2
    assert AuditEntry.objects.filter(verb="revoked", thing="link").count() == 1
    assert signed_in(cleo).post("/desk/page/share/999/revocation/").status_code == 404


@pytest.mark.django_db
def test_a_day_that_has_not_begun_is_refused(place, signed_in, cleo):
    answer = signed_in(cleo).post(
        "/desk/page/share/",
        {"days": "14", "language": "en", "as_of": "2026-12-01", "purpose": "A tender"},
    )
    assert answer.status_code == 422
    assert "nobody knows yet" in answer.content.decode()
    assert queries.published() is None
