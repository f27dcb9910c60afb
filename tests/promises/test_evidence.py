"""Evidence with forgetting, and what it says of the next case."""

import math
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.promises.rules.evidence import Evidence, Told, chance_of_broken, replay
from troth.promises.scoring import next_case

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
NOTHING = Evidence(0, 0)


@pytest.mark.mission("S1.1")
def test_replaying_a_sequence_gives_the_closed_form():
    told = [Told(NOON - n * 30 * DAY, good=3, total=4) for n in range(5)]

    found = replay(told, at=NOON)

    series = 1 + 1 / 2 + 1 / 4 + 1 / 8 + 1 / 16
    assert found.kept == pytest.approx(3 * series)
    assert found.broken == pytest.approx(series)


@pytest.mark.mission("S1.1")
def test_each_signal_moves_doubt_one_way_and_time_takes_both_back():
    before = replay([Told(NOON - DAY, 5, 10)], at=NOON)
    worse = replay([Told(NOON - DAY, 5, 10), Told(NOON, 0, 1)], at=NOON)
    better = replay([Told(NOON - DAY, 5, 10), Told(NOON, 1, 1)], at=NOON)

    chances = [chance_of_broken(one, NOTHING) for one in (better, before, worse)]
    assert chances == sorted(chances)
    assert len(set(chances)) == 3
    assert replay([Told(NOON - DAY, 5, 10)], at=NOON + 60 * DAY).weight < before.weight


def test_what_was_told_later_is_not_known_yet():
    assert replay([Told(NOON + DAY, 1, 1)], at=NOON) == NOTHING


@given(good=st.integers(0, 10_000), bad=st.integers(0, 10_000), phi=st.floats(1, 50))
def test_a_chance_lies_between_nought_and_one_and_one_more_failure_never_lowers_it(good, bad, phi):
    parent = Evidence(80, 20)
    chance = chance_of_broken(Evidence(good, bad), parent, phi=phi)

    assert 0 < chance < 1
    assert chance_of_broken(Evidence(good, bad + 1), parent, phi=phi) >= chance


def test_few_cases_lean_on_their_parent():
    parent = Evidence(900, 100)

    assert chance_of_broken(Evidence(0, 1), parent) < 0.25
    assert chance_of_broken(Evidence(0, 1000), parent) > 0.95


READ = """
SELECT neighborhood || '/' || REASON AS key, due, done IS NULL OR done > due AS broken
FROM (SELECT *, strptime(TARGET_DT, '%m/%d/%Y %I:%M:%S %p') AS due,
             strptime(CLOSED_DT, '%m/%d/%Y %I:%M:%S %p') AS done
      FROM read_csv(?, all_varchar = true))
WHERE due < TIMESTAMP '2015-07-01' ORDER BY due
"""


@pytest.mark.mission("S0.3")
@pytest.mark.shared
def test_it_foretells_bostons_next_cases_better_than_the_overall_share_and_the_last_value(shared):
    rows = duckdb.execute(READ, [str(shared / "boston311" / "2015-h1.csv.gz")]).fetchall()
    turn = datetime(2015, 5, 1)  # noqa: DTZ001 - the city's local times, only compared
    seen, last = defaultdict(lambda: [0, 0]), {}
    for key, due, broken in rows:
        if due < turn:
            seen[key][broken] += 1
            last[key] = broken
    parent = Evidence(*(sum(pair[n] for pair in seen.values()) for n in (0, 1)))
    overall = parent.broken / parent.weight

    loss: dict[str, list[float]] = defaultdict(list)
    for key, due, broken in rows:
        if due < turn:
            continue
        chances = {
            "model": chance_of_broken(Evidence(*seen.get(key, (0, 0))), parent),
            "overall": overall,
            "last": 0.9 if last.get(key, overall > 0.5) else 0.1,
        }
        for name, chance in chances.items():
            loss[name].append(-math.log(chance if broken else 1 - chance))

    mean = {name: sum(losses) / len(losses) for name, losses in loss.items()}
    assert len(loss["model"]) > 5_000
    assert mean["model"] < mean["overall"] - 0.02
    assert mean["model"] < mean["last"] - 0.02


@pytest.mark.mission("S1.12", "S4.24")
def test_the_chance_of_the_next_case_has_an_interval_and_no_number_without_evidence():
    # 20 kept and 5 broken today: Beta(5.5, 20.5); its quantiles from two million random draws.
    found = next_case.chance([Told(NOON, 20, 25)], at=NOON)
    assert (found.value, found.worth) == (pytest.approx(5.5 / 26), 25)
    assert (found.low, found.high) == pytest.approx((0.0959, 0.3529), abs=3e-4)
    month = next_case.chance([Told(NOON - 30 * DAY, 20, 25)], at=NOON)
    assert (month.worth, month.value) == (12.5, pytest.approx(3 / 13.5))
    assert month.high - month.low > found.high - found.low
    few = next_case.chance([Told(NOON, 5, 9)], at=NOON)
    assert (few.value, few.low, few.high, few.worth) == (None, None, None, 9)
    assert next_case.chance([Told(NOON, 0, 0), Told(NOON + DAY, 5, 9)], at=NOON) is None


def test_days_that_scatter_more_than_chance_make_each_case_say_less():
    even = [Told(NOON - n * DAY, 36, 40) for n in range(19, -1, -1)]
    wild = [Told(NOON - n * DAY, 40 if n % 2 else 32, 40) for n in range(19, -1, -1)]
    steady, shaken = (next_case.chance(told, at=NOON) for told in (even, wild))
    assert shaken.value == pytest.approx(steady.value, abs=0.02)
    assert shaken.worth < steady.worth / 3
    assert shaken.high - shaken.low > 1.7 * (steady.high - steady.low)
