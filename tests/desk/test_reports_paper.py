"""A report as PDF: whole, the same bytes each time, and nobody's but the staff's."""

from io import BytesIO

import pytest
from django.test import Client

from troth.desk import jobs
from troth.desk.models import Report
from troth.desk.reporting.sections import Cell, Section, table

pytestmark = [pytest.mark.django_db, pytest.mark.mission("S2.64")]


@pytest.fixture
def url(shop, noon):
    shop(pillar="quality", name="Café <b> & Straße")
    jobs.report(now=noon)
    return f"/desk/insight/reports/{Report.objects.get().uid}/"


def test_it_holds_what_the_desk_shows_and_is_the_same_bytes(url, signed_in, vic):
    pytest.importorskip("reportlab")
    client = signed_in(vic)
    assert "report.pdf" in client.get(url).content.decode()
    answer, again = (client.get(f"{url}report.pdf") for _ in range(2))
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content == again.content
    assert answer.content.startswith(b"%PDF-")
    assert Client().get(f"{url}report.pdf").status_code == 302
    assert client.get("/desk/insight/reports/rep_x/report.pdf").status_code == 404


def test_a_long_table_goes_on_over_pages_and_boxes_are_named():
    pytest.importorskip("reportlab")
    from troth.desk.reporting.paper import pdf

    rows = ([Cell(f"Account {number} 漢字", "quiet"), Cell("x" * 300)] for number in range(120))
    sections = [Section("a", "All", ("One sentence.",), tuple(table("T", ("A", "B"), rows)))]
    made = pdf(title="Long", told="of a test", source="nowhere", sections=sections)
    assert BytesIO(made).read().count(b"/Type /Page\n") > 5
