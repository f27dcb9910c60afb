"""Metrics on the desk: each has a page, each of its parts too, down to the single case."""

import csv
import io
import re
from datetime import timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import duckdb
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from tests.desk.conftest import DAYS, NAUGHTY, NOON, document
from tests.looks import findings
from troth.core.windows import midnight
from troth.metrics import actions
from troth.metrics.queries import daily
from troth.metrics.queries.daily import kept
from troth.signals import actions as signals
from troth.signals.models import Retention

pytestmark = pytest.mark.django_db
URL = "/desk/insight/metrics/"
PAGE = f"{URL}answered/"
YESTERDAY = NOON.date() - timedelta(days=1)


def text_of(client, url):
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def table(client, url):
    text = b"".join(client.get(url).streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.mission("S2.44")
def test_a_metric_without_a_touchpoint_has_a_page_with_its_figure_and_its_days(
    counted, signed_in, vic
):
    counted()
    text = text_of(signed_in(vic), PAGE)
    good, total = 32 * 19 + 28 * 15 + 60 * 4 + 1, 60 * 28 + 2
    assert f"{100 * good / total:.1f}\u202f%" in text
    assert f"n {total:,}" in text
    assert "90 % interval" in text
    assert '<figure class="chart">' in text
    assert "The numbers behind this chart" in text
    assert f"{YESTERDAY.day} {YESTERDAY:%B %Y}</a>" in text
    assert "By channel" in text


@pytest.mark.mission("S2.44", "S3.12")
def test_each_value_of_an_attribute_has_a_page_of_its_own(counted, signed_in, vic):
    counted()
    client = signed_in(vic)
    links = re.findall(r'<a href="(\?[^"]*is=[^"]*)"', text_of(client, PAGE))
    assert len(links) == 4
    text = text_of(client, f"{PAGE}?by=channel&is=app")
    assert "Answered within the hour: channel app" in text
    assert f"n {60 * 20:,}" in text
    for row in table(client, f"{PAGE}?by=channel&is=app&over=1&format=csv"):
        assert (row["attribute"], row["part"], row["total"]) == ("channel", "app", "20")
    assert f"n {60 * 14:,}" in text_of(client, f"{PAGE}?by=country&is=fr")
    assert "channel not said" in text_of(client, f"{PAGE}?by=channel&is=")


def test_a_value_with_any_sign_in_it_is_shown_and_asked_as_it_is(counted, signed_in, vic):
    counted()
    client = signed_in(vic)
    asked = urlencode({"by": "channel", "is": NAUGHTY})
    text = text_of(client, f"{PAGE}?{asked}")
    assert escape(NAUGHTY) in text
    assert NAUGHTY not in text
    assert "1 case" in text_of(client, f"{PAGE}cases/?{asked}")


@pytest.mark.mission("S1.8")
def test_no_share_is_told_of_few_cases(counted, signed_in, vic):
    counted()
    client = signed_in(vic)
    text = text_of(client, f"{PAGE}?by=channel&is=")
    assert "not enough evidence, n 1" in text
    assert "Nothing to draw yet" in text
    daily_app = table(client, f"{PAGE}?by=channel&is=app&over=1&format=csv")
    assert {row["figure"] for row in daily_app} == {""}  # twenty a day are under thirty
    weekly = table(client, f"{PAGE}?by=channel&is=app&over=7&format=csv")
    assert {row["cases"] for row in weekly} == {"140"}
    assert "Each point looks back 7 days" in text_of(client, f"{PAGE}?by=channel&is=app")


@pytest.mark.mission("S2.44")
def test_a_day_of_the_chart_opens_its_cases_and_each_case_is_a_click_away(counted, signed_in, vic):
    counted()
    client = signed_in(vic)
    text = text_of(client, f"{PAGE}?by=channel&is=phone")
    (link,) = re.findall(rf'href="([^"]*day={YESTERDAY}[^"]*)"', text)
    cases = text_of(client, link.replace("&amp;", "&"))
    assert "8 cases" in cases
    keys = re.findall(r'href="(/desk/case/[^"]*phone-1-\d+)"', cases)
    assert len(keys) == 8
    assert "late" in text_of(client, keys[0].replace("&amp;", "&"))
    for part, number in (("good", 4), ("other", 4), ("counted", 8)):
        query = f"?by=channel&is=phone&day={YESTERDAY}&part={part}"
        assert len(table(client, f"{PAGE}cases/{query}&format=csv")) == number


def test_what_is_left_out_for_a_reason_is_listed_apart(counted, signed_in, vic):
    counted(excludes={"by phone": "segment.channel = 'phone'"})
    client = signed_in(vic)
    found = table(client, f"{PAGE}cases/?part=left-out:by+phone&format=csv")
    assert len(found) == 60 * 8
    assert len(table(client, f"{PAGE}cases/?format=csv")) == 60 * 20 + 2


def test_cases_that_were_let_go_are_counted_still_and_said_to_be_gone(counted, signed_in, vic):
    counted()
    Retention.objects.create(kind="question", days=30)
    signals.retain(now=NOON)
    client, old = signed_in(vic), NOON.date() - timedelta(days=40)
    text = text_of(client, f"{PAGE}cases/?day={old}")
    assert "28 cases were counted here, and the count stays" in text
    assert "only 0 can be listed" in text
    assert f"n {60 * 28 + 2:,}" in text_of(client, PAGE)
    assert "are kept no longer" not in text_of(client, f"{PAGE}cases/?day={YESTERDAY}")


@pytest.mark.mission("S4.8")
def test_a_page_looks_back_to_an_instant_and_says_so(counted, signed_in, vic):
    counted()
    client, then = signed_in(vic), "2026-03-01T09:00Z"
    text = text_of(client, f"{PAGE}?at={then}&by=channel&is=app")
    assert "As it stood at" in text
    last = table(client, f"{PAGE}?at={then}&over=1&format=csv")[-1]["day"]
    assert last == "2026-02-28"  # the first of March was not over
    assert "it can look back with at=" in text_of(client, f"{PAGE}?as_of={then}")
    assert client.get(f"{PAGE}?as_of={then}&format=csv")["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    ("spec", "whole", "part"),
    [
        ({"value": "value", "unit": "s"}, "1\u202fmin 38\u202fs", "1\u202fmin 40\u202fs"),
        ({}, "9.3 a day", "6.7 a day"),  # over 180 days
        ({"value": "value", "unit": "EUR", "percentiles": True}, "98.17 EUR", "100 EUR"),
    ],
)
def test_means_and_counts_have_a_page_too(counted, signed_in, vic, spec, whole, part):
    counted(**{"good": None, **spec})
    client = signed_in(vic)
    for query, said in (("", whole), ("?by=channel&is=app", part)):
        lead = text_of(client, PAGE + query).split('<p class="lead">')[1].split("</p>")[0]
        assert lead.startswith(said), lead
        assert "90 % interval" in lead
        assert ("half have" in lead) is bool(spec.get("percentiles"))


def test_days_are_those_of_the_zone_however_short_its_buckets_are(counted):
    counted(zone="Pacific/Auckland", grain="1h")
    (one,) = kept(["answered"])
    found = daily.days(one, daily.span_of(one, days=90, until=NOON))
    assert [day.total for day in found].count(28) == DAYS - 1
    assert found[-1].day == midnight_day(one.zone)


def midnight_day(zone):
    """Return the local day of yesterday's noon in UTC, which has begun in Auckland already."""
    local = (NOON - timedelta(days=1)).astimezone(ZoneInfo(zone)).date()
    assert midnight(local, ZoneInfo(zone)) < NOON
    return local


def test_a_metric_that_is_still_counted_says_how_far_it_is(db, counted, signed_in, vic):
    actions.declare(document=document("new"), author="test", now=NOON)
    text = text_of(signed_in(vic), f"{URL}new/")
    assert "Being counted" in text
    assert "Nothing was counted in these days" in text
    assert "no good news and no bad news" in text


@pytest.mark.mission("S2.44")
def test_every_metric_is_on_the_list_and_the_catalogue_has_its_pages(counted, signed_in, vic):
    client = signed_in(vic)
    assert "No metric is kept counted yet" in text_of(client, URL)
    counted()
    counted("asked", good=None, title="Questions", by=[])
    text = text_of(client, URL)
    for path in re.findall(rf'href="({URL}[^"?]+/)"', text):
        assert client.get(path).status_code == 200, path
    assert f"{URL}csat/" in text
    assert "Nobody keeps this counted" in text_of(client, f"{URL}csat/")
    assert "Questions" in text_of(client, f"{URL}?search=questi")
    assert "No metric is called so" in text_of(client, f"{URL}?search=nothing")


@pytest.mark.parametrize("path", ["", "answered/", "answered/cases/", "answered/compare/"])
def test_strangers_see_nothing_of_metrics(counted, path):
    counted()
    assert Client().get(URL + path).status_code == 302


def test_odd_questions_are_answered_in_plain_words(counted, signed_in, vic):
    counted()
    client = signed_in(vic)
    for query in ("?days=x", "?over=99", "?at=never", "?by=nothing", "?by=no+name&is=x",
                  "?by=subject&is=x", "?page=99", "?days=999999999999", "?is=app"):  # fmt: skip
        assert client.get(PAGE + query).status_code == 200, query
    assert "splits nothing here; this metric is split by channel, country" in text_of(
        client, f"{PAGE}?by=nothing&is=x"
    )
    for query in ("?day=soon", "?part=nothing"):
        assert client.get(f"{PAGE}cases/{query}").status_code == 404
    assert client.get(f"{PAGE}cases/?after=nothing").status_code == 200
    assert client.get(f"{PAGE}?format=xls").status_code == 404
    assert client.get(f"{URL}nothing/").status_code == 404
    assert client.get(f"{URL}nothing/cases/").status_code == 404
    assert client.get(f"{PAGE}?by=channel&is=%00").status_code == 400


@pytest.mark.parametrize("path", ["", "cases/", "compare/"])
def test_tables_leave_as_parquet_as_they_leave_as_csv(counted, signed_in, vic, path, tmp_path):
    counted()
    client, file = signed_in(vic), tmp_path / "found.parquet"
    rows = table(client, f"{PAGE}{path}?by=country&is=de&format=csv")
    answer = client.get(f"{PAGE}{path}?by=country&is=de&format=parquet")
    file.write_bytes(b"".join(answer.streaming_content))
    found = duckdb.read_parquet(str(file))
    assert list(rows[0]) == found.columns
    assert len(rows) == len(found)


def test_the_list_asks_as_often_for_two_metrics_as_for_nine(counted, signed_in, vic):
    client, asked = signed_in(vic), []
    for numbers in (range(2), range(2, 9)):
        for number in numbers:
            counted(f"answered-{number}", where=f"value > {number}")
        client.get(URL)
        with CaptureQueriesContext(connection) as found:
            text = text_of(client, URL)
        assert text.count('data-label="28 days"') == numbers[-1] + 1
        asked.append(len(found))
    assert asked[0] == asked[1]


@pytest.mark.parametrize("page", ["", "cases/", "compare/"])
def test_a_value_that_no_case_can_have_is_answered_in_words(counted, signed_in, vic, page):
    counted()
    text = text_of(signed_in(vic), f"{PAGE}{page}?by=channel&is=a%01b")
    assert "a text may not hold control characters" in text.lower()
    assert "What follows is all of it" in text


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.mission("S3.12")
def test_the_pages_of_metrics_look_right(opened, counted, ben):
    counted()
    page = opened(ben)
    for path in ("", "csat/", "answered/", "answered/?by=channel&is=app", "answered/cases/",
                 "answered/compare/", "answered/compare/?by=channel&is=app"):  # fmt: skip
        page.goto(URL + path)
        page.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
        assert (path, findings(page)) == (path, [])
    assert page.breaches == []
