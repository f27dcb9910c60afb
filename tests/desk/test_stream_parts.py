"""A touchpoint's page: one segment alone, the cases of each day, and its days as a file."""

import csv
import io
import re
from datetime import timedelta
from urllib.parse import urlencode

import duckdb
import pytest

from tests.desk.conftest import NAUGHTY, NOON
from tests.looks import findings
from tests.shop import NOW, judged, parcel
from troth.core.moments import shown
from troth.core.windows import Span
from troth.metrics import jobs, queries
from troth.metrics.models import Baseline, Fade, PartUsual
from troth.metrics.queries.part_charted import names_of, part_chart
from troth.metrics.queries.segmented import text_of
from troth.signals import actions as signals

pytestmark = pytest.mark.django_db
HELP = "/desk/insight/touchpoints/metric:answered/"
PARCELS = "/desk/insight/touchpoints/promise:on-time/"


@pytest.fixture
def watched(counted):
    """Return the stream of the questions, split by channel and country, with its usual frozen."""
    counted(labels={"touchpoint": "help"})
    Baseline.objects.update(starts_on=NOON.date() - timedelta(days=90))
    while jobs.evaluate(now=NOON):
        pass
    return queries.stream("metric:answered")


@pytest.fixture
def parcels(shop):
    """Return the stream of a promise on ninety days of parcels, whose segments are looked at."""
    made = [
        parcel(number, key=f"more-{number}", late=number % 9 == 0, happened_at=when,
               due_at=when + timedelta(days=1),
               resolved_at=when + timedelta(hours=2 if number % 9 else 40),
               segment={"country": "de" if number % 3 else "fr"})
        for number in range(900)
        for when in [NOW - timedelta(days=95) + timedelta(hours=number * 2.4)]
    ]  # fmt: skip
    signals.accept(batches=[made], door="test", now=NOW)
    shop()
    judged()
    while jobs.evaluate(now=NOW):
        pass
    jobs.evaluate_segments(now=NOW)
    return queries.stream("promise:on-time")


