"""The gaps on the desk: expected, promised, delivered and perceived, side by side."""

from datetime import UTC, datetime, time, timedelta

import duckdb
import pytest
from django.test import Client

from tests.looks import findings
from troth.core import clock
from troth.metrics.models import Stream
from troth.signals import actions as signals
from troth.signals.envelope import Signal

pytestmark = pytest.mark.django_db
SCREENS = ("gaps/", "gaps/?days=90&search=deliv", "gaps/delivery/", "touchpoints/delivery/")


@pytest.fixture
def asked(fading):
    """Forty customers said what they expected, and fifty how it was."""
    noon = datetime.combine(clock.now().date() - timedelta(days=3), time(12), UTC)
    told = [("survey.expectation", float(n < 38)) for n in range(40)]
    told += [("survey.csat", 5.0 if n < 30 else 2.0) for n in range(50)]
    made = [
        Signal(source="survey", kind=kind, key=f"{kind}-{n}", value=value, touchpoint="delivery",
               happened_at=noon)
        for n, (kind, value) in enumerate(told)
    ]  # fmt: skip
    signals.accept(batches=[made], door="test", now=clock.now())
    signals.seal(now=clock.now())
    return fading


@pytest.mark.mission("S1.9", "S2.3", "S4.8")
def test_the_four_sides_stand_together_and_the_largest_gap_is_named(asked, signed_in, vic):
    client = signed_in(vic)
    text = client.get("/desk/insight/gaps/").content.decode()
    for said in ("95.0", "90.0", "85.0", "60.0", "Expected against perceived: 35.0"):
        assert said in text
    assert "Delivered on time has the widest gap" in text
    one = client.get("/desk/insight/gaps/delivery/").content.decode()
    assert one.count('<th scope="row">') == 6
    assert "customers expected 95.0" in one
    assert "customers perceived 60.0" in one


def test_what_nobody_asked_is_no_data(fading, signed_in, vic):
    client = signed_in(vic)
    text = client.get("/desk/insight/gaps/delivery/").content.decode()
    assert text.count("no data: nobody was asked") == 2
    assert "Expected against" not in text
    Stream.objects.update(target=None)
    text = client.get("/desk/insight/gaps/delivery/").content.decode()
    assert "One side alone is known" in text
    assert "nothing is promised" in text


def test_gaps_leave_as_files(asked, signed_in, vic, tmp_path):
    client = signed_in(vic)
    file = tmp_path / "gaps.parquet"
    answer = client.get("/desk/insight/gaps/?format=parquet")
    file.write_bytes(b"".join(answer.streaming_content))
    found = duckdb.read_parquet(str(file)).project("what, value, n").fetchall()
    told = {what: (value, n) for what, value, n in found}
    assert (told["delivered"], told["promised"]) == ((952 / 1120, 1120), (0.9, None))
    assert told["expected to perceived"][0] == pytest.approx(-0.35)
    assert len(found) == 4 + 6
    assert client.get("/desk/insight/gaps/delivery/?format=xls").status_code == 404


def test_odd_questions_and_strangers(fading, signed_in, vic):
    client = signed_in(vic)
    for path in ("?days=soon", "?search=nothing", "?at=never", "?page=99"):
        assert client.get(f"/desk/insight/gaps/{path}").status_code == 200
    assert client.get("/desk/insight/gaps/nothing/").status_code == 404
    assert Client().get("/desk/insight/gaps/").status_code == 302


@pytest.mark.mission("S1.12", "S4.24")
def test_a_touchpoint_says_how_likely_the_next_case_goes_wrong(fading, signed_in, vic):
    text = signed_in(vic).get("/desk/insight/touchpoints/delivery/").content.decode()
    assert "The next case goes wrong" in text
    assert "90 % interval" in text


@pytest.mark.mission("S1.12")
def test_a_promise_says_how_likely_the_next_case_is_broken(shop, signed_in, vic):
    shop()
    text = signed_in(vic).get("/desk/promises/on-time/").content.decode()
    assert "Next case broken" in text
    assert "It is no verdict" in text
    assert "/desk/insight/gaps/promise:on-time/" in text


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.mission("S3.12")
def test_the_screens_of_gaps_look_right(opened, asked, ben):
    page = opened(ben)
    for path in SCREENS:
        page.goto(f"/desk/insight/{path}")
        assert (path, findings(page)) == (path, [])
    assert page.breaches == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_empty_gaps_look_right(opened, ben):
    page = opened(ben)
    page.goto("/desk/insight/gaps/")
    assert findings(page) == []
