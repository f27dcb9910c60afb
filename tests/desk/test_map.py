"""The map: what is promised down, the steps of the journey across."""

import re
from datetime import UTC, datetime, time, timedelta
from html import unescape

import pytest
from django.utils.html import escape

from tests.looks import findings
from troth.core import clock
from troth.core.windows import DAY
from troth.metrics import actions as metrics
from troth.metrics import jobs
from troth.metrics.drift.enrolment import Enrolment
from troth.metrics.models import Fade, Stream
from troth.metrics.queries.mapped import cells
from troth.metrics.queries.matrixed import Row, Seen, outlook, rows_of, sheets, steps_of
from troth.metrics.rules import Measure
from troth.signals import actions as signals
from troth.signals.envelope import Signal

MAP = "/desk/insight/"
pytestmark = pytest.mark.django_db


def seen(number, step, *, name="On time", missed=0.0):
    return Seen(number, f"s{number}", name, f"place {number}", step, missed, missed, False)


def came(kind, *, cases, bad, days=30, back=1):
    """Let so many cases come on each day, so many of them late."""
    made = []
    for day in range(back, back + days):
        noon = datetime.combine(clock.now().date() - timedelta(days=day), time(12), UTC)
        made += [
            Signal(source="shop", kind=kind, key=f"{kind}-{day}-{number}", happened_at=noon,
                   outcome="late" if number < bad else "kept")
            for number in range(cases)
        ]  # fmt: skip
    signals.accept(batches=[made], door="test", now=clock.now())
    signals.seal(now=clock.now())


def watch(kind, step, *, name="", target=0.9, weight=1.0):
    """Watch a kind of signals as the touchpoint of its name."""
    now = clock.now()
    measure = Measure(kinds=(kind,), good="outcome = 'kept'")
    terms = Enrolment(name=name or f"{kind} on time", touchpoint=kind, step=step, target=target,
                      weight=weight)  # fmt: skip
    metrics.watch(key=kind, series=metrics.follow(measure=measure, zone="UTC", grain=DAY).pk,
                  enrolment=terms, now=now - timedelta(days=60))  # fmt: skip
    while jobs.tally(now=clock.now()):
        pass


@pytest.fixture
def journey(db):
    """Return a journey of three steps: what fails most, what is fine, and what hardly happens."""
    came("pay", cases=10, bad=3)
    came("parcel", cases=10, bad=0)
    came("return", cases=1, bad=1, days=5)
    watch("pay", "2 pay", name="As we said")
    watch("parcel", "10 receive", name="As we said")
    watch("return", "", name="Money back")
    watch("phone", "2 pay", name="Answered")


def asked(client, query=""):
    return client.get(MAP + query).content.decode()


def test_one_name_is_one_row_across_the_steps_and_no_step_comes_last():
    ones = [seen(1, "2 pay"), seen(2, "10 receive"), seen(3, "", name="Other")]
    rows = rows_of(ones)
    assert [(row.name, len(row.seen)) for row in rows] == [("On time", 2), ("Other", 1)]
    (sheet,) = sheets(rows)
    assert sheet.steps == ("2 pay", "10 receive", "")
    assert [[len(place) for place in places] for _, places in sheet.rows] == [[1, 1, 0], [0, 0, 1]]


def test_more_steps_than_fit_beside_each_other_make_another_table():
    rows = [Row(f"r{number}", (seen(number, f"{number} step"),)) for number in range(9)]
    assert [len(sheet.steps) for sheet in sheets(rows)] == [6, 3]
    assert sheets([]) == []


def test_the_worst_step_is_that_which_lost_most_all_its_streams_together():
    ones = [seen(1, "2 pay", missed=5), seen(2, "1 buy", missed=3), seen(3, "1 buy", missed=4)]
    found = {one.name: one for one in steps_of(ones, fading=[3])}
    assert list(found) == ["1 buy", "2 pay"]
    assert (found["1 buy"].missed, found["1 buy"].fading, found["1 buy"].worst.pk) == (7, 1, 3)


@pytest.mark.mission("S1.3", "S1.17", "S1.12")
def test_steps_stand_across_promises_down_and_the_worst_step_is_named(journey, signed_in, vic):
    text = asked(signed_in(vic))
    head = text.split('class="stack matrix"')[1].split("</thead>")[0]
    assert [head.index(word) for word in ("2 pay", "10 receive", "No step")] == sorted(
        head.index(word) for word in ("2 pay", "10 receive", "No step")
    )
    lead = text.split('class="lead"')[1].split("</p>")[0]
    assert "The worst step is" in lead
    assert "2 pay</a>: 56 cases beyond what its promises allow" in lead
    assert 'touchpoints/pay/">As we said</a> (56)' in lead
    assert text.count('<th scope="row">As we said</th>') == 1  # one row, two cells
    assert "20.0\u202fpp short" in text or "20.0 pp short" in text
    assert "a bad day is" in text


