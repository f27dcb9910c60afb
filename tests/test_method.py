"""docs/method.md says what the code does: its constants are those that are shipped."""

import math
import re
from pathlib import Path

import numpy as np
import pytest

from troth.metrics.drift import (
    engine,
    enrolment,
    fades,
    gaps,
    hours,
    limits,
    onsets,
    pasts,
    phases,
    readings,
    rules,
    segments,
    spread,
    thresholds,
)
from troth.metrics.queries import lost
from troth.metrics.trials import quiet
from troth.promises.actions import finding
from troth.promises.scoring import belief, composing, constants, forecasting, gap
from troth.promises.scoring.constants import SHIPPED

TEXT = (Path(__file__).parents[1] / "docs" / "method.md").read_text("utf-8")
SAID = " ".join(TEXT.split())
ENROLMENT = {name: one.default for name, one in enrolment.Enrolment.__dataclass_fields__.items()}
PERCENT = {name: f"{share:.0%}".replace("%", " %") for name, share in limits.SHARES.items()}
POINTS = {at: round(gap.points(at, SHIPPED.loss_aversion)) for at in (0.0, 1.0, 2.0)}
DEED = SHIPPED.integrity

DRIFT = {
    "baseline": f"of the {pasts.LONGEST:,} days before",
    "spans": "one level that spans a year" if pasts.A_YEAR == 365 else "",
    "first days": f"the first {ENROLMENT['phase_days']} days with data (at least "
    f"{enrolment.FEWEST})",
    "cleared": f"{pasts._CLEAR:.0f} variances of a week",
    "left out": f"are left out, {phases._MOST_OUTSIDE * 100:.0f} % at most",
    "outside": f"Days beyond {phases.OUTSIDE:.0f} ",
    "ranges": f"/ {phases._TWO_DAYS} (Laney 2002)",
    "special": f"|z| > {limits.SPECIAL:.0f} is drawn",
    "so far": f"from {hours.CASES} cases (of a count: {hours.EXPECTED:.0f} expected) on",
    "looks": f"half is shared by {limits.LOOKS} looks",
    "fade": f"E_t = {limits.MEMORY} z_t + {1 - limits.MEMORY} E_(t-1)",
    "reach": f"z cut at ± {readings.REACH}",
    "closes": "closes at half of its limit" if fades._BACK == spread._BACK == 0.5 else "",
    "onset": "S = max(0, S + z - ¼)" if readings._SLACK == 0.25 else "",
    "quarter": f"({limits.A_QUARTER:.1f} by default)",
    "shared": f"stack {PERCENT['stack']}, fades {PERCENT['fade']}, spikes {PERCENT['spike']}, "
    f"predictability {PERCENT['predictability']}",
    "states": f"({limits._STATES} states",
    "freedom": f"({phases._RANGES_WORTH} of the ranges as degrees)",
    "alone": "two thirds are one stream" if engine._ALONE == 2 / 3 else "",
    "predictability": f"EWMA with λ = {limits.SPREAD_MEMORY}",
    "gap": f"{gaps.DAYS} days against the promise",
    "thresholds": f"from {thresholds._FEWEST} cases a day on",
    "segments": f"Hochberg at {segments.FALSE_SHARE:.0%}".replace("%", " %"),
    "worth": "an eighth of the scatter" if onsets.WORTH == 1 / 8 else "",
    "weeks": f"on {['', '', 'two', 'three'][lost._RECURRING]} days or more",
    "suite": f"{quiet.STREAMS} touchpoints, {quiet.CASES} cases".replace("6", "six"),
}
SCORE = {
    "target": f"{POINTS[1.0]} is “just as promised”",
    "twice": f"twice as many failures as allowed is {POINTS[2.0]}",
    "half-life": f"after {SHIPPED.half_life:.0f} days half, after {2 * SHIPPED.half_life:.0f} a",
    "forgotten": f"days beyond {constants.MEMORY} *h* forgotten",
    "κ": f"κ = {SHIPPED.loss_aversion:.0f}",
    "prior": f"π = 1 - {SHIPPED.prior_gap:.0f}τ, at least (1 - τ)/2 and {belief._LEAST_SHARE}",
    "weight": f"w = {SHIPPED.prior_weight:.0f} failure allowed",
    "zero": "min(1, s/⅛)" if SHIPPED.zero_floor == 0.125 else "",
    "step": f"c = {SHIPPED.zero_step:.0f}",
    "draws": f"{constants.DRAWS:,} draws",
    "interval": f"The {constants.LEVEL * 100:.0f} % interval",
    "enough": f"n_eff ≥ max({SHIPPED.enough:.0f}, m)",
    "cover": "less than half of the weight" if SHIPPED.cover == 0.5 else "",
    "grades": "at most {:.0f} points wide, *fair* at most {:.0f}".format(
        *(width for width, _ in composing._GRADES)
    ),
    "costs": f"cost {DEED.concealment * 100:.0f} % for concealment, "
    f"{DEED.restatement * 100:.0f} % for a silent restatement and a hidden exclusion"
    * (DEED.restatement == DEED.exclusion),
    "integrity": f"(-age/{DEED.half_life:.0f})",
    "grace": "after seven days" if DEED.grace == 7 else "",
    "lost": "a tenth of the failures of closed days, ten or more"
    if (finding.LOST_SHARE, finding.LEAST_LOST) == (0.1, 10)
    else "",
    "looked back": "a point fewer cases of the ninety days before"
    if (finding.BETTER_BY, finding.LOOK_BACK.days) == (0.01, 90)
    else "",
    "segment": f"({forecasting.FEWEST:.0f} to {forecasting.MOST:.0f} cases)",
    "lent": "two periods' worth" if forecasting._LENT == 2 else "",
}


