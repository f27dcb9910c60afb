"""Boston, January to June 2015, on the desk: the snow of February, the mix, and the friction."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from django.db import transaction

from tests.conftest import SHARED
from troth.core import clock
from troth.core.windows import Span
from troth.desk.templatetags.insight import apart_points
from troth.desk.templatetags.measured import moved
from troth.metrics import jobs as metrics
from troth.metrics import queries as asked
from troth.metrics.drift.mixing import mixed
from troth.promises import actions, queries
from troth.promises.rules.results import Count
from troth.signals.commands import import_

PROMISES = Path("examples/boston311/promises.yaml")
NOW = datetime(2015, 7, 1, 5, tzinfo=UTC)
pytestmark = [pytest.mark.shared, pytest.mark.django_db]


@pytest.fixture(scope="module")
def boston(django_db_setup, django_db_blocker):
    """Import the half-year, and declare what the city could promise, once for the module."""
    with django_db_blocker.unblock(), clock.frozen(NOW), transaction.atomic():
        path = SHARED / "data" / "boston311" / "2015-h1.csv.gz"
        if not path.exists():
            pytest.skip("the shared data are not here")
        done = CliRunner().invoke(import_, ["--map", "examples/boston311/mapping.yaml", str(path)])
        assert "accepted" in done.output
        for document in yaml.safe_load_all(PROMISES.read_text("utf-8")):
            actions.declare(spec=document, author="Ada", now=NOW)
        actions.bring_up_to_date(now=NOW)
        while metrics.evaluate(now=NOW):
            pass
        yield
        transaction.set_rollback(True)


SPRING = "?from=2015-01-05&until=2015-01-25&against_from=2015-02-02&against_until=2015-02-22"


@pytest.mark.mission("S2.44", "S1.4", "S1.18")
def test_the_snow_of_february_is_a_dated_special_cause(boston, signed_in, vic):
    """From 27 January to 15 February 2015 two and a half metres fell on Boston."""
    found = {(one.kind, one.stream.name if one.stream else ""): one
             for one in reversed(asked.fades(at=NOW))}  # fmt: skip
    snow = (date(2015, 1, 27), date(2015, 2, 28))
    together = next(one for (kind, _), one in found.items() if kind == "stack")
    assert snow[0] <= together.onset <= snow[1]
    roads = found["fade", "Roads and sidewalks"]
    assert snow[0] <= roads.onset <= snow[1]
    assert roads.opened_on <= snow[1]
    assert roads.size > 20
    with clock.frozen(NOW):
        text = signed_in(vic).get("/desk/insight/?at=2015-03-01T05:00Z").content.decode()
    assert "Roads and sidewalks" in text
    assert "worse than usual" in text


@pytest.mark.mission("S4.13", "S0.1")
def test_the_mix_of_channels_is_told_apart_from_the_rate(boston, signed_in, vic):
    with clock.frozen(NOW):
        url = f"/desk/insight/compare/every-request/{SPRING}&by=channel"
        text = signed_in(vic).get(url).content.decode()
    starts = [datetime(2015, 1, 5, 5, tzinfo=UTC), datetime(2015, 2, 2, 5, tzinfo=UTC)]
    counts = [
        queries.by_segment_between(
            "every-request", attribute="channel", span=Span(start, start + timedelta(days=21))
        )
        for start in starts
    ]
    parts = mixed(*({name: (one.good, one.total) for name, one in each.items()} for each in counts))
    was, came = (sum(each.values(), Count()) for each in counts)
    rate, mix = float(sum(one.rate for one in parts)), float(sum(one.mix for one in parts))
    assert came.share - was.share < -0.1
    assert rate + mix == pytest.approx(came.share - was.share, abs=1e-12)
    assert abs(mix) < abs(rate)
    assert moved(rate, "share") in text
    assert moved(mix, "share") in text


@pytest.mark.mission("S1.16")
def test_friction_is_ranked_by_reason(boston, signed_in, vic):
    with clock.frozen(NOW):
        url = "/desk/insight/friction/?promise=every-request&by=reason"
        text = signed_in(vic).get(url).content.decode()
        counts = queries.by_segment("every-request", attribute="reason")
    missed = {name: 0.7 * count.total - count.good for name, count in counts.items()}
    worst = max(missed, key=missed.get)
    assert f"Begin with {worst}" in text.replace("&amp;", "&")
    short = max(missed.values()) / counts[worst].total
    assert f'data-label="Short of the promise by">{apart_points(short)}<' in text
