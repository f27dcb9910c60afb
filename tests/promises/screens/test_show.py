import csv
import io
import re
from datetime import timedelta

import duckdb
import pytest

from tests.shop import DAY, HOUR, NOW, document, judged, parcel
from troth.core import clock
from troth.promises import actions
from troth.signals import actions as signals

SHOW = "/desk/promises/on-time/"
CASES = "/desk/promises/on-time/cases/"


def keys(response):
    return re.findall(r"parcel-\d\d(?=</a>)", response.text)


@pytest.fixture
def vics(shop, vic, signed_in):
    shop()
    return signed_in(vic)


def test_the_page_of_a_promise_shows_figure_interval_budget_windows_and_words(vics):
    text = vics.get(SHOW).text
    assert "76.2\u202f%" in text  # 16 of the 21 that fell due in 14 days
    assert "5 of 21 failed, 6 were allowed." in text
    assert "79\u202f%" in text  # of the budget
    for said in ("Windows", "By country", "How we count this", "History of targets", "first said"):
        assert said in text


@pytest.mark.mission("S4.13")
@pytest.mark.parametrize(
    ("part", "number"), [("judged", 21), ("kept", 16), ("broken", 5), ("pending", 0)]
)
def test_every_number_leads_to_exactly_its_cases(vics, part, number):
    found = keys(vics.get(CASES, {"part": part}))
    assert len(found) == number
    if part == "broken":
        assert found == [f"parcel-{n}" for n in (36, 32, 28, 24, 20)]


def test_a_segments_number_leads_to_its_cases(vics):
    page = vics.get(SHOW).text
    (link,) = re.findall(r'href="([^"]*is=fr[^"]*part=broken)"', page)
    assert len(keys(vics.get(link.replace("&amp;", "&")))) == 5
    assert keys(vics.get(CASES, {"by": "country", "is": "de", "part": "broken"})) == []


def test_cases_are_searched_by_key_and_a_quote_is_only_a_quote(vics):
    assert keys(vics.get(CASES, {"search": "CEL-36"})) == ["parcel-36"]
    assert keys(vics.get(CASES, {"search": "' or 1=1 --"})) == []


@pytest.mark.parametrize("bad", ["?part=x", "?window=9d", "?by=plan", "?part=excluded:x"])
def test_an_address_of_cases_that_are_not_there_is_not_found(vics, bad):
    assert vics.get(CASES + bad).status_code == 404


def test_a_cursor_from_elsewhere_is_told_and_no_error(vics):
    assert vics.get(CASES, {"after": "!!"}).status_code == 200


@pytest.mark.mission("S3.10")
def test_the_past_is_shown_as_it_stood(vics):
    text = vics.get(SHOW, {"at": "2026-03-10T00:00Z"}).text
    assert "As it stood at" in text
    assert "at=2026-03-10T00%3A00Z" in text  # links keep the instant
    assert len(keys(vics.get(CASES, {"at": "2026-03-10T00:00Z"}))) == 31  # due by then


def test_what_was_not_recorded_then_is_not_known_as_of_then(vics):
    with clock.frozen(NOW + DAY):
        late = parcel(36, version=2, resolved_at=NOW - 20 * DAY + 36 * 6 * HOUR + DAY)
        signals.accept(batches=[[late]], door="test", now=NOW + DAY)
        judged(NOW + DAY)
        at = (NOW + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%MZ")
        assert len(keys(vics.get(CASES, {"part": "broken", "at": at}))) == 4
        assert len(keys(vics.get(CASES, {"part": "broken", "at": at, "as_of": at}))) == 5


def test_days_and_cases_leave_as_csv_and_parquet_with_the_figures_of_the_screen(vics, tmp_path):
    response = vics.get(SHOW + "days.csv")
    days = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))
    assert sum(int(day["total"]) for day in days) == 40
    response = vics.get(SHOW + "cases.csv", {"part": "broken"})
    cases = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))
    assert [case["key"] for case in cases] == [f"parcel-{n}" for n in (36, 32, 28, 24, 20)]
    assert cases[0]["segment.country"] == "fr"
    path = tmp_path / "cases.parquet"
    path.write_bytes(b"".join(vics.get(SHOW + "cases.parquet").streaming_content))
    assert len(duckdb.read_parquet(str(path)).project("key").fetchall()) == 21
    assert vics.get(SHOW + "cases.exe").status_code == 404


