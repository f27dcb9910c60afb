"""What is usual of an hour, as numbers: profiles, today so far, and what false alarms it costs."""

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from troth.metrics.drift import hours
from troth.metrics.drift.engine import Row, evaluate
from troth.metrics.drift.hours import HOURS, Cells, profile, so_far, sums
from troth.metrics.drift.limits import LOOKS, limits, split
from troth.metrics.drift.normal import above, straightened, widened
from troth.metrics.drift.panels import panel_of
from troth.metrics.drift.phases import freeze, scatter
from troth.metrics.drift.readings import mixed

NONE = np.zeros(HOURS)
BUSY = 1 + 0.6 * np.sin((np.arange(HOURS) - 8) / HOURS * 2 * np.pi)
EVENING = np.where(np.arange(HOURS) >= 17, 1.2, 0.0)


def shop(chance, days, *, odds=EVENING, volume=900, each_day=0.0):
    """Return days of a shop that fails 3 in 100 times, in its evenings oftener."""
    cases = chance.poisson(volume * BUSY / HOURS, (days, HOURS))
    scale = np.log(0.03 / 0.97) + odds + chance.normal(0, each_day, (days, 1))
    bad = chance.binomial(cases, 1 / (1 + np.exp(-scale))).astype(float)
    return Cells(bad, cases.astype(float), np.zeros_like(bad), np.ones_like(bad))


def known(made):
    """Return what a baseline of such days says: (share, dispersion, its degrees, the profile)."""
    share = made.bad.sum() / made.cases.sum()
    sigma, freedom, _ = scatter(sums("share", made, share * np.ones(len(made.bad)), NONE)
                                .deviation[:, -1], known=True)  # fmt: skip
    usual = np.full(len(made.bad), share)
    return share, sigma, freedom, profile("share", made, usual, dispersion=sigma)


def rings(days, share, found, limit):
    """Return of each day and hour before it is whole whether it is beyond the limit."""
    seen = sums("share", days, np.full(len(days.bad), share), np.array(found.adds))
    sigma = np.array(found.scatter, dtype=float)
    reach = [float(widened(limit, one or np.inf)) for one in found.freedom]
    z = straightened(seen.deviation / sigma, seen.skew * mixed(sigma))
    return ((z > reach) & (seen.cases >= hours.CASES))[:, : HOURS - 1]


def test_a_profile_says_by_how_much_evenings_differ_and_adds_up_to_the_days():
    made = shop(np.random.default_rng(1), 84)
    share, _, _, found = known(made)
    adds = np.array(found.adds)
    assert adds[17:].mean() - adds[:17].mean() == pytest.approx(1.2, abs=0.15)
    whole = sums("share", made, np.full(84, share), adds)
    assert whole.expected[:, -1].sum() == pytest.approx(made.bad.sum(), rel=1e-6)
    assert found.days == 84


def test_where_hours_are_alike_there_is_hardly_a_profile():
    found = known(shop(np.random.default_rng(2), 84, odds=NONE))[3]
    alone = np.random.default_rng(2).normal(0, 1, HOURS).std() * 0.2  # what chance makes of an hour
    assert np.std(found.adds) < alone / 3


@pytest.mark.parametrize("reading", ["count", "mean"])
def test_counts_and_means_have_profiles_too(reading):
    chance, days = np.random.default_rng(3), 60
    cases = chance.poisson(40 * BUSY, (days, HOURS)).astype(float)
    values = cases * (10 + EVENING) + chance.normal(0, 2, cases.shape) * np.sqrt(cases)
    made = Cells(cases * 0, cases, values, np.ones_like(cases))
    usual = np.full(days, cases.mean() if reading == "count" else values.sum() / cases.sum())
    found = profile(reading, made, usual, dispersion=10.0)
    expected = np.log(BUSY) if reading == "count" else EVENING
    adds = np.array(found.adds)
    assert adds - adds.mean() == pytest.approx(expected - expected.mean(), abs=0.12)
    today = Cells(made.bad[:1], made.cases[:1] * 1.0, made.sum[:1], np.ones((1, HOURS)))
    today.length[:, 12:], today.cases[:, 12:], today.sum[:, 12:] = 0, 0, 0
    worse = -1.0 if reading == "count" else 1.0
    calm = so_far(reading, worse, today, usual[0], found)
    assert (calm.hour, abs(calm.z) < 3.5) == (11, True)
    if reading == "count":
        today.cases[:, 6:] *= 0.5
    else:
        today.sum[:, 6:] *= 1.1
    bad = so_far(reading, worse, today, usual[0], found)
    assert bad.z > 5
    assert not bad.low <= bad.seen <= bad.high


