"""What nobody noticed, on the desk and in the weekly audit: what an alarm told stands apart."""

import json
import re
from datetime import timedelta

import pytest

from tests.looks import findings
from tests.metrics.drift.conftest import FIRST, Histories, after
from troth.core import clock
from troth.desk.reporting import periods, weekly, weekly_words
from troth.desk.views import insight
from troth.metrics import jobs, queries
from troth.metrics.models import Fade

WEEK = FIRST + timedelta(days=59)
ADDRESS = f"/desk/insight/unnoticed/?week={WEEK}"


@pytest.fixture
def trifles(db):
    """Three streams short of their promise; of the worst one an alarm told."""
    histories = Histories()
    wave = (0, 5, -3, 8, -6, 2, -4)
    found = [
        histories.stream([(good + wave[n % 7], 1000) for n in range(60)], target=0.97, name=name)
        for name, good in (("Worst", 900), ("Least", 955), ("Middling", 940))
    ]
    jobs.evaluate(now=after(60))
    Fade.objects.all().delete()
    Fade.objects.create(stream=found[0], kind="fade", opened_on=WEEK, opened_at=after(60),
                        size=7.0, recorded_at=after(60))  # fmt: skip
    with clock.frozen(after(60)):
        yield found


def shown(client, more=""):
    text = client.get(ADDRESS + more).content.decode()
    return text, re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', text)


@pytest.mark.mission("S1.18")
@pytest.mark.usefixtures("trifles")
def test_what_nobody_was_told_of_leads_and_what_an_alarm_told_stands_apart(signed_in, vic):
    text, names = shown(signed_in(vic))
    assert names == ["Middling", "Least", "Worst"]
    silent, told = text.split('id="silent"')[1].split('id="told"')
    assert "Nobody was told of these (2)" in silent
    assert "Of 1 more an alarm told" in silent
    assert "Worst" not in silent
    assert "An alarm told of these (1)" in told


@pytest.mark.usefixtures("trifles")
def test_pages_go_on_from_the_one_to_the_other(signed_in, vic, monkeypatch):
    monkeypatch.setattr(insight, "_AT_ONCE", 1)
    client = signed_in(vic)
    pages = [shown(client, f"&page={number}") for number in (1, 2, 3)]
    assert [names for _, names in pages] == [["Middling"], ["Least"], ["Worst"]]
    assert ['id="told"' in text for text, _ in pages] == [False, False, True]


def test_where_an_alarm_told_of_all_it_is_said(trifles, signed_in, vic):
    for one in trifles[1:]:
        Fade.objects.create(stream=one, kind="fade", opened_on=WEEK, opened_at=after(60),
                            size=7.0, recorded_at=after(60))  # fmt: skip
    text, names = shown(signed_in(vic))
    assert "Nothing of the kind that nobody was told of" in text
    assert names == ["Worst", "Middling", "Least"]


def trifle(name, loss, *, told=False):
    return {"name": name, "stream": name, "cases": loss, "volume": 1000, "gap": 0.1,
            "reading": "share", "days": 7, "loss": loss, "told": told}  # fmt: skip


def pillar(key, *trifles):
    return {"key": key, "name": key.capitalize(), "points": None, "enough": False, "low": None,
            "high": None, "change": None, "promises": [], "cracks": [], "blind_spots": [],
            "wins": [], "trifles": list(trifles)}  # fmt: skip


@pytest.mark.mission("S1.18", "S2.64")
def test_the_audit_ranks_all_trifles_before_it_splits_them_by_pillar():
    score = {"value": None, "low": None, "high": None, "change": None}
    pillars = [
        pillar("quality", trifle("Late", 40.0), trifle("Lost", 90.0, told=True)),
        pillar("team", trifle("Unanswered", 70.0), trifle("Rude", 5.0)),
    ]
    whole, quality, team = weekly_words.sections({"score": score, "pillars": pillars})
    assert [one.heading for one in whole.tables] == [
        "What nobody was told of, by what it adds up to", "Trifles of which an alarm told"
    ]  # fmt: skip
    silent, told = ([(row[0].text, row[0].quiet) for row in one.rows] for one in whole.tables)
    assert silent == [("Unanswered", "Team"), ("Late", "Quality"), ("Rude", "Team")]
    assert told == [("Lost", "Quality")]
    assert [row[0].text for row in team.tables[0].rows] == ["Unanswered", "Rude"]
    assert quality.tables[0].heading == "Trifles that came back"


@pytest.mark.mission("S1.18", "S2.64")
def test_the_weekly_audit_tells_the_trifles_of_its_week_in_the_order_of_the_screen(trifles):
    week = periods.holding(WEEK - timedelta(days=7), kind="weekly", zone="UTC")
    Fade.objects.all().update(opened_on=week.last, opened_at=week.span.end)
    (draft,) = weekly.compose(week)
    figures = json.loads(json.dumps(draft.figures, default=str))
    tables = weekly_words.sections(figures)[0].tables
    names = {one.heading: [row[0].text for row in one.rows] for one in tables}
    assert names["What nobody was told of, by what it adds up to"] == ["Middling", "Least"]
    assert names["Trifles of which an alarm told"] == ["Worst"]
    losses = queries.losses(week=week.last)
    assert [one.stream.name for one in losses] == ["Middling", "Least", "Worst"]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.mission("S3.12")
def test_the_screen_looks_right(opened, fading, ben):
    page = opened(ben)
    page.goto("/desk/insight/unnoticed/")
    assert page.locator("#told").count() + page.locator("#silent").count() >= 1
    assert findings(page) == []
    assert page.breaches == []
