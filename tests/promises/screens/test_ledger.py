"""The ledger on the desk: found, filtered, exported, answered; and who may not."""

import csv
import html
import io
import json
import re

import pytest

from tests.shop import NOW
from troth.promises import actions, queries
from troth.promises.models import Remedy

LEDGER = "/desk/violations/"
REFUND = "Shipping is refunded within 5 days."


@pytest.fixture
def broken(shop):
    """Return the one violation of a promise that names a remedy."""
    shop(target="90%", windows=["14d"], remedy=REFUND)
    return queries.Ledger()[0]


def said(**more):
    return {"state": "done", "note": "All are refunded.", "internal_note": "", "seen": "0", **more}


def test_before_anything_was_broken_the_ledger_says_so(shop, vic, signed_in):
    shop()
    assert "No promise has been broken." in signed_in(vic).get(LEDGER).text


@pytest.mark.mission("S4.5")
def test_a_violation_is_found_from_today_from_its_promise_and_in_the_ledger(broken, vic, signed_in):
    browser = signed_in(vic)
    here = f'href="/desk/violations/{broken.id}/"'
    today = browser.get("/desk/").text
    assert "Remedies owed" in today
    for page in (today, browser.get("/desk/promises/on-time/").text, browser.get(LEDGER).text):
        assert here in page
    page = browser.get(f"{LEDGER}{broken.id}/").text
    assert REFUND in page
    assert "nobody has recorded anything" in page
    assert "Record it" not in page


@pytest.mark.mission("S4.5")
def test_an_editor_records_a_remedy_and_undoes_it_by_another(broken, ben, signed_in):
    browser, here = signed_in(ben), f"{LEDGER}{broken.id}/"
    sent = browser.post(f"{here}remedies/", said(internal_note="Batch 7"), follow=True)
    assert "Recorded. The page says so within seconds." in sent.text
    assert "Remedies owed" not in browser.get("/desk/").text
    again = said(state="under_way", note="One is missing.", seen="1")
    page = browser.post(f"{here}remedies/", again, follow=True).text
    assert re.findall(r"<b>(under way|done)</b>", page) == ["under way", "under way", "done"]
    assert "For staff: Batch 7" in page
    assert Remedy.objects.count() == 2


@pytest.mark.mission("S4.5")
def test_who_only_reads_or_supports_records_nothing(broken, vic, cleo, dov, signed_in):
    for person, status in ((vic, 403), (cleo, 403), (dov, 302)):
        browser = signed_in(person)
        assert browser.post(f"{LEDGER}{broken.id}/remedies/", said()).status_code == status
        assert browser.get(f"{LEDGER}{broken.id}/remedies/").status_code == 405
    assert Remedy.objects.count() == 0


def test_the_second_of_two_is_shown_the_first_and_keeps_what_was_typed(broken, ben, ada, signed_in):
    where = f"{LEDGER}{broken.id}/remedies/"
    signed_in(ada).post(where, said(note="Ada was quicker."))
    mine = said(state="under_way", note="Mine & long.")
    refused = signed_in(ben).post(where, mine)
    assert refused.status_code == 409
    assert "Somebody recorded a remedy meanwhile." in refused.text
    assert "Ada was quicker." in refused.text
    assert "Mine &amp; long.</textarea>" in refused.text
    assert 'name="seen" value="1"' in refused.text
    assert Remedy.objects.count() == 1
    assert signed_in(ben).post(where, mine | {"seen": "1"}).status_code == 302


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"state": "not_owed", "note": " "}, "Is missing: say publicly why nothing is owed."),
        ({"state": "none_promised"}, "Select a valid choice."),
        ({"note": "x" * 2001}, "at most 2000 characters"),
        ({"seen": "many"}, "This form was made wrong."),
    ],
)
def test_what_cannot_be_recorded_is_said_at_its_field(broken, ben, signed_in, values, problem):
    refused = signed_in(ben).post(f"{LEDGER}{broken.id}/remedies/", said(**values))
    assert refused.status_code == 422
    assert problem in refused.text
    assert Remedy.objects.count() == 0


