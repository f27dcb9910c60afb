"""What is expected happens as often as is said: on real data, period after period."""

import numpy as np
import pytest

from troth.promises.scoring import halving
from troth.promises.scoring.belief import Segment
from troth.promises.scoring.forecasting import MOST, Replay, expected, firmness, spread
from troth.promises.trials import forecasts
from troth.promises.trials.figures import figures


@pytest.mark.shared
@pytest.mark.timeout(600)
@pytest.mark.mission("S0.3")
def test_nine_in_ten_means_nine_in_ten_on_real_data(shared_data):
    for way in forecasts.WAYS:
        held = forecasts.held(way, shared_data)
        assert held.periods > 80, way.name
        assert 0.85 <= held.cover <= 0.95, way.name
        for losses in (held.log_loss, held.brier):
            own, _, whole = losses
            assert own < whole, way.name


def test_what_moved_a_score_leaves_no_rest_and_absent_data_are_named(tmp_path):
    found = list(figures(data=tmp_path, promises=30))
    (rest,) = (one for one in found if one.part == "attribution")
    assert rest.met
    assert float(rest.value) < 1e-9
    absent = [one for one in found if not one.is_measured]
    assert {one.met for one in absent} == {None}
    place = tmp_path / "boston311" / "2015-h1.csv.gz"
    assert f"put it at {place}" in {one.goal for one in absent}


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
