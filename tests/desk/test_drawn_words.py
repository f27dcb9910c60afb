"""The charts of a touchpoint say what is drawn: a usual band, a limit; neither is a target."""

import pytest

from tests.metrics.drift.conftest import Histories, after
from troth.core import clock
from troth.metrics import jobs


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
