import re
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import brotli
import pytest

from tests.ui.days import Day, ninety
from troth.ui import charts

FIRST = date(2026, 5, 1)


def _points(*values):
    return [
        charts.Point(FIRST + timedelta(i), v, v and v - 0.05, v and min(v + 0.05, 1))
        for i, v in enumerate(values)
    ]


def _parsed(html):
    return ET.fromstring(f"<div>{html}</div>")  # noqa: S314 - our own markup


def test_a_strip_has_one_path_for_each_verdict_and_says_what_it_shows():
    root = _parsed(charts.strip(ninety(every=2), 0.9, "A branch is gone by the day we name."))
    kinds = [path.get("class") for path in root.iter("path")]
    assert sorted(kinds) == ["at_risk", "broken", "kept", "none", "target"]
    label = root.find(".//svg").get("aria-label")
    assert label.startswith("A branch is gone by the day we name. Days from 2 April 2026 to")
    assert "45 no data" in label
    assert "The line is the target, 90" in label


def test_each_verdict_has_a_shape_of_its_own_so_that_colour_is_not_needed():
    shapes = {}
    for verdict in ("kept", "at_risk", "broken", "no_data"):
        day = Day(FIRST, 5, 0 if verdict == "no_data" else 10, verdict)
        shapes[verdict] = re.search(r'd="([^"]+)"', charts.strip([day])).group(1)
    assert len(set(shapes.values())) == 4


def test_a_day_without_cases_is_a_dash_whatever_its_verdict():
    assert 'class="none"' in charts.strip([Day(FIRST, 0, 0, "kept")])


def test_not_enough_evidence_is_never_drawn_as_kept():
    drawn = charts.strip([Day(FIRST, 3, 3, "not_enough")])
    assert 'class="kept"' not in drawn
    assert 'class="none"' in drawn


def test_no_days_draw_nothing():
    assert charts.strip([]) == ""


def test_the_table_behind_a_strip_has_every_day_newest_first():
    root = _parsed(charts.strip_table(ninety()))
    heads = [th.text for th in root.findall(".//tbody//th")]
    assert len(heads) == 90
    assert heads[0] == "30 June 2026"


def test_fifty_strips_of_ninety_days_stay_small_on_the_wire():
    strips = "".join(charts.strip(ninety(every=1 + i % 7), 0.9, f"Part {i}") for i in range(50))
    assert len(brotli.compress(strips.encode())) < 14_000


def test_a_line_breaks_where_nothing_is_known():
    root = _parsed(charts.line(_points(0.9, 0.8, None, 0.85), label="Share."))
    (value,) = [p.get("d") for p in root.iter("path") if p.get("class") == "value"]
    assert value.count("M") == 2
    assert value.count("L") == 1


def test_the_target_line_steps_where_the_target_changed():
    target = [charts.Step(FIRST - timedelta(9), 0.8), charts.Step(FIRST + timedelta(2), 0.9)]
    root = _parsed(charts.line(_points(0.9, 0.8, 0.7, 0.85), label="Share.", target=target))
    (steps,) = [p.get("d") for p in root.iter("path") if p.get("class") == "target"]
    assert steps.count("H") == 2


def test_events_are_numbered_and_listed_with_their_links():
    events = [
        charts.Event(FIRST - timedelta(1), "before the chart begins"),
        charts.Event(FIRST + timedelta(1), "crew <plan>", "/plans/12"),
    ]
    html = charts.line(_points(0.9, 0.8, 0.7), label="Share.", events=events)
    assert '<a href="/plans/12">crew &lt;plan&gt;</a>' in html
    assert "before the chart begins" not in html
    assert html.count('class="mark"') == 1


def test_a_line_of_one_point_is_a_dot_and_of_none_is_a_sentence():
    assert 'class="dots"' in charts.line(_points(0.9), label="Share.")
    assert "Nothing to draw yet." in charts.line(_points(None, None), label="Share.")


def test_a_line_says_where_it_begins_ends_and_what_was_the_target():
    target = [charts.Step(FIRST, 0.9)]
    root = _parsed(charts.line(_points(0.95, 0.8), label="Lights.", target=target))
    label = root.find(".//svg").get("aria-label")
    assert label.startswith("Lights. From 95.0")
    assert "The target is 90.0" in label