def test_a_key_that_is_a_formula_leaves_as_text(vics):
    evil = parcel(39, key="=HYPERLINK(1)", late=True)
    signals.accept(batches=[[evil]], door="test", now=NOW)
    judged()
    response = vics.get(SHOW + "cases.csv", {"part": "broken"})
    assert "\r\nshop,'=HYPERLINK(1)," in b"".join(response.streaming_content).decode()


def test_a_case_shows_all_that_was_said_about_it_and_what_the_promise_says(vics):
    late = parcel(36, version=2, outcome="<script>alert(1)</script>"[:60])
    signals.accept(batches=[[late]], door="test", now=NOW)
    judged()
    text = vics.get("/desk/case/", {"source": "shop", "key": "parcel-36"}).text
    assert "version 0" in text
    assert "version 2" in text
    assert "changed: resolved_at, outcome" in text
    assert "<script>alert" not in text
    assert re.search(r'is-kept">kept</span></span><span><a href="/desk/promises/on-time/"', text)
    assert vics.get("/desk/case/", {"source": "shop", "key": "no"}).status_code == 404


def test_a_case_not_yet_due_or_without_a_date_is_not_called_broken(vics):
    happened = NOW - DAY
    opened = [
        parcel(1, key="open", happened_at=happened, due_at=NOW + DAY, resolved_at=None),
        parcel(1, key="undated", happened_at=happened, due_at=None, resolved_at=None),
    ]
    signals.accept(batches=[opened], door="test", now=NOW)
    judged()
    case = "/desk/case/"
    assert "not yet due" in vics.get(case, {"source": "shop", "key": "open"}).text
    assert "no promise: it has no date" in vics.get(case, {"source": "shop", "key": "undated"}).text
    text = vics.get(SHOW).text
    assert "1 not yet due" in text
    assert "1 without a promise" in text


@pytest.mark.mission("S4.13")
def test_a_days_number_leads_to_the_cases_of_that_day(vics):
    page = vics.get(SHOW).text
    links = re.findall(r'href="([^"]*day=[^"]*)">(\d+)</a>', page)
    assert links
    for link, number in links:
        assert len(keys(vics.get(link.replace("&amp;", "&")))) == int(number), link
    for text in ("2026-02-30", "0001-01-01", "9999-12-31"):
        assert vics.get(CASES, {"day": text}).status_code == 404


def test_a_promise_kept_in_files_says_so_and_offers_no_change(shop, ben, signed_in):
    promise = shop()
    promise.managed_by = "files"
    promise.save()
    browser = signed_in(ben)
    text = browser.get(SHOW).text
    assert "This promise is kept in files." in text
    assert "Exclude cases" not in text
    for place in ("edit/", "exclusions/new/", "suspensions/new/", "retirement/"):
        assert browser.post(SHOW + place).status_code == 404


def test_exclusions_restatements_and_targets_are_listed(shop, ben, vic, signed_in):
    shop()
    which = actions.Cases(where="key = 'parcel-36'")
    actions.exclude(slug="on-time", category="storm", reason="The bridge was shut.", cases=which,
                    signed_by=ben, now=NOW)  # fmt: skip
    judged()
    browser = signed_in(vic)
    text = browser.get(SHOW).text
    assert "The bridge was shut." in text
    assert "signed by Ben" in text
    assert "ben@example.org" not in text
    assert keys(browser.get(CASES, {"part": "excluded:storm"})) == ["parcel-36"]


def test_a_promise_just_declared_is_shown_before_it_was_ever_judged(noon, vic, signed_in):
    actions.declare(spec=document(), author="test", reason="first said", now=NOW)
    browser = signed_in(vic)
    for path in ("/desk/", "/desk/promises/", SHOW, CASES, SHOW + "days.csv", "/desk/signals/"):
        assert browser.get(path).status_code == 200, path
    assert "Not judged yet." in browser.get(SHOW).text
