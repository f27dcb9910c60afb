"""The charts of a touchpoint say what is drawn: a usual band, a limit; neither is a target."""

import pytest

from tests.metrics.drift.conftest import Histories, after
from troth.core import clock
from troth.metrics import jobs
from troth.metrics.drift.enrolment import Threshold
from troth.ui import words


@pytest.mark.mission("S2.44")
def test_a_touchpoints_charts_name_the_band_the_promise_and_the_limit(db, vic, signed_in):
    wave = (0, 5, -3, 8, -6, 2, -4, 7, -8, 3)
    days = [(960 + wave[n % 10], 1000) for n in range(60)]
    stream = Histories().stream(days, target=0.95)
    with clock.frozen(after(60)):
        jobs.evaluate(now=after(60))
        text = signed_in(vic).get(f"/desk/insight/touchpoints/{stream.key}/").text
    assert text.count(">Usual band</th>") == 1
    assert ">Interval</th>" not in text
    assert "What was promised: 95" in text
    assert "Beyond this it is told: " in text
    assert "The target is" not in text


def test_limits_that_people_set_are_drawn_and_said_and_a_day_without_a_case_has_no_band(
    db, vic, signed_in
):
    days = [(960, 1000)] * 40 + [(0, 0)] + [(960, 1000)] * 5
    limits = (Threshold(limit=0.9, side="below"), Threshold(limit=0.15, relative=True))
    stream = Histories().stream(days, thresholds=limits)
    with clock.frozen(after(46)):
        jobs.evaluate(now=after(46))
        text = signed_in(vic).get(f"/desk/insight/touchpoints/{stream.key}/").text
    said = text.split("A day is told when it is ")[1].split("</p>")[0].replace("\u202f", " ")
    assert said == (
        "below 90.0 %, or more than 15 % above what is usual of such a day; "
        "under 30 cases it passes no limit."
    )
    assert "A limit, beyond which a day is told: 90.0" in text
    row = text.split("10 February 2026</th>")[1].split("</tr>")[0]
    assert row.count(f">{words.NOTHING}<") == 2, "neither a value nor a band"
