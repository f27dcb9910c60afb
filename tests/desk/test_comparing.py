"""Two times of a promise compared, and where its friction is."""

from datetime import timedelta
from fractions import Fraction

import pytest

from tests.looks import findings
from tests.shop import NOW
from troth.core import clock
from troth.plan.models import Effort
from troth.plan.rules.friction import ranked

pytestmark = pytest.mark.django_db
COMPARE = "/desk/insight/compare/on-time/"
DATES = "?from=2026-03-01&until=2026-03-08&against_from=2026-03-09&against_until=2026-03-20"


@pytest.mark.mission("S1.16")
def test_the_order_is_loss_times_volume_by_effort():
    counts = [("few", "a", 0, 10), ("many", "b", 700, 1000), ("fine", "c", 99, 100)]
    found = ranked(counts, target=Fraction("0.9"), efforts={"b": 40})
    assert [(one.name, one.missed, one.rank) for one in found] == [
        ("few", 9.0, 9.0),
        ("many", 200.0, 5.0),
    ]
    first = ranked(counts, target=Fraction("0.9"), efforts={})[0]
    assert first.name == "many"
    assert ranked([], target=Fraction(1), efforts={}) == []


@pytest.mark.mission("S4.13")
def test_two_times_are_told_apart_by_rate_and_mix(shop, signed_in, vic):
    shop()
    with clock.frozen(NOW):
        text = signed_in(vic).get(COMPARE + DATES).content.decode()
    assert "because cases went otherwise than before" in text
    assert ">de<" in text


def test_odd_questions_are_answered(shop, signed_in, vic):
    shop()
    client = signed_in(vic)
    with clock.frozen(NOW):
        for query in ("", "?from=never", "?by=nothing", "?from=2026-03-20&until=2026-03-01",
                      "?from=0001-01-01&until=9999-12-31"):  # fmt: skip
            assert client.get(COMPARE + query).status_code == 200
        assert client.get("/desk/insight/compare/nothing/").status_code == 404
        for query in ("", "?promise=nothing", "?by=nothing"):
            assert client.get("/desk/insight/friction/" + query).status_code == 200


@pytest.mark.mission("S1.16")
def test_friction_is_ranked_by_the_effort_that_somebody_guessed(shop, signed_in, ben, vic):
    shop(target="100%")
    key = "on-time?country=de"
    client = signed_in(ben)
    with clock.frozen(NOW):
        assert "Begin with" in client.get("/desk/insight/friction/").content.decode()
        url = "/desk/insight/friction/effort/"
        assert signed_in(vic).post(url, {"key": key, "days": "3"}).status_code == 403
        for wrong in ("", "0", "-1", "nan", "inf", "1e9", "three"):
            client.post(url, {"key": key, "days": wrong})
        assert not Effort.objects.exists()
        client.post(url, {"key": key, "days": "2,5"})
        assert Effort.objects.get().days == 2.5
        assert client.post(url, {"key": "nothing?a=b", "days": "1"}).status_code == 404


@pytest.mark.mission("S1.16")
def test_where_no_case_came_friction_says_so_and_praises_nothing(shop, signed_in, vic):
    shop(target="40%")
    client, url = signed_in(vic), "/desk/insight/friction/?promise=on-time"
    with clock.frozen(NOW):
        assert "Nothing is short of its promise" in client.get(url).content.decode()
    with clock.frozen(NOW + timedelta(days=200)):
        text = client.get(url).content.decode()
    assert "No case came in this window" in text
    assert "From 23 Sep 2026 to 6 Oct 2026" in text
    assert "Nothing is short" not in text


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.mission("S3.12")
def test_both_screens_look_right(opened, open_shop, ben):
    open_shop(target="100%")
    page = opened(ben)
    for path in (COMPARE, COMPARE + DATES, "/desk/insight/friction/"):
        page.goto(path)
        assert (path, findings(page)) == (path, [])
    page.fill("[name=days]", "4")
    page.click("button:has-text('Keep')")
    page.wait_for_selector("[name=days][value='4']")
    assert page.breaches == []
