"""What happened beside a touchpoint stands on its chart: incidents and releases, by the day."""

from datetime import date, timedelta

import pytest

from tests.incidents.scene import opened
from troth.core import clock
from troth.signals import actions as signals
from troth.signals.envelope import Signal
from troth.ui import charts

pytestmark = pytest.mark.django_db
PAGE = "/desk/insight/touchpoints/delivery/"


def release(key, **more):
    return Signal(source="ci", kind="release", key=key, **more)


@pytest.mark.mission("S1.16")
def test_incidents_and_releases_stand_on_the_chart(fading, signed_in, vic):
    now = clock.now()
    ten, twenty = now - timedelta(days=10), now - timedelta(days=20)
    batch = [
        release("r1", happened_at=ten, evidence="version 2.4", touchpoint="delivery"),
        release("r2", happened_at=ten, evidence="<b>of all</b>"),
        release("r3", happened_at=twenty, evidence="of another place", touchpoint="returns"),
    ]
    signals.accept(batches=[batch], door="test", now=now)
    signals.seal(now=now)
    opened(name="Parcels are late", started_at=twenty, now=now)
    client = signed_in(vic)
    text = client.get(PAGE).content.decode()
    assert "release: version 2.4" in text
    assert "release: &lt;b&gt;of all&lt;/b&gt;" in text
    assert "of another place" not in text
    assert "incident: Parcels are late</a>" in text
    assert "Parcels are late" not in client.get(f"{PAGE}?at={fifteen_days_ago()}").content.decode()


def fifteen_days_ago():
    return f"{clock.now() - timedelta(days=15):%Y-%m-%dT%H:%MZ}"


def test_events_of_one_day_share_a_mark():
    days = [date(2026, 3, 1) + timedelta(days=n) for n in range(5)]
    happened = [charts.Event(days[at], f"event {n}") for n, at in enumerate((1, 2, 2, 3, 3, 3))]
    drawn = charts.line([charts.Point(day, 0.5) for day in days], label="x", events=happened)
    marks = [part.split("</text>")[0].split(">")[-1] for part in drawn.split('class="mark"')[1:]]
    assert marks == ["1", "2, 3", "4-6"]


def test_numbers_of_neighbouring_days_that_would_touch_share_a_mark():
    days = [date(2026, 3, 1) + timedelta(days=n) for n in range(181)]
    happened = [charts.Event(days[at], f"event {at}") for at in (30, 31, 36, 60, 61, 120)]
    drawn = charts.line([charts.Point(day, 0.5) for day in days], label="x", events=happened)
    marks = [part.split("</text>")[0].split(">")[-1] for part in drawn.split('class="mark"')[1:]]
    assert marks == ["1-3", "4, 5", "6"]
    assert drawn.count("V1000") == len(happened), "each has a line of its own"


def test_many_events_are_folded_and_few_are_not():
    days = [date(2026, 3, 1) + timedelta(days=n) for n in range(30)]
    points = [charts.Point(day, 0.5) for day in days]
    few, many = (
        charts.line(points, label="x", events=[charts.Event(day, "e") for day in days[:number]])
        for number in (12, 13)
    )
    assert "What happened" not in few
    assert "<summary>What happened (13)</summary>" in many
    assert many.count("<li>") == 13
