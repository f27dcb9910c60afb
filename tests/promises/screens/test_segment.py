"""Each segment of a promise has a page: its figure, its days, what happened, its cases."""

import csv
import io
import re
from urllib.parse import urlencode

import duckdb
import pytest
import yaml
from click.testing import CliRunner

from tests.looks import findings
from tests.shop import DAY, NOW, judged, parcel
from troth.config.verbs.apply import apply_
from troth.core import clock
from troth.core.moments import shown
from troth.signals import actions as signals
from troth.signals.envelope import Signal
from troth.signals.models import Retention

SHOW = "/desk/promises/on-time/"
FR = "?by=country&is=fr"
OFFICE = {
    "apiVersion": "troth/v1", "kind": "Calendar", "metadata": {"name": "office"},
    "spec": {"zone": "UTC", "weekdays": ["mon", "tue", "wed", "thu", "fri"],
             "hours": "09:00-17:00"},
}  # fmt: skip
NAUGHTY = "a'b%\"<i>&=,x"


@pytest.fixture
def vics(shop, vic, signed_in):
    shop()
    return signed_in(vic)


def text_of(client, url):
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def table(client, url):
    text = b"".join(client.get(url).streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.mission("S2.44", "S4.13")
def test_each_value_has_a_page_with_its_own_chart_and_cases(vics):
    (link,) = re.findall(r'<th scope="row"><a href="(\?[^"]*is=fr[^"]*)"', text_of(vics, SHOW))
    text = text_of(vics, SHOW + link.replace("&amp;", "&"))
    assert "On time: country fr" in text
    assert "50.0\u202f% kept over 14d" in text  # 5 of 10; by country de 11 of 11
    assert "n 10" in text
    assert "All together: 76.2\u202f%" in text
    assert '<figure class="chart">' in text
    (cases,) = re.findall(r'<a href="([^"]*)">Cases of 14d', text)
    assert "10 cases" in text_of(vics, cases.replace("&amp;", "&"))
    for path in re.findall(r'href="(/desk/(?:insight|promises)/[^".]*fr[^"]*)"', text):
        assert vics.get(path.replace("&amp;", "&")).status_code == 200, path


@pytest.mark.mission("S4.13")
def test_a_day_of_the_chart_opens_exactly_its_cases(vics):
    days = table(vics, f"{SHOW}days.csv{FR}")
    for row in days:
        assert (row["attribute"], row["part"]) == ("country", "fr")
        found = table(vics, f"{SHOW}cases.csv{FR}&day={row['date']}")
        assert len(found) == int(row["total"])
    assert sum(int(row["total"]) for row in days) > 0


def test_a_point_is_the_sum_of_the_days_on_which_it_looks_back(vics):
    for row in table(vics, f"{SHOW}days.csv{FR}"):
        assert row["looks_back"] == "14"
        if row["share"]:
            assert int(row["cases"]) >= 10
            assert float(row["low"]) <= float(row["share"]) <= float(row["high"])


@pytest.mark.mission("S1.8")
def test_of_few_cases_no_share_is_told_on_either_page(shop, vic, signed_in):
    shop()
    one = parcel(38, key="odd", segment={"country": NAUGHTY})
    signals.accept(batches=[[one]], door="test", now=NOW)
    judged()
    client = signed_in(vic)
    asked = urlencode({"by": "country", "is": NAUGHTY})
    text = text_of(client, f"{SHOW}?{asked}")
    assert "Not enough evidence over 14d: 1 case." in text
    assert NAUGHTY not in text
    assert "too few" in text_of(client, SHOW)


@pytest.mark.mission("S4.8")
def test_it_looks_back_to_an_instant_and_to_what_had_been_recorded(shop, vic, signed_in):
    shop()
    client = signed_in(vic)
    with clock.frozen(NOW + 3 * DAY):
        then = text_of(client, f"{SHOW}{FR}&at={shown(NOW)}")
        assert "50.0\u202f% kept over 14d" in then
        assert "As it stood at" in then
        before = text_of(client, f"{SHOW}{FR}&as_of={shown(NOW - DAY)}")
        assert "No case over 14d" in before  # it was recorded later


def test_what_happened_stands_on_the_chart_of_a_promise_and_of_its_segments(shop, vic, signed_in):
    shop(windows=["7d"])
    shipped = Signal(source="ci", kind="release", key="r1", happened_at=NOW - 9 * DAY,
                     evidence="v1.2")  # fmt: skip
    signals.accept(batches=[[shipped]], door="test", now=NOW)
    judged()
    client = signed_in(vic)
    for query in ("", FR):
        assert "release: " in text_of(client, SHOW + query)


def test_a_value_that_nobody_sent_says_that_nothing_came(vics):
    for query in ("?by=country&is=nothing", "?by=country&is="):
        assert "No such case came in these days" in text_of(vics, SHOW + query)
    assert vics.get(f"{SHOW}?by=nothing&is=x").status_code == 404
    assert vics.get(f"{SHOW}?is=x").status_code == 404
    assert vics.get(f"{SHOW}?by=country&is=a%01b").status_code == 404
    assert vics.get("/desk/insight/compare/on-time/?by=country&is=a%01b").status_code == 200
    place = "/desk/insight/touchpoints/promise:on-time/?by=country&is=a%01b"
    assert vics.get(place).status_code == 200
    assert vics.get(f"{SHOW}days.xls{FR}").status_code == 404


def test_promises_in_business_hours_say_that_they_are_not_told_apart(
    shop, vic, signed_in, tmp_path
):
    (tmp_path / "office.yaml").write_text(yaml.safe_dump(OFFICE))
    CliRunner().invoke(apply_, ["-f", str(tmp_path), "--yes"], catch_exceptions=False)
    shop("office", due={"after": "8h", "calendar": "office"}, exclusions=[])
    text = text_of(signed_in(vic), f"/desk/promises/office/{FR}")
    assert "not told apart by segment" in text


def test_days_of_a_segment_leave_as_parquet_as_they_leave_as_csv(vics, tmp_path):
    file = tmp_path / "days.parquet"
    file.write_bytes(b"".join(vics.get(f"{SHOW}days.parquet{FR}").streaming_content))
    found = duckdb.read_parquet(str(file))
    rows = table(vics, f"{SHOW}days.csv{FR}")
    assert (found.columns, len(found)) == (list(rows[0]), len(rows))


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.mission("S3.12")
def test_the_page_of_a_segment_looks_right(opened, open_shop, ben):
    open_shop()
    page = opened(ben)
    for query in (FR, "?by=country&is=nothing"):
        page.goto(SHOW + query)
        page.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
        assert (query, findings(page)) == (query, [])
    page.goto(SHOW)
    page.fill("#is", "fr")
    page.click("button:has-text('Show its days')")
    page.wait_for_selector("h1:has-text('country fr')")
    assert page.breaches == []


@pytest.mark.mission("S4.13")
def test_cases_that_were_let_go_are_said_to_be_counted_still(shop, vic, signed_in):
    shop()
    client, day = signed_in(vic), (NOW - 12 * DAY).date()
    before = table(client, f"{SHOW}cases.csv?day={day}")
    assert before
    assert "kept no longer" not in text_of(client, f"{SHOW}cases/?day={day}")
    Retention.objects.create(kind="delivery", days=9)
    signals.retain(now=NOW)
    text = text_of(client, f"{SHOW}cases/?day={day}")
    assert f"{len(before)} were counted here, and the count stays" in text
    assert "are kept no longer" in text
    assert len(table(client, f"{SHOW}cases.csv?day={day}")) < len(before)
    assert "kept no longer" not in text_of(client, f"{SHOW}cases/?part=pending")
