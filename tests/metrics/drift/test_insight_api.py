"""What fades by API: the same as on the desk and in the terminal, in pages, for who may read."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.metrics.drift.conftest import after
from troth.core import clock
from troth.metrics import jobs, queries
from troth.metrics.models import Stream

pytestmark = pytest.mark.django_db
PATHS = ["touchpoints", "touchpoints/x", "touchpoints/x/sides", "fades", "fades/1", "unnoticed",
         "blind-spots"]  # fmt: skip


@pytest.fixture
def ask(client, token):
    """Return a function that asks the API a hundred days after the first."""
    headers = {"Authorization": f"Bearer {token('read')}"}

    def asked(path, *, status=200, at=None, **query):
        with clock.frozen(at or after(100)):
            answer = client.get(f"/api/v1/{path}", query, headers=headers)
        assert answer.status_code == status, answer.content
        return answer.json()

    return asked


@pytest.fixture
def fading(histories, steady):
    """Two streams: one of them fails more often since the sixtieth day."""
    one = histories.stream(
        steady(60) + steady(40, good=940), name="Delivered on time", touchpoint="door",
        step="3 deliver", target=0.96,
    )  # fmt: skip
    histories.stream(steady(100), name="Paid", touchpoint="checkout", step="1 buy")
    jobs.evaluate(now=after(100))
    return one


@pytest.mark.parametrize("path", PATHS)
def test_without_a_key_nothing_is_shown(client, path):
    assert client.get(f"/api/v1/{path}").status_code == 401


@pytest.mark.mission("S1.3", "S2.43")
def test_facts_are_those_that_the_desk_shows(fading, ask):
    found = ask("fades")
    shown = queries.fades(open_only=True, at=after(100))
    assert [one["id"] for one in found["items"]] == [one.pk for one in shown]
    fact = next(one for one in found["items"] if one["kind"] == "fade")
    assert (fact["stream"], fact["name"], fact["rings"]) == (fading.key, "Delivered on time", True)
    assert "worse than usual" in fact["text"]
    assert ask(f"fades/{fact['id']}") == fact
    ask("fades/999999", status=404)


@pytest.mark.usefixtures("fading")
def test_facts_are_sifted_and_looked_back_at(ask):
    assert {one["kind"] for one in ask("fades", kind="fade")["items"]} == {"fade"}
    opened, closed = (ask("fades", state=state)["items"] for state in ("open", "closed"))
    assert all(one["closed_at"] is None for one in opened)
    assert all(one["why_closed"] for one in closed)
    assert ask("fades", state="all")["total"] == len(opened) + len(closed)
    assert ask("fades", stream="nothing", status=404)["error"]
    lately = ask("fades", state="all", since=after(59).isoformat())["items"]
    assert {one["id"] for one in opened} <= {one["id"] for one in lately}
    ask("fades", kind="nonsense", status=422)
    ask("fades", colour="red", status=422)


@pytest.mark.usefixtures("fading")
def test_the_map_comes_in_pages_in_the_order_of_the_journey(ask):
    first = ask("touchpoints", limit=1)
    (paid,) = first["items"]
    (door,) = ask("touchpoints", limit=1, cursor=first["next"])["items"]
    assert (paid["stream"]["step"], door["stream"]["step"]) == ("1 buy", "3 deliver")
    assert door["fading"]
    assert door["short"] == pytest.approx(0.96 - door["delivered"])
    assert door["low"] < door["delivered"] < door["high"]
    assert ask("touchpoints", search="DOOR")["total"] == 1
    assert ask("touchpoints", search="“><script>")["total"] == 0


@pytest.mark.mission("S1.3")
def test_one_touchpoint_day_by_day(fading, ask):
    found = ask(f"touchpoints/{fading.key}", days=60)
    days = [one["day"] for one in found["days"]]
    assert len(days) >= 60
    assert days == sorted(set(days))
    last = next(one for one in found["days"] if one["day"] == after(98).date().isoformat())
    assert last["value"] < last["expected"]
    assert last["z"] > 0
    assert found["phases"][0]["number"] == 1
    assert {one["kind"] for one in found["facts"]} >= {"fade"}
    ask("touchpoints/nothing", status=404)
    ask(f"touchpoints/{fading.key}", days=0, status=422)
    ask(f"touchpoints/{fading.key}", days=100_000, status=422)


def test_its_four_sides(fading, ask):
    found = ask(f"touchpoints/{fading.key}/sides", days=28)
    sides = {one["name"]: one for one in found["sides"]}
    assert set(sides) == {"expected", "promised", "delivered", "perceived"}
    assert (sides["promised"]["value"], sides["promised"]["n"]) == (0.96, None)
    assert sides["delivered"]["n"] == 28_000
    assert sides["perceived"]["value"] is None
    gap = next(one for one in found["gaps"] if one["second"] == "delivered")
    assert gap["is_sure"]
    assert gap["is_worse"]


def test_few_cases_have_no_rate(histories, ask):
    histories.stream([(1, 1)] * 20, name="Seldom")
    (one,) = ask("touchpoints", at=after(20))["items"]
    assert one["cases"] == 20
    assert (one["delivered"], one["low"], one["bad_day"], one["short"]) == (None,) * 4


@pytest.mark.usefixtures("fading")
def test_what_nobody_noticed_of_a_week(ask):
    week = after(99).date() - timedelta(days=1)
    shown = queries.losses(week=week)
    found = ask("unnoticed", week=week)
    assert [one["stream"]["key"] for one in found["items"]] == [one.stream.key for one in shown]
    assert {one["stream"]["name"]: one["noticed"] for one in found["items"]} == {
        one.stream.name: one.noticed for one in shown
    }
    ask("unnoticed", week="never", status=422)


def test_blind_spots(histories, ask):
    stream = histories.stream([], name="Nothing yet", touchpoint="hotline")
    Stream.objects.filter(pk=stream.pk).update(created_at=datetime(2026, 1, 1, tzinfo=UTC))
    (one,) = ask("blind-spots")
    assert (one["touchpoint"], one["streams"], one["last"]) == ("hotline", ["Nothing yet"], None)
    assert one["why"]
