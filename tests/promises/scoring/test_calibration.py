"""What is expected happens as often as is said: on real data, period after period."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from troth.promises.scoring import halving
from troth.promises.scoring.belief import Segment
from troth.promises.scoring.forecasting import MOST, Replay, expected, firmness, spread

ROOT = Path(__file__).parents[3]


@pytest.mark.shared
@pytest.mark.timeout(600)
@pytest.mark.mission("S0.3")
def test_nine_in_ten_means_nine_in_ten_on_real_data(shared_data):
    program = [sys.executable, str(ROOT / "bench/score.py"), "--promises", "60", "--json"]
    answer = subprocess.run(
        [*program, "--shared", str(shared_data.parent)], capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    found = json.loads(answer.stdout)
    covers = {name: value for name, value in found.items() if name.startswith("cover")}
    assert len(covers) == 6
    assert all(0.85 <= value <= 0.95 for value in covers.values())
    for name, told in found.items():
        if name.startswith(("log-loss", "Brier")):
            own, _, whole = map(float, told.split(" / "))
            assert own < whole, name


def series(share, *, days=140, size=60, seed=1):
    good = np.random.default_rng(seed).binomial(size, share, size=days)
    return np.arange(days), good, np.full(days, size)


def test_where_nothing_but_chance_is_at_work_the_interval_is_of_chance():
    told = list(Replay({"all": series(0.9, days=800)}, 7, 30.0).forecasts())[10:]
    held = [f.band.low <= f.kept / f.cases <= f.band.high for f in told]
    assert 0.83 <= sum(held) / len(held) <= 0.99
    assert told[-1].stray < 0.01


def test_a_sparse_segment_leans_on_its_promise():
    alike = [Segment("a", 90, 10), Segment("b", 92, 8), Segment("c", 89, 11)]
    apart = [Segment("a", 99, 1), Segment("b", 60, 40), Segment("c", 20, 80)]
    assert (
        firmness(
            alike,
            share=0.9,
        )
        == MOST
    )
    assert firmness(apart, share=0.6) < 5
    assert firmness(alike[:1], share=0.9) == MOST
    assert expected(None, parent=0.9, m=20) == pytest.approx(0.9)
    three_late = expected(Segment("d", 0, 3), parent=0.9, m=20)
    assert 0.7 < three_late < 0.9


def test_more_cases_make_the_next_share_more_certain_and_straying_less():
    assert spread(0.9, cases=1000, stray=0).width < spread(0.9, cases=50, stray=0).width
    assert spread(0.9, cases=1000, stray=0.05).width > spread(0.9, cases=1000, stray=0).width


def test_the_half_life_follows_what_changes_and_what_does_not():
    day, steady, total = series(0.9, days=400)
    assert halving.trial(day, steady, total).best >= 90
    chance = np.random.default_rng(3)
    moving = chance.binomial(60, 0.75 + 0.2 * np.sin(np.arange(400) / 6))
    assert halving.trial(day, moving, total).best <= 7
    both = halving.together([halving.trial(day, steady, total)] * 2)
    assert both.cases == 2 * total.sum()
    assert both.best == halving.trial(day, steady, total).best
