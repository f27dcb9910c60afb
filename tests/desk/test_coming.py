"""What comes next, on the pages of a touchpoint, a metric and a promise: in words and drawn."""

import re
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from tests.desk.conftest import NOON, questions
from tests.looks import findings
from troth.core import clock
from troth.core.windows import Span
from troth.metrics import foreseen, jobs, queries
from troth.metrics.drift.foresight import Foresight, carried
from troth.metrics.models import Stream
from troth.promises.foreseeing import ahead
from troth.promises.rules.results import Day, Verdict
from troth.signals import actions as signals

pytestmark = [pytest.mark.django_db, pytest.mark.mission("S1.4", "S2.43")]
FIRST = date(2026, 3, 2)


def chart_of(stream, **more):
    now = clock.now()
    return queries.chart(stream=stream, span=Span(now - timedelta(days=30), now), **more)


def test_a_touchpoint_tells_the_next_day_and_week_in_words_in_a_table_and_drawn(
    fading, signed_in, vic
):
    row = Stream.objects.get()
    chart = chart_of(row.pk)
    assert [one.days for one in chart.next] == [1, 7]
    day = chart.next[0]
    assert day.starts_on > chart.points[-2].day, "of days that are not over"
    assert 0.7 < day.low < 0.85 < day.high < 1
    text = signed_in(vic).get(f"/desk/insight/touchpoints/{row.key}/").content.decode()
    assert "<b>The next day</b>" in text
    assert f"{day.held} of {day.forecasts}" in text
    assert len(re.findall(r'class="ahead" d="(M[^"]+)"', text)) == 1
    assert "boxes: where the next day" in text


def test_it_is_the_same_however_many_days_are_drawn_and_as_it_was_told_then(fading):
    row = Stream.objects.get()
    now = clock.now()
    short = queries.chart(stream=row.pk, span=Span(now - timedelta(days=5), now))
    assert short.next == chart_of(row.pk).next
    before = chart_of(row.pk, at=now - timedelta(days=10))
    assert before.next[0].starts_on == short.next[0].starts_on - timedelta(days=10)


def test_of_time_and_of_what_is_watched_no_more_nothing_is_foreseen(fading):
    row = Stream.objects.get()
    Stream.objects.update(evidence=60)
    assert chart_of(row.pk).next == ()
    Stream.objects.update(evidence=1, ended_at=clock.now())
    assert chart_of(row.pk).next == ()


def test_a_promise_of_few_days_says_why_nothing_is_foreseen(shop, signed_in, vic):
    shop()
    text = signed_in(vic).get("/desk/promises/on-time/").content.decode()
    assert "Nothing is foreseen of a day or a week: that takes nine periods" in text
    assert 'class="ahead"' not in text


def test_the_wedge_of_a_promise_keeps_the_days_that_stay_in_its_window():
    days = tuple(
        Day(FIRST + timedelta(days=n), 8 if n < 21 else 10, 10, Verdict.KEPT) for n in range(28)
    )
    standing = SimpleNamespace(windows=[SimpleNamespace(window="28d")])
    detail = SimpleNamespace(series=days, standing=standing)
    coming = Foresight(FIRST + timedelta(days=28), 7, 0.9, 0.8, 1.0, 70.0, 10, 9)
    (wedge,) = ahead(detail, [coming])
    kept = sum(day.good for day in days[7:])
    assert (wedge.low, wedge.high) == ((kept + 56) / 280, (kept + 70) / 280)
    assert (wedge.start, wedge.until) == ((kept + 56) / 280, coming.ends_on)
    assert wedge.since == FIRST + timedelta(days=27)
    assert ahead(SimpleNamespace(series=days[:20], standing=standing), [coming]) == []
    assert ahead(detail, []) == []
    assert carried(coming, known=0, cases=0) == (0.8, 1.0)


def test_words_name_what_is_missing():
    day = Foresight(FIRST, 1, 10.4, 7.6, 13.2, 0.0, 0, 0)
    found = foreseen.told([day], reading="count")
    assert (found.each[0].low, found.each[0].high, found.each[0].held) == ("8", "13", "")
    assert found.without == "Nothing is foreseen of a week: that takes nine periods before it."
    assert "cases or more" in foreseen.told([], reading="share").without


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_it_looks_right(opened, ben, fading):
    page = opened(ben)
    page.goto(f"/desk/insight/touchpoints/{Stream.objects.get().key}/")
    assert findings(page) == []
    assert page.locator("path.ahead").count() == 1
    assert page.breaches == []


@pytest.fixture
def longer(counted):
    """Return the same questions with thirty days more before them."""
    older = [
        replace(one, key=f"older-{one.key}", happened_at=one.happened_at - timedelta(days=30))
        for one in questions()
        if one.happened_at <= NOON - timedelta(days=31)
    ]
    signals.accept(batches=[older], door="test", now=NOON)
    signals.seal(now=NOON)
    return counted


def page_of(client, url):
    answer = client.get(f"/desk/insight/metrics/{url}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_metric_that_nothing_watches_is_foreseen_too_and_each_part_of_it(longer, signed_in, vic):
    longer()
    client = signed_in(vic)
    whole = page_of(client, "answered/")
    assert "<b>The next 7 days</b> (20 Mar to 26 Mar): between " in whole
    assert "about 196" in whole
    assert "Nothing is foreseen of a day: that takes" in whole, "28 cases a day are too few"
    assert whole.count('class="ahead"') == 1
    app = page_of(client, "answered/?by=channel&is=app")
    assert "about 140" in app
    assert "about 56" in page_of(client, "answered/?by=channel&is=phone")
    assert "What comes next" not in page_of(client, "answered/?by=channel&is=nobody")


def test_as_of_earlier_a_metric_is_foreseen_from_the_days_before(longer, signed_in, vic):
    longer()
    text = page_of(signed_in(vic), "answered/?at=2026-03-10T12:00Z")
    assert "(10 Mar to 16 Mar)" in text


def test_of_a_number_that_nothing_watches_nothing_is_foreseen(longer, signed_in, vic):
    longer("questions", good=None, by=[])
    text = page_of(signed_in(vic), "questions/")
    assert "Nothing is foreseen of a number that nothing watches" in text


def test_a_metric_that_is_watched_says_the_same_as_its_touchpoint(longer, signed_in, vic):
    longer("watched", labels={"touchpoint": "chat"})
    with clock.frozen(NOON):
        while jobs.evaluate(now=NOON):
            pass
    client = signed_in(vic)
    key = Stream.objects.get().key
    said = re.compile(r"<b>The next 7 days</b>[^<]+")
    there = said.search(client.get(f"/desk/insight/touchpoints/{key}/").content.decode())
    assert said.search(page_of(client, "watched/")).group() == there.group()