@pytest.mark.parametrize("has_glances", [False, True])
def test_a_step_of_which_nothing_is_known_is_not_praised(db, signed_in, vic, has_glances):
    came("parcel", cases=10, bad=0)
    watch("parcel", "1 receive")
    watch("phone", "2 ask")
    watch("parcel-2", "3 wait", target=None)
    while has_glances and jobs.glance(now=clock.now()):
        pass
    sums = asked(signed_in(vic)).split('class="sums"')[1].split("</tr>")[0]
    told = dict(re.findall(r'data-label="([^"]+)">(.*?)</td>', sums))
    assert "none beyond what is allowed" in told["1 receive"]
    for step in ("2 ask", "3 wait"):
        assert "nothing to judge" in told[step]
        assert "1 silent" in told[step]


@pytest.mark.mission("S1.10")
def test_what_says_nothing_is_a_cell_and_a_blind_spot(journey, signed_in, vic):
    text = asked(signed_in(vic))
    assert "no case in 28 days" in text
    blind = text.split('id="blind"')[1]
    assert "phone" in blind
    assert "no signal ever came" in blind
    assert "parcel" not in blind


def test_of_few_cases_no_rate_is_told_on_the_map_or_in_its_file(journey, signed_in, vic):
    cell = next(one for one in cells() if one.stream.key == "return")
    assert (cell.gap.n, cell.short, cell.unsure) == (5, None, None)
    client = signed_in(vic)
    assert "5 cases: too few for a rate" in asked(client)
    lines = b"".join(client.get(MAP + "?format=csv&search=money").streaming_content).decode()
    head, row = (line.split(",") for line in lines.splitlines())
    found = dict(zip(head, row, strict=True))
    told = {name: found[name] for name in ("delivered", "low", "gap", "typical_day", "cases")}
    assert told == {"delivered": "", "low": "", "gap": "", "typical_day": "", "cases": "5"}


@pytest.mark.parametrize(
    ("query", "there", "gone"),
    [
        ("?step=2+pay", "Answered", "Money back"),
        ("?step=-", "Money back", "Answered"),
        ("?only=silent", "Answered", "Money back"),
        ("?only=short", "Money back", "Answered"),
        ("?search=MONEY", "Money back", "Answered"),
        ("?only=nonsense&step=", "Money back", "<h2>No touchpoint"),
        ("?step=nowhere", "No touchpoint is like this", "Money back</a>"),
    ],
)
def test_the_map_is_chosen_from_by_what_its_address_says(
    journey, signed_in, vic, query, there, gone
):
    text = asked(signed_in(vic), query).split('id="map"')[1].split('id="blind"')[0]
    assert there in text
    assert gone not in text


def test_what_a_case_costs_decides_which_step_is_worst(journey):
    watch("return", "3 return", name="Money back", weight=100.0)
    jobs.glance(now=clock.now())
    assert max(steps_of(outlook()), key=lambda one: one.loss).name == "3 return"
    assert max(steps_of(outlook()), key=lambda one: one.missed).name == "2 pay"


def test_the_map_looks_back(journey, signed_in, vic):
    then = (clock.now() - timedelta(days=40)).strftime("%Y-%m-%dT%H:%MZ")
    text = asked(signed_in(vic), f"?at={then}")
    assert "As it stood at" in text
    assert "no case in 28 days" in text
    assert "pp short" not in text


def test_what_is_told_to_be_silent_is_among_the_silent_though_it_spoke_lately(
    journey, signed_in, vic
):
    stream = Stream.objects.get(key="parcel")
    now = clock.now()
    Fade.objects.create(stream=stream, kind="no_data", opened_on=now.date(), opened_at=now,
                        size=0.0, recorded_at=now)  # fmt: skip
    text = asked(signed_in(vic), "?only=silent").split('id="map"')[1]
    assert "/touchpoints/parcel/" in text
    assert "/touchpoints/pay/" not in text


def test_names_and_steps_are_shown_as_they_are_written(signed_in, vic):
    step, name = "1 <b>&\"'é…?step=x", "<script>alert(1)</script>"
    came("odd", cases=10, bad=5)
    watch("odd", step, name=name)
    client = signed_in(vic)
    text = asked(client)
    assert "<script>alert" not in text
    assert "<b>&" not in text
    (link,) = re.findall(r'The worst step is <a href="([^"]+)"', text)
    chosen = asked(client, unescape(link))
    assert 'class="stack matrix"' in chosen
    assert escape(step) in chosen
    assert client.get(MAP + "?step=%00").status_code == 400
    for odd in ("?page=-1", "?page=x", "?step=" + "x" * 5000, "?only=short&only=silent"):
        assert client.get(MAP + odd).status_code == 200


@pytest.mark.parametrize("number", [1, 3])
def test_a_longer_journey_asks_the_database_no_oftener(
    signed_in, vic, django_assert_max_num_queries, number
):
    for one in range(number):
        came(f"k{one}", cases=2, bad=1, days=3)
        watch(f"k{one}", f"{one} step")
    jobs.glance(now=clock.now())
    client = signed_in(vic)
    asked(client)
    with django_assert_max_num_queries(22):
        asked(client)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.mission("S3.12")
def test_the_map_looks_right(opened, journey, ben):
    page = opened(ben)
    for path in (MAP, MAP + "?step=2+pay"):
        page.goto(path)
        assert (path, findings(page)) == (path, [])
    assert page.breaches == []
    page.set_viewport_size({"width": 390, "height": 850})
    assert not page.locator("table.matrix td.none").first.is_visible()
    assert page.locator("table.matrix td:has-text('10 receive')").count() == 0  # its label is drawn