def test_the_tables_behind_two_lines_of_a_page_have_names_of_their_own():
    names = {
        _parsed(charts.line(_points(0.9), label=label)).find(".//details/div").get("aria-label")
        for label in ("Parcels", "Parcels, added up")
    }
    assert names == {
        "The numbers behind this chart: Parcels",
        "The numbers behind this chart: Parcels, added up",
    }


@pytest.mark.parametrize("values", [[0.0], [1.0, 1.0], [0.5, 0.5, 0.5], [1e-9, 0.0]])
@pytest.mark.parametrize("unit", ["share", "seconds", "parcels"])
def test_flat_and_extreme_lines_stay_on_the_paper(values, unit):
    root = _parsed(charts.line(_points(*values), label="Flat.", unit=unit))
    for path in root.iter("path"):
        heights = [float(n) for n in re.findall(r" (-?[\d.]+)", path.get("d"))]
        assert all(-1 <= height <= 1001 for height in heights), path.get("class")


def test_a_sparkline_leaves_gaps_and_draws_nothing_from_nothing():
    assert charts.sparkline([0.9, None, 0.8], "Weekly share").count("M") == 2
    assert charts.sparkline([None], "Weekly share") == ""


@pytest.mark.parametrize(
    ("most", "lines"),
    [
        (50, ["0", "15", "30", "45", "1"]),
        (9 * 3600, ["0", "3", "6", "9", "12"]),
        (30 * 86_400, ["0", "10", "20", "30", "40"]),
        (400 * 86_400, ["0", "200", "400", "600"]),
    ],
)
def test_durations_have_their_lines_at_whole_minutes_hours_and_days(most, lines):
    points = [charts.Point(date(2026, 3, day), most * day / 10) for day in range(1, 11)]
    found = re.findall(
        r'class="tick"[^>]*>([^<]*)<', charts.line(points, label="x", unit="seconds")
    )
    assert all(len(tick.split(" ")) <= 2 for tick in found)
    assert [re.split(r"\W", tick)[0] for tick in found] == lines


def test_a_day_in_the_table_leads_to_its_cases():
    points = [charts.Point(date(2026, 3, 1), 0.5, href="/cases/?a=1&b=2"),
              charts.Point(date(2026, 3, 2), 0.5)]  # fmt: skip
    text = charts.line(points, label="x")
    assert '<a href="/cases/?a=1&amp;b=2">1 March 2026</a>' in text
    assert text.count("<a ") == 1


def test_what_lies_around_a_line_is_called_what_it_is_and_has_no_column_where_nothing_does():
    points = [charts.Point(date(2026, 3, 1), 0.5, 0.4, 0.6), charts.Point(date(2026, 3, 2), 0.5)]
    assert ">Interval</th>" in charts.line(points, label="x")
    banded = charts.line(points, label="x", band="Usual band")
    assert ">Usual band</th>" in banded
    assert "Interval" not in banded
    alone = charts.line(points[1:], label="x", band="Usual band")
    assert "Usual band" not in alone
    assert alone.count('<td class="number">') == 1


def test_a_line_says_in_words_what_its_steps_are_where_they_are_no_target():
    steps = [charts.Step(date(2026, 3, 1), 3.2)]
    points = [charts.Point(date(2026, 3, 1), 1.0), charts.Point(date(2026, 3, 2), 2.0)]
    text = charts.line(
        points, label="x", target=steps, unit="sigmas", steps="Beyond this it is told"
    )
    assert "Beyond this it is told: 3.2 sigmas." in text
    assert "target is" not in text


def test_the_table_says_on_how_many_cases_a_value_stands_where_that_is_known():
    day = date(2026, 3, 1)
    text = charts.line([charts.Point(day, 0.5, n=1200)], label="x")
    assert '<th scope="col" class="number">Cases</th>' in text
    assert '<td class="number">1,200</td>' in text
    assert "Cases" not in charts.line([charts.Point(day, 0.5)], label="x")