def text_of_page(client, url):
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def table(client, url):
    text = b"".join(client.get(url).streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.mission("S2.44", "S3.12")
def test_a_segment_of_a_metric_is_drawn_against_its_own_usual(watched, signed_in, vic):
    client = signed_in(vic)
    rows = table(client, f"{HELP}?by=channel&is=app&format=csv")
    assert {row["n"] for row in rows if row["n"] != "0"} == {"20"}
    usual = {round(float(row["usual"]), 2) for row in rows if row["usual"]}
    assert usual == {0.95}  # nineteen of twenty, as it was for its first 28 days
    text = text_of_page(client, f"{HELP}?by=channel&is=app")
    assert "Answered within the hour: channel app" in text
    assert "The band is made of the same days" in text
    (link,) = re.findall(rf'href="([^"]*day={NOON.date() - timedelta(days=1)}[^"]*)"', text)
    assert "20 cases" in text_of_page(client, link.replace("&amp;", "&"))


@pytest.mark.mission("S2.44")
def test_a_segment_of_a_promise_is_drawn_against_what_was_frozen_of_it(parcels, signed_in, vic):
    kept = PartUsual.objects.get(segment=text_of({"country": "fr"}))
    client = signed_in(vic)
    rows = table(client, f"{PARCELS}?by=country&is=fr&format=csv")
    expected = {float(row["usual"]) for row in rows if row["usual"]}
    assert expected
    assert abs(sum(expected) / len(expected) - (1 - kept.frozen["center"])) < 0.1
    text = text_of_page(client, f"{PARCELS}?by=country&is=fr")
    assert "Its figure and its cases" in text
    whole = {row["day"]: int(row["n"]) for row in table(client, f"{PARCELS}?format=csv")}
    other = {row["day"]: int(row["n"])
             for row in table(client, f"{PARCELS}?by=country&is=de&format=csv")}  # fmt: skip
    for row in rows:
        assert int(row["n"]) + other.get(row["day"], 0) == whole[row["day"]]


def test_a_day_on_the_chart_of_a_promise_opens_its_cases(parcels, signed_in, vic):
    client = signed_in(vic)
    day = NOW.date() - timedelta(days=30)
    (link,) = re.findall(rf'href="([^"]*day={day}[^"]*)"', text_of_page(client, PARCELS))
    found = text_of_page(client, link.replace("&amp;", "&"))
    number = next(row["n"] for row in table(client, f"{PARCELS}?format=csv")
                  if row["day"] == str(day))  # fmt: skip
    assert f"{number} cases" in found


def test_a_fact_of_a_segment_leads_to_its_page_and_is_drawn_there(parcels, signed_in, vic):
    fact = Fade.objects.create(
        stream_id=parcels.pk, kind="fade", segment=text_of({"country": "fr"}), size=12.0,
        opened_on=NOW.date() - timedelta(days=10), opened_at=NOW - timedelta(days=9),
        onset=NOW.date() - timedelta(days=20), rings=False, recorded_at=NOW,
    )  # fmt: skip
    client = signed_in(vic)
    text = text_of_page(client, PARCELS)
    assert f'href="{PARCELS}?by=country&amp;is=fr"' in text
    assert "told: fading" not in text.split("What was told")[0]
    part = text_of_page(client, f"{PARCELS}?by=country&is=fr")
    day = fact.opened_on
    assert f"{day.day} {day:%B %Y}: told: fading" in part
    assert "told: fading" not in text_of_page(client, f"{PARCELS}?by=country&is=de")


def test_a_segment_that_was_never_large_has_days_and_no_band(parcels, signed_in, vic):
    PartUsual.objects.all().delete()
    text = text_of_page(signed_in(vic), f"{PARCELS}?by=country&is=fr")
    assert "What is usual of it is not known" in text
    assert '<figure class="chart">' in text
    assert "shaded: where a usual day lies" not in text


def test_days_before_a_decision_are_not_read_against_the_usual_after_it(watched):
    Baseline.objects.filter(stream=watched.pk).update(starts_on=NOON.date() - timedelta(days=40))
    span = Span(NOON - timedelta(days=70), NOON)
    chart = part_chart(stream=watched.pk, only=("channel", "phone"), span=span, at=NOON)
    banded = {point.day for point in chart.points if point.low is not None}
    valued = {point.day for point in chart.points if point.value is not None}
    assert min(banded) >= NOON.date() - timedelta(days=40)
    assert min(valued) == NOON.date() - timedelta(days=60)


def test_a_day_without_a_case_of_a_counted_segment_is_a_gap_and_no_nought(counted):
    counted(labels={"touchpoint": "help"}, good=None, by=["channel"])
    stream = queries.stream("metric:answered")
    span = Span(NOON - timedelta(days=10), NOON)
    chart = part_chart(stream=stream.pk, only=("channel", NAUGHTY), span=span, at=NOON)
    values = {point.day: point.value for point in chart.points}
    assert values[NOON.date() - timedelta(days=3)] == 1
    assert {value for value in values.values() if value != 1} == {None}


def test_its_parts_and_their_values_are_known(watched):
    found = names_of(watched.pk, at=NOON)
    assert found.attributes == ("channel", "country")
    assert found.values["country"] == ("de", "fr")
    assert NAUGHTY in found.values["channel"]


def test_odd_segments_are_answered_in_plain_words(watched, signed_in, vic):
    client = signed_in(vic)
    for query, said in (
        ("?by=nothing&is=x", "splits nothing here; there are channel, country"),
        ("?is=app", "splits nothing here"),
        ("?by=channel&is=nothing", "No such case came in these days"),
        ("?by=channel&is=", "channel not said"),
        (f"?{urlencode({'by': 'channel', 'is': NAUGHTY})}", "channel a&#x27;b%"),
    ):
        assert said in text_of_page(client, HELP + query), query
    assert client.get(f"{HELP}?by=channel&is=app&format=xls").status_code == 404
    assert client.get(f"{HELP}?by=channel&is=app&at=never").status_code == 200
    then = shown(NOON - timedelta(days=7))
    assert "it can look back with at=" in text_of_page(
        client, f"{HELP}?by=channel&is=app&as_of={then}"
    )
    last = table(client, f"{HELP}?by=channel&is=app&at={then}&format=csv")[-1]
    assert last["day"] <= then[:10]


@pytest.mark.parametrize("query", ["?", "?by=channel&is=app&"])
def test_days_leave_as_parquet_as_they_leave_as_csv(watched, signed_in, vic, query, tmp_path):
    client, file = signed_in(vic), tmp_path / "days.parquet"
    rows = table(client, f"{HELP}{query}format=csv")
    answer = client.get(f"{HELP}{query}format=parquet")
    file.write_bytes(b"".join(answer.streaming_content))
    found = duckdb.read_parquet(str(file))
    assert (found.columns, len(found)) == (list(rows[0]), len(rows))
    refused = client.get(f"{HELP}{query}format=csv&as_of=2026-01-01")
    assert refused["Content-Type"].startswith("text/html")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.mission("S3.12")
def test_the_page_of_a_segment_of_a_touchpoint_looks_right(opened, watched, ben):
    page = opened(ben)
    at = f"at={shown(NOON)}"
    for query in (f"?by=channel&is=app&{at}", f"?by=channel&is=nothing&{at}", f"?by=no&is=x&{at}"):
        page.goto(HELP + query)
        page.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
        assert (query, findings(page)) == (query, [])
    page.goto(f"{HELP}?{at}")
    page.fill("#is", "phone")
    page.click("button:has-text('Show its days')")
    page.wait_for_selector("h1:has-text('channel phone')")
    assert page.breaches == []
