"""What the score believes of each promise and segment: on the desk, as a file and by the API."""

import csv
import io
import re

import pytest

from tests.looks import findings
from tests.shop import DAY, NOW, judged, parcel
from troth.promises import actions
from troth.signals import actions as signals

pytestmark = pytest.mark.django_db
ALL = "/desk/insight/score/promises/"
ONE = f"{ALL}on-time/"


@pytest.fixture
def busy(shop):
    """Let two hundred more parcels come, to Germany half of them late."""
    promise = shop(pillar="quality")
    batch = [
        parcel(n, late=n % 4 == 1, happened_at=NOW - 9 * DAY, due_at=NOW - 8 * DAY,
               resolved_at=NOW - (7 if n % 4 == 1 else 9) * DAY)
        for n in range(50, 250)
    ]  # fmt: skip
    signals.accept(batches=[batch], door="test", now=NOW)
    judged()
    return promise


@pytest.mark.mission("S4.1", "S4.13", "S0.1")
@pytest.mark.usefixtures("busy")
def test_the_score_leads_to_each_promise_and_that_to_its_segments(signed_in, vic):
    client = signed_in(vic)
    assert f'href="{ALL}?scope=all&amp;' in client.get("/desk/insight/score/?scope=all").text
    listed = client.get(ALL, {"scope": "all"}).text
    assert f'href="{ONE}"' in listed
    text = client.get(ONE).text
    assert "On time by country" in text
    assert "de costs most" in text
    assert text.index(">de</a>") < text.index(">fr</a>")
    assert "/desk/promises/on-time/cases/?by=country&amp;is=de" in text


@pytest.mark.usefixtures("busy")
def test_a_link_of_a_segment_opens_its_cases(signed_in, vic):
    text = signed_in(vic).get("/desk/promises/on-time/cases/?by=country&is=de").text
    found = {int(number) for number in re.findall(r"parcel-(\d+)", text)}
    assert len(found) == 50, "a page of them"
    assert all(number % 2 for number in found), "every second parcel goes to Germany"


@pytest.mark.usefixtures("busy")
def test_the_file_the_screen_and_the_api_say_the_same(signed_in, vic, client, token):
    answer = signed_in(vic).get(ONE, {"format": "csv"})
    text = b"".join(answer.streaming_content).decode()
    sheet = list(csv.DictReader(io.StringIO(text)))
    bearer = {"Authorization": f"Bearer {token('read')}"}
    (strand,) = client.get("/api/v1/score/promises/on-time", headers=bearer).json()
    told = {one["segment"]: one for one in strand["segments"]}
    assert [row["segment"] for row in sheet] == list(told) == ["de", "fr"]
    for row in sheet:
        assert float(row["share"]) == pytest.approx(told[row["segment"]]["share"])
        assert float(row["points"]) == pytest.approx(told[row["segment"]]["points"])
    assert strand["attribute"] == "country"
    assert told["de"]["broken"] + told["fr"]["broken"] < 10 + 50, "older ones count less"


def test_a_promise_without_segments_says_how_to_have_some(shop, signed_in, vic):
    shop(segments=[])
    text = signed_in(vic).get(ONE).text
    assert "It declares no segments" in text


def test_before_the_first_case_and_for_no_promise_it_is_said(shop, signed_in, vic):
    shop(signals={"kind": "refund"})
    client = signed_in(vic)
    assert "Nothing of it has been judged yet." in client.get(ONE).text
    assert client.get(f"{ALL}nothing/").status_code == 404
    assert "Nothing has been judged yet." in client.get(ALL, {"scope": "all"}).text


@pytest.mark.usefixtures("busy")
def test_the_list_is_searched_and_looks_back(signed_in, vic):
    client = signed_in(vic)
    assert "On time" in client.get(ALL, {"scope": "all", "search": "TIME"}).text
    lost = client.get(ALL, {"scope": "all", "search": "“><script>", "page": "x"})
    assert "No promise of that name" in lost.text
    assert "<script>" not in lost.text.partition("<main")[2]
    early = {"at": (NOW - 30 * DAY).isoformat(), "scope": "all"}
    assert "Nothing has been judged yet." in client.get(ALL, early).text


@pytest.mark.usefixtures("busy")
def test_a_retired_promise_fades_and_can_still_be_looked_at(signed_in, vic):
    actions.retire(slug="on-time", author="test", reason="sold", now=NOW)
    client = signed_in(vic)
    assert "retired, fades" in client.get(ALL, {"scope": "all"}).text
    assert client.get(ONE).status_code == 200


def test_a_stranger_sees_none_of_it(shop, client):
    shop()
    assert client.get(ALL).status_code == 302
    assert client.get(ONE).status_code == 302
    assert client.get("/api/v1/score/promises/on-time").status_code == 401


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.mission("S3.12")
@pytest.mark.usefixtures("busy")
def test_the_screens_look_right(opened, ben):
    page = opened(ben)
    for path in (f"{ALL}?scope=all", ONE):
        page.goto(path)
        assert (path, findings(page)) == (path, [])
    assert page.breaches == []
