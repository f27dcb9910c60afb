"""The sentence, uptime figures, badges, feeds and linked data of components and incidents."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from xml.etree import ElementTree as ET

import feedparser
import pytest
from django.utils import translation

from tests.page.situations import (
    WEIGHTS,
    board,
    component,
    crowd,
    maintenance,
    problem,
    situation,
    strip,
    town,
    uid,
)
from tests.page.support import NOON, published
from troth.components.rules.results import Status
from troth.incidents.rules.results import State
from troth.page.sentence import Spoken
from troth.page.situation import Situation, print_of
from troth.page.status.badges import badge
from troth.page.status.bars import bars
from troth.page.status.saying import joined
from troth.page.status.uptime import by_month, uptime
from troth.promises.rules.results import Verdict

KEPT = [Spoken(Verdict.KEPT, "event", "Answers")]


def drawing(body):
    return ET.fromstring(body)  # noqa: S314 - made by us


def only(*components, incidents=()):
    return Situation(board=replace(board(), groups=(), components=components), recent=incidents)


@pytest.mark.parametrize(
    ("now", "headline"),
    [
        (only(component("a")), "Everything works as promised."),
        (only(component("a", Status.NO_DATA)), "What we can measure is as we promised."),
        (only(component("web", Status.MAJOR)), "Web: down."),
        (only(component("a"), incidents=(problem(),)), "Card payments fail for some customers."),
        (
            only(*(component(f"c{n}", Status.PARTIAL) for n in range(4)), component("ok")),
            "4 of our 5 services do not work as they should.",
        ),
        (
            only(component("a"), incidents=(maintenance("A move", State.IN_PROGRESS),)),
            "Planned work goes on: “A move”.",
        ),
        (Situation(recent=tuple(crowd(20, 3).recent)), "We are working on 3 problems."),
    ],
)
def test_the_sentence_says_what_hurts_first(now, headline):
    with translation.override("en"):
        assert joined(KEPT, now).headline == headline


def test_what_nobody_sees_is_never_said_to_work():
    with translation.override("en"):
        said = joined([], only(component("a"), component("b", Status.NO_DATA)))
    assert said.headline == "What we can see works."
    assert said.more == "About 1 service we have no data now."


def test_below_a_problem_the_promises_still_speak():
    with translation.override("en"):
        assert joined(KEPT, situation(NOON, problem(), board=None)).more == (
            "So far each promise is kept."
        )


def test_uptime_is_exact_raw_and_adjusted():
    bad = ((0, Status.PARTIAL, 8640), (1, Status.MAINTENANCE, 8640), (2, Status.NO_DATA, 86400))
    days = strip(*bad, count=10)
    found = uptime(days, WEIGHTS)
    known = 9 * 86400
    assert (found.known, found.unknown) == (known, 86400)
    assert found.adjusted == 1 - Fraction(3, 10) * 8640 / known
    assert found.raw == 1 - (Fraction(3, 10) * 8640 + 8640) / known


def test_without_any_data_there_is_no_uptime():
    days = strip(*((n, Status.NO_DATA, 86400) for n in range(5)), count=5)
    assert (uptime(days, WEIGHTS).adjusted, uptime(days, WEIGHTS).raw) == (None, None)


def test_months_hold_their_own_days():
    found = by_month(strip(count=60))
    assert [(f"{month:%Y-%m}", len(days)) for month, days in found] == [
        ("2026-09", 8), ("2026-10", 31), ("2026-11", 21),
    ]  # fmt: skip


def test_each_status_has_a_line_of_its_own_in_the_bars():
    with translation.override("en"):
        drawn = bars(strip((0, Status.MAJOR, 60), (5, Status.NO_DATA, 86400)))
    assert 'aria-label="90 days: 1 down, 1 no data, 88 works"' in drawn
    assert re.findall(r'class="(\w+)" d="([^"]+)"', drawn) == [
        ("down", "M534 12h4"),
        ("none", "M504 18h4"),
        ("up", "M0 10h502M510 10h22"),
    ]


@pytest.mark.mission("S3.13")
def test_a_badge_is_a_picture_with_its_words():
    made = badge("Shop & Co", "down", "#a8322a")
    root = drawing(made)
    assert root.get("aria-label") == "Shop & Co: down"
    assert "◆ down" in "".join(root.itertext())


def test_the_badges_are_there_for_page_component_and_promise(tmp_path):
    root = published(tmp_path, town())
    for name in ("status.svg", "components/web/uptime.svg", "promises/branches/verdict.svg"):
        drawing((root / name).read_bytes())
    assert b"kept" in (root / "promises/branches/verdict.svg").read_bytes()
    assert "gehalten" in (root / "de/promises/branches/verdict.svg").read_text()


def test_feeds_of_page_and_component_are_read_by_others(tmp_path):
    root = published(tmp_path, town())
    whole = feedparser.parse((root / "history.atom").read_bytes())
    assert not whole.bozo
    assert [entry.title for entry in whole.entries] == [
        "Maintenance: A new database",
        "Card payments fail for some customers",
        "Web pages were slow",
    ]
    own = feedparser.parse((root / "components/payments/history.rss").read_bytes())
    assert [entry.title for entry in own.entries] == ["Card payments fail for some customers"]
    assert own.entries[0].id == whole.entries[1].id
    german = feedparser.parse((root / "de/history.rss").read_bytes())
    assert "Ursache gefunden" in german.entries[1].summary


def test_linked_data_cannot_end_its_element(tmp_path):
    evil = replace(problem(), name="</script><b>x</b>")
    root = published(tmp_path, town(situation(NOON, evil)))
    text = (root / f"incidents/{evil.uid}/index.html").read_text()
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text)
    assert json.loads(found)["name"] == "</script><b>x</b>"
    assert "<b>x</b>" not in text


@pytest.mark.mission("S2.15", "S3.10")
def test_an_incidents_page_has_its_four_parts_its_edits_and_the_budget(tmp_path):
    root = published(tmp_path, town())
    text = (root / f"incidents/{uid('Web pages were slow')}/index.html").read_text()
    order = [
        text.index(word) for word in ("We are sorry", "What caused it", "What we did", "stays")
    ]
    assert order == sorted(order)
    assert "1\u202fh" in text
    now = (root / f"incidents/{uid('Card payments fail')}/index.html").read_text()
    assert "Edited once: what it said before" in now
    assert "It arrives in June." in now


def test_time_that_goes_on_makes_no_new_page_of_a_component():
    one = component("web", bad=((0, Status.PARTIAL, 700),))
    today = one.strip[-1]
    longer = replace(today, seconds=((Status.PARTIAL, 1100), (Status.OPERATIONAL, 90_000)))
    worse = replace(today, seconds=((Status.PARTIAL, 1300), (Status.OPERATIONAL, 90_000)))
    again = replace(one, strip=(*one.strip[:-1], longer), share=Fraction(9, 10))
    assert print_of(again) == print_of(one)
    assert print_of(replace(one, strip=(*one.strip[:-1], worse))) != print_of(one)
    assert print_of(replace(one, since=NOON - timedelta(days=1))) != print_of(one)