@pytest.mark.mission("S1.13")
def test_evenings_that_are_always_worse_alarm_nobody_for_weeks_and_would_without_a_profile():
    chance = np.random.default_rng(4)
    share, _, _, found = known(shop(chance, 84))
    limit = split(limits(streams=1, days=91.3).spike)[1]
    weeks = shop(chance, 8 * 7)
    assert not rings(weeks, share, found, limit).any()
    flat = hours.Profile(tuple(NONE), (1.0,) * HOURS, (None,) * HOURS, 84)
    seen = sums("share", weeks, np.full(56, share), np.array(flat.adds)).deviation
    assert seen[:, 15].mean() < -1.2, "by four in the afternoon it would look too good"
    nights = np.where(np.arange(HOURS) < 8, 2.0, 0.0)
    share, _, _, found = known(shop(chance, 84, odds=nights))
    weeks = shop(chance, 8 * 7, odds=nights)
    assert not rings(weeks, share, found, limit).any()
    assert rings(weeks, share, flat, limit).any(axis=1).mean() > 0.5, "or every morning bad"


def test_a_fault_of_the_morning_does_not_hide_below_evenings_that_are_always_worse():
    chance = np.random.default_rng(6)
    share, _, _, found = known(shop(chance, 84, volume=3000))
    limit = split(limits(streams=1, days=91.3).spike)[1]
    flat = hours.Profile(tuple(NONE), (1.0,) * HOURS, (None,) * HOURS, 84)
    morning = EVENING + np.where(np.arange(HOURS) < 12, 0.9, 0.0)
    worst = shop(chance, 56, odds=morning, volume=3000)
    assert rings(worst, share, found, limit).any(axis=1).mean() > 0.8
    blind = rings(worst, share, flat, limit)
    assert blind[:, :12].any(axis=1).mean() < 0.2, "a morning's fault hides below the day's mean"


@pytest.mark.parametrize(("past", "each_day"), [(28, 0.0), (84, 0.2), (365, 0.2)])
def test_hours_and_days_together_keep_the_promise_of_false_alarms(past, each_day):
    chance, budget = np.random.default_rng(20260101), 5.0
    limit = limits(streams=1, days=budget).spike
    day_limit, hour_limit = split(limit)
    told = days = 0
    for _ in range(60):
        share, sigma, freedom, found = known(shop(chance, past, each_day=each_day))
        later = shop(chance, 500, each_day=each_day)
        whole = sums("share", later, np.full(500, share), NONE)
        skew = whole.skew[:, -1] * mixed(sigma)
        reach = float(widened(day_limit, freedom or np.inf))
        day = straightened(whole.deviation[:, -1] / sigma, skew) > reach
        told += int((rings(later, share, found, hour_limit).any(axis=1) | day).sum())
        days += 500
    assert 0 < told <= above(limit) * days, "no more than by days alone was promised"


def test_the_budget_of_a_day_is_split_between_it_and_the_looks_before():
    day, hour = split(3.4)
    assert above(day) + LOOKS * above(hour) == pytest.approx(above(3.4))
    assert hour > day > 3.4


def test_the_whole_day_of_a_stream_with_hours_has_its_half_of_the_budget():
    good = np.full((2, 60), 960)
    good[:, 50] = 800
    panel = panel_of(first=date(2026, 1, 1), good=good, total=np.full((2, 60), 1000))
    usual = freeze(panel, 0, start=0, days=28)
    rows = [Row(usual, 0, 61, 60, by_hour=each) for each in (False, True)]
    chosen = limits(streams=2)
    spikes = [one for one in evaluate(panel, rows, limits=chosen).cases if one.kind == "spike"]
    reach = [one.evidence["alarm_limit"] for one in sorted(spikes, key=lambda one: one.row)]
    assert reach == pytest.approx([chosen.spike, split(chosen.spike)[0]], abs=0.001)


def test_too_little_is_nothing_to_say():
    chance = np.random.default_rng(5)
    assert known(shop(chance, 23))[3] is None, "too few days"
    share, _, _, found = known(shop(chance, 40))
    early = shop(chance, 1, volume=20)
    assert early.cases.sum() < hours.CASES
    assert so_far("share", 1.0, early, share, found) is None, "too few cases"
    nothing = Cells(*(np.zeros((1, HOURS)) for _ in range(4)))
    assert so_far("share", 1.0, nothing, share, found) is None, "no hour is over"
    rare = shop(chance, 40, volume=0.5)
    night = profile("share", rare, np.full(40, 0.05), dispersion=1.0)
    assert night is None or night.scatter[0] is None, "the days had nothing by then"


@pytest.mark.parametrize(
    ("day", "long"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)]
)
def test_a_day_has_as_many_hours_as_its_clocks_make(day, long):
    from troth.core.windows import midnight
    from troth.metrics.queries.hourly import _grid
    from troth.metrics.ranges import epoch

    zone = ZoneInfo("Europe/Berlin")
    end = epoch(midnight(date.fromordinal(day.toordinal() + 1), zone))
    starts, places, length = _grid(zone, day, 1, 3600, end)
    assert (len(starts), len(places), length.sum()) == (long, long, long)
    assert length[0, 2] == long - 23
    found = hours.Profile(tuple(NONE), (1.0,) * HOURS, (None,) * HOURS, 84)
    today = Cells(length * 0, length * 10, length * 0, length)
    assert so_far("count", -1.0, today, 10.0, found).z == pytest.approx(0), "no alarm by the clock"