@pytest.mark.parametrize("name", [*DRIFT, *SCORE])
def test_a_constant_is_the_one_that_is_shipped(name):
    phrase = {**DRIFT, **SCORE}[name]
    assert phrase, f"the code's {name} is another than the text's"
    assert phrase in SAID


def test_it_is_one_page_for_a_manager_and_two_for_a_statistician():
    parts = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", TEXT, flags=re.MULTILINE | re.DOTALL))
    assert len(parts["For a manager"].split()) <= 680
    assert len(parts["For a statistician"].split()) <= 1_360


def test_the_rules_it_shows_are_those_shipped_where_it_says_so():
    shown = TEXT[TEXT.index("kind: ScoreRules") :]
    prior = f"gap: {SHIPPED.prior_gap:.0f}, weight: {SHIPPED.prior_weight:.0f}"
    assert f"prior: {{{prior}, cases: {SHIPPED.zero_prior:.0f}}}" in shown
    assert f"half_life: {SHIPPED.half_life:.0f}d" in shown
    assert f"enough: {SHIPPED.enough:.0f} " in shown
    assert f"half_life: {DEED.half_life:.0f}d, concealment: {DEED.concealment * 100:.0f}%" in shown


def test_above_what_is_allowed_the_score_falls_twice_as_steeply():
    below = gap.points(0.99, SHIPPED.loss_aversion) - gap.points(1.0, SHIPPED.loss_aversion)
    above = gap.points(1.0, SHIPPED.loss_aversion) - gap.points(1.01, SHIPPED.loss_aversion)
    assert above / below == pytest.approx(2, rel=0.01)
    assert math.isclose(gap.points(0.0, SHIPPED.loss_aversion), 100)


def test_run_rules_begin_to_mark_one_of_six_charts_every_two_weeks():
    chance, days = np.random.default_rng(1), 10_000
    marked = np.zeros(days, dtype=bool)
    for _ in range(6):
        marked |= np.array([bool(names) for names in rules.marks(chance.normal(size=days))])
    begun = marked & ~np.r_[False, marked[:-1]]
    assert 12 <= days / begun.sum() <= 16
    assert "one every two weeks" in SAID