def test_what_is_not_a_violation_is_not_there(shop, ben, signed_in):
    shop()
    browser = signed_in(ben)
    for number in (1, 2**63 - 1, 2**70):
        assert browser.get(f"{LEDGER}{number}/").status_code == 404
        assert browser.post(f"{LEDGER}{number}/remedies/", said()).status_code == 404


def test_the_ledger_is_filtered_by_remedy_promise_and_days(shop, vic, signed_in):
    for number in range(3):
        remedy = REFUND if number else ""
        shop(f"p-{number}", name=f"P {number}", target="90%", windows=["14d"], remedy=remedy)
    browser = signed_in(vic)
    seen = lambda **asked: re.findall(  # noqa: E731
        r'<a href="/desk/promises/(p-\d)/">P', browser.get(LEDGER, asked).text
    )
    assert sorted(seen()) == ["p-0", "p-1", "p-2"]
    assert seen(state="none_promised") == ["p-0"]
    assert seen(promise="p-1") == ["p-1"]
    assert len(seen(**{"from": "2026-03-20", "to": "2026-03-20"})) == 3
    assert seen(**{"from": "2026-03-21"}) == []
    assert len(seen(to="2026-03-20", zone="Pacific/Auckland")) == 0  # it was the 21st there
    assert len(seen(**{"from": "2026-03-21", "zone": "Pacific/Auckland"})) == 3
    assert "is no time zone" in browser.get(LEDGER, {"from": "2026-03-20", "zone": "x"}).text
    assert seen(to="2026-03-19") == []
    assert "No violation fits." in browser.get(LEDGER, {"to": "2026-03-19"}).text
    assert "is no day; write for example" in browser.get(LEDGER, {"from": "soon"}).text
    assert "outside the years" in browser.get(LEDGER, {"from": "9999-12-31"}).text
    part = browser.get(LEDGER, {"promise": "p-1"}, headers={"HX-Request": "true"}).text
    assert "<html" not in part


def test_a_long_ledger_comes_in_pages(shop, vic, signed_in, django_assert_num_queries):
    for number in range(13):
        shop(f"p-{number}", target="90%")
    browser = signed_in(vic)
    first, second = (browser.get(LEDGER, {"page": n}).text for n in (1, 2))
    numbers = [re.findall(r"/desk/violations/(\d+)/", page) for page in (first, second)]
    assert [len(each) for each in numbers] == [25, 1]
    assert len({*numbers[0], *numbers[1]}) == 26
    with django_assert_num_queries(7):
        browser.get(LEDGER)


@pytest.mark.mission("S4.5")
def test_the_ledger_leaves_as_a_table_in_which_no_note_is_a_formula(broken, ben, vic, signed_in):
    actions.record_remedy(
        violation=broken.id, state="done", note="=HYPERLINK(1)", author=ben, now=NOW
    )
    browser = signed_in(vic)
    body = b"".join(browser.get(f"{LEDGER}ledger.csv").streaming_content).decode()
    (row,) = csv.DictReader(io.StringIO(body))
    assert (row["promise"], row["remedy"], row["note"]) == ("on-time", "done", "'=HYPERLINK(1)")
    assert (row["seconds"], row["recorded_by"], row["promised"]) == ("", "Ben", REFUND)
    assert browser.get(f"{LEDGER}ledger.exe").status_code == 404
    assert b"".join(browser.get(f"{LEDGER}ledger.parquet").streaming_content)[:4] == b"PAR1"


@pytest.mark.shared
def test_whatever_is_written_in_a_note_comes_back_as_text(broken, ben, signed_in, shared):
    path = shared / "messy" / "blns" / "blns.json"
    naughty = [text for text in json.loads(path.read_text(encoding="utf-8")) if text.strip()]
    browser, where = signed_in(ben), f"{LEDGER}{broken.id}/"
    for text in naughty[::9] + [text for text in naughty if "<" in text][:30]:
        sent = browser.post(f"{where}remedies/", said(note=text, seen=str(Remedy.objects.count())))
        assert sent.status_code in {302, 422}, text
        if sent.status_code == 302:
            kept = queries.violation(broken.id).note
            assert html.escape(kept) in browser.get(where).text
            assert browser.get(LEDGER).status_code == 200
            assert browser.get("/desk/promises/on-time/").status_code == 200
