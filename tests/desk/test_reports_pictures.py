"""Reports carry pictures beside their tables: on the screen as SVG, and on paper."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from tests.desk.test_reports_monthly import MADE, accepted
from tests.desk.test_reports_quarterly import accepted as accounts
from tests.looks import findings
from troth.core import clock
from troth.desk import jobs
from troth.desk.models import Report
from troth.desk.reporting import headlines, kept, telling
from troth.desk.reporting.pictures import Course, Ranges, Steps
from troth.notify.channel import Shape
from troth.notify.contents import story_of
from troth.notify.models import Telling
from troth.notify.rules.events import Event
from troth.notify.rules.story import Story
from troth.notify.wording import words_of
from troth.promises.models import Score
from troth.ui.charts import Range, ranges

pytestmark = pytest.mark.mission("S2.62", "S2.63", "S2.64")


def drawn(row):
    """Return the pictures of a report by what they are."""
    found = [one for section in telling.sections(row.content) for one in section.pictures]
    return {kind: [one for one in found if isinstance(one, kind)]
            for kind in (Course, Ranges, Steps)}  # fmt: skip


@pytest.fixture
def month(db):
    with clock.frozen(MADE):
        accepted(MADE)
        jobs.report(now=MADE)
        yield Report.objects.get(kind="monthly")


@pytest.mark.django_db
def test_a_month_shows_the_months_before_and_the_retention_curve(month):
    found = drawn(month)
    nps = next(one for one in found[Course] if "NPS" in one.heading)
    known = [(one.at.isoformat(), one.value) for one in nps.points if one.value is not None]
    assert known == [
        ("2026-02-28", pytest.approx(-1000 / 110)), ("2026-03-31", pytest.approx(9000 / 110))
    ]  # fmt: skip
    assert all(one.low < one.value < one.high for one in nps.points if one.value is not None)
    assert "lowest" in nps.text
    assert [len(one.marks) > 1 for one in found[Steps]] == [True]


@pytest.mark.django_db
def test_what_looks_back_over_years_is_what_earlier_reports_said(month):
    later = MADE + timedelta(days=30)
    with clock.frozen(later):
        jobs.report(now=later)
    april = Report.objects.get(kind="monthly", starts_on="2026-04-01")
    row = next(one for one in april.content["outcomes"] if one["name"] == "repeat_purchase")
    march = next(one for one in month.content["outcomes"] if one["name"] == "repeat_purchase")
    assert [one["day"] for one in row["course"]] == ["2026-03-31", "2026-04-30"]
    assert row["course"][0]["value"] == march["value"]


@pytest.mark.django_db
def test_a_report_without_months_still_reads(month):
    for row in month.content["outcomes"]:
        row.pop("course", None)
    assert drawn(month)[Course] == []


@pytest.mark.django_db
def test_an_account_sees_each_promise_against_its_target_and_the_quarter_before(settings):
    with clock.frozen(MADE):
        accounts(settings)
        jobs.report(now=MADE)
    acme = Report.objects.get(kind="quarterly", about="acme")
    (picture,) = drawn(acme)[Ranges]
    (row,) = picture.rows
    assert (row.value, row.before) == (1.0, 0.6)
    assert row.low < 1
    assert row.target == acme.content["promises"][0]["target"]
    svg = ET.fromstring(picture.svg)  # noqa: S314 - our own markup
    assert {one.get("class") for one in svg.iter("circle")} == {"now", "before"}


@pytest.mark.django_db
def test_a_week_shows_the_score_by_day_and_every_pillar(shop, noon):
    shop(pillar="quality")
    for back, value in ((3, 71.0), (2, None), (1, 74.0), (0, 75.0)):
        day = datetime(2026, 3, 12, tzinfo=UTC).date() - timedelta(days=back)
        Score.objects.create(
            day=day, scope="all", value=value, low=value and value - 4, high=value and value + 4,
            grade="fair", computed_at=noon, detail={}, digest=str(back),
        )  # fmt: skip
    jobs.report(now=noon)
    found = drawn(Report.objects.get(kind="weekly"))
    (course,) = found[Course]
    assert [one.value for one in course.points][:4] == [71.0, None, 74.0, 75.0]
    (pillars,) = found[Ranges]
    assert len(pillars.rows) == 6
    assert [one.remark for one in pillars.rows if one.value is None] == ["nothing is promised"] * 5


@pytest.mark.django_db
def test_paper_holds_the_pictures_and_is_the_same_bytes(month):
    pytest.importorskip("reportlab")
    from troth.desk.reporting.paper import pdf

    made = kept.pdf(month)
    assert made == kept.pdf(month)
    sections = telling.sections(month.content)
    bare = [replace(one, pictures=()) for one in sections]
    said = {"title": month.title, "told": kept.told(month), "source": "nowhere"}
    assert len(pdf(**said, sections=sections)) > len(pdf(**said, sections=bare)) + 1000


@pytest.mark.django_db
@pytest.mark.mission("S3.12")
def test_what_is_sent_carries_the_figures_in_the_language_of_the_reader(month):
    english = headlines.told(month.content, "en").splitlines()
    german = headlines.told(month.content, "de").splitlines()
    assert english[0].startswith("NPS: 81.82 (")
    assert "+90.9 to the month before" in english[0]
    assert "chance" not in english[0]
    assert german[0].startswith("NPS: 81,82 (")
    assert "gegen den Vormonat" in german[0]
    assert any(one.startswith("Wiederkaufrate: ") for one in german)
    assert len(english) == len(german) <= 5
    assert headlines.told({**month.content, "outcomes": []}, "en") == "No figure has enough cases."


@pytest.mark.django_db
def test_a_quarter_is_told_as_counts_and_names_no_account(settings):
    with clock.frozen(MADE):
        accounts(settings)
        jobs.report(now=MADE)
    stories = map(story_of, Telling.objects.values_list("content", flat=True))
    (told,) = [one for one in stories if one.title.startswith("Business reviews")]
    assert told.what == "3 accounts have a review.\nPromises: 1 met, 1 missed, 1 cannot be told."
    assert "acme" not in str(told)


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_way_of_sending_says_the_figures(language):
    figures = "NPS: 81.82\nCSAT: 80 %"
    story = Story(about="insight:x", event=Event.INSIGHT_REPORTED, revision="abcdef12",
                  title="Made", link="https://x.example/", what=figures)  # fmt: skip
    for shape in Shape:
        words = words_of(story, shape=shape, language=language)
        assert "NPS: 81.82" in words.text, shape


def test_ranges_keep_wild_names_and_single_figures_readable():
    name = '<b>"&' + "long " * 30
    svg = ranges([Range(name, 0.5), Range("x", None, remark="no data")], label="L", unit="share",
                 legend=("a",))  # fmt: skip
    root = ET.fromstring(svg)  # noqa: S314 - our own markup
    texts = [one.text for one in root.iter("text")]
    assert any(one.startswith('<b>"&long') and one.endswith("…") for one in texts)
    assert "no data" in texts
    assert ranges([Range("x", None)], label="L", unit="share", legend=()) == ""


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_month_with_pictures_looks_right(opened, ben):
    accepted(MADE)
    jobs.report(now=MADE)
    page = opened(ben)
    page.goto(f"/desk/insight/reports/{Report.objects.get(kind='monthly').uid}/")
    assert findings(page) == []
    assert page.locator("figure svg").count() >= 2
    assert page.breaches == []
