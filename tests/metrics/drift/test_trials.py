"""The trials' own yardsticks on cases that a hand can reckon, and the figures they give."""

from math import comb

import numpy as np
import pytest

from troth.metrics.drift.surprises import surprises
from troth.metrics.trials import calibration, figure, nab, printing, published, quiet, tcpd
from troth.signals.models import SegmentFile

HOUR = 3_600


def made(windows, length=1_000):
    values = np.zeros(length)
    return nab.File("made/one.csv", np.arange(length) * 300, values, tuple(windows))


def scored(file, *hits, profile="standard"):
    marks = np.zeros(len(file.values))
    marks[list(hits)] = 1.0
    return nab.score([file], {file.name: marks}, nab.PROFILES[profile])


def test_saying_nothing_is_0_and_the_first_value_of_each_window_100():
    file = made([(300, 399), (700, 799)])
    assert scored(file) == 0
    assert scored(file, 300, 700) == pytest.approx(100)
    assert scored(file, 300, 350, 700) == pytest.approx(100), "the earliest counts"


def test_late_is_worth_less_and_false_costs_by_the_profile():
    file = made([(300, 399), (700, 799)])
    assert scored(file, 300) == pytest.approx(50)
    assert scored(file, 300, 795) == pytest.approx(78.15, abs=0.1), "late, but no miss"
    once = scored(file, 300, 700, 600)
    assert once == pytest.approx(100 - 100 * 0.11 / 4, abs=0.1)
    dear = scored(file, 300, 700, 600, profile="low false alarms")
    assert dear == pytest.approx(100 - 100 * 0.22 / 4, abs=0.1)
    assert scored(file, 300, profile="low misses") == pytest.approx(100 * 3 / 6)


def test_what_comes_in_probation_is_not_scored():
    file = made([(300, 399)])
    assert scored(file, 10, 300) == pytest.approx(100)


def test_a_surprise_is_judged_by_the_past_alone_and_told_once():
    chance = np.random.default_rng(9)
    seconds = np.arange(20 * 96) * 900
    values = 10 + 3 * np.sin(2 * np.pi * seconds / 86_400) + chance.normal(0, 0.3, len(seconds))
    values[1_500:1_504] += 8
    found = surprises(seconds, values)
    assert found.rings[1_500]
    assert found.rings[1_501:1_590].sum() <= 2, "one case"
    again = surprises(seconds[:1_501], values[:1_501])
    assert again.score == pytest.approx(found.score[:1_501])
    assert found.rings[:1_500].sum() < 12


def test_f1_and_cover_of_a_change_found_by_all_are_one():
    said = {"a": [50], "b": [52]}
    assert tcpd.f1(said, [51]) == 1.0
    assert tcpd.cover({"a": [50]}, [50], 100) == 1.0
    assert tcpd.cover({"a": [50]}, [], 100) == 0.5
    assert tcpd.f1({"a": [], "b": [50]}, []) == pytest.approx(2 * 0.75 / 1.75)
    assert tcpd.f1({"a": []}, [10]) == pytest.approx(2 * 0.5 / 1.5)


@pytest.mark.shared
def test_the_numenta_files_given_reach_what_the_whole_shall(shared):
    files = nab.read(shared / "nab")
    scores = {file.name: nab.ours(file) for file in files}
    assert len(files) == 18
    assert nab.score(files, scores, nab.PROFILES["standard"]) >= 55
    quietly = {file.name: nab.nothing(file) for file in files}
    assert nab.score(files, quietly, nab.PROFILES["standard"]) == 0


@pytest.mark.shared
def test_the_scale_makes_of_what_was_earned_over_the_whole_what_was_published(shared):
    told = nab.published(shared / "nab")
    found = {name: round(told[name], 1) for name in ("ARTime", "numenta", "contextOSE", "null")}
    assert found == {"ARTime": 74.9, "numenta": 70.1, "contextOSE": 69.9, "null": 0.0}


@pytest.mark.shared
def test_onsets_of_the_turing_series_are_dated(shared):
    table = tcpd.table(tcpd.read(shared / "tcpd"))
    f1, cover = table["ours"]
    assert f1 >= max(0.72, table["never says change"][0])
    assert cover >= max(0.67, table["never says change"][1])


@pytest.mark.shared
def test_hospitals_figures_are_those_published(shared):
    series = calibration.hospitals(shared)
    seen = calibration.charted(series)
    assert seen.series == 130
    assert round(seen.outside_raw, 2) == 0.82
    assert round(seen.outside_corrected, 2) == 0.09
    assert round(seen.median_dispersion, 2) == 7.05
    held = calibration.covered(series)
    assert 0.85 <= held.ours <= 0.95
    assert held.raw < 0.2


@pytest.mark.shared
def test_the_intervals_of_values_hold_nine_in_ten(shared):
    for values in (calibration.requests(shared), calibration.delays(shared)):
        held = calibration.levels_covered(values)
        assert held.forecasts > 200
        assert 0.85 <= held.ours <= 0.95


@pytest.mark.mission("S1.4")
def test_a_made_stack_is_found_weeks_before_any_chart_of_one_stream():
    timed = quiet.timed(quiet.SCENARIOS[0], count=12, history=200, seed=5)
    assert timed.median("combined") < 20
    assert timed.median("combined") < timed.median("Shewhart")
    assert timed.median("combined") < timed.median("budget exhausted")


def test_shewharts_limit_is_a_whole_number_that_keeps_its_promise():
    cases, share = 200, 0.04
    chances = [comb(cases, n) * share**n * (1 - share) ** (cases - n) for n in range(cases + 1)]
    limit = quiet.shewhart_limit(share)
    every = [1 / (6 * sum(chances[most + 1 :])) for most in (limit, limit - 1)]
    assert every[0] >= quiet.A_YEAR > every[1]


@pytest.mark.shared
@pytest.mark.mission("S2.48", "S2.61", "S2.8")
def test_figures_that_others_published_are_found_in_a_place_of_their_own(shared, db):
    found = list(published.figures(data=shared))
    assert {one.part for one in found} == {"outcomes"}
    assert [one.met for one in found] == [True] * 5
    assert found[0].value == "0.243, 4.414, 0.793, 2.426"
    assert not SegmentFile.objects.exists(), "nothing of it reaches the one that asks"


def test_what_is_not_there_is_named_with_its_place_and_misses_no_goal(tmp_path, capsys):
    (tmp_path / "nab").mkdir()
    absent = figure.missing(tmp_path, "outcomes", "nab", "cdnow/CDNOW_sample.txt")
    assert printing.show(iter(absent), as_json=False) == 0
    said = capsys.readouterr().out
    assert f"put it at {tmp_path / 'cdnow' / 'CDNOW_sample.txt'}" in said
    assert "0 of 0 goals reached." in said
    assert "1 data sets are not there" in said


def test_a_missed_goal_says_no_and_ends_with_1(capsys):
    lines = [figure.Figure("a", "b", "3", "< 2", met=False), figure.Figure("a", "c", "1")]
    assert printing.show(iter(lines), as_json=False) == 1
    assert "NO   < 2" in capsys.readouterr().out
