"""Boston's half-year of service requests: every case judged as the city judged it."""

from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner
from django.db import transaction

from troth.core import clock
from troth.core.windows import Span
from troth.metrics import jobs as metrics
from troth.metrics import queries as insight
from troth.promises import actions, queries
from troth.promises.rules.results import Verdict
from troth.signals import queries as signals
from troth.signals.commands import import_
from troth.signals.expressions import parse
from troth.signals.store import Filter

AT = datetime(2016, 1, 13, 5, tzinfo=UTC)  # midnight in Boston
NOW = datetime(2016, 2, 1, tzinfo=UTC)
DOCUMENT = {
    "apiVersion": "troth/v1",
    "kind": "Promise",
    "metadata": {"name": "every-request"},
    "spec": {
        "text": "Your request is closed by the date we gave you.",
        "evaluator": "deadline",
        "signals": {"kind": "city.case"},
        "due": "due_at",
        "target": "70%",
        "windows": ["400d", "28d"],
        "zone": "America/New_York",
        "needs": {"watermark": "3d"},
    },
}
pytestmark = [pytest.mark.shared, pytest.mark.django_db]


@pytest.fixture(scope="module")
def boston(shared_data, django_db_setup, django_db_blocker):
    """Import the half-year and declare one promise over all of it, once for the module."""
    with django_db_blocker.unblock(), clock.frozen(NOW), transaction.atomic():
        path = shared_data / "boston311" / "2015-h1.csv.gz"
        mapping = "examples/boston311/mapping.yaml"
        done = CliRunner().invoke(import_, ["--map", mapping, str(path)])
        assert "58,119 accepted" in done.output
        actions.declare(spec=DOCUMENT, author="Ada", now=NOW)
        actions.bring_up_to_date(now=NOW)
        yield
        transaction.set_rollback(True)


def _share_of(where: str) -> int:
    chosen = Filter(
        kinds=("city.case",), where=parse(where, role="condition"),
        time=parse("happened_at", role="time"),
        span=Span(datetime(2014, 1, 1, tzinfo=UTC), NOW),
    )  # fmt: skip
    return signals.store().cases(chosen, limit=1).total


@pytest.mark.mission("S1.5a", "S2.6")
def test_cases_without_a_date_are_no_promise_and_never_kept(boston):
    with clock.frozen(NOW):
        ((result, _),) = [o.results for o in queries.judged(["every-request"], at=AT)]
    assert result.no_promise == 14_527
    assert result.total + result.pending == 58_119 - 14_527


@pytest.mark.mission("S1.5a")
def test_each_labelled_promise_gets_the_citys_own_verdict(boston):
    with clock.frozen(NOW):
        kept = queries.drill("every-request", part="kept", window="400d", at=AT)
        broken = queries.drill("every-request", part="broken", window="400d", at=AT)
    labelled = "due_at is not null and segment.label is not null"
    assert _share_of(labelled) == 43_490
    assert _listed(broken, "segment.label = 'overdue'") == 15_624
    assert _listed(broken, "segment.label = 'ontime'") == 0
    assert _listed(kept, "segment.label = 'overdue'") == 0
    overdue = _share_of(f"{labelled} and segment.label = 'overdue'")
    assert overdue == 15_624
    assert round(100 * overdue / 43_490, 3) == 35.926


def _listed(drill: queries.Drill, condition: str) -> int:
    where = f"({drill.where.text}) and ({condition})" if drill.where else condition
    chosen = Filter(
        kinds=drill.kinds, where=parse(where, role="condition"), time=drill.time,
        span=drill.span, zone=drill.zone,
    )  # fmt: skip
    return signals.store().cases(chosen, limit=1).total


def test_the_counts_of_the_judgement_are_those_of_its_cases(boston):
    with clock.frozen(NOW):
        ((result, _),) = [o.results for o in queries.judged(["every-request"], at=AT)]
        kept = queries.drill("every-request", part="kept", window="400d", at=AT)
        broken = queries.drill("every-request", part="broken", window="400d", at=AT)
    assert _listed(kept, "true") == result.good
    assert _listed(broken, "true") == result.bad
    assert result.verdict == Verdict.BROKEN


def test_late_among_closed_with_a_date_is_as_published(boston):
    closed = "due_at is not null and resolved_at is not null"
    late = _share_of(f"{closed} and resolved_at > due_at")
    assert (late, _share_of(closed)) == (10_025, 37_320)
    assert round(100 * late / 37_320, 3) == 26.862


def test_cases_that_close_before_they_open_are_flagged_and_still_counted(boston):
    flagged = Filter(kinds=("city.case",), flagged="resolved-before-happened")
    assert signals.store().cases(flagged, limit=1).total == 84


@pytest.mark.mission("S1.5a")
def test_the_kept_judgement_equals_the_exact_one(boston):
    with clock.frozen(NOW):
        (live,) = queries.standing()
        (exact,) = queries.standing(at=NOW)
    assert [_figures(w) for w in live.windows] == [_figures(w) for w in exact.windows]
    assert live.strip == exact.strip


def _figures(window):
    return (window.window, window.verdict, window.good, window.total, window.no_promise,
            window.pending)  # fmt: skip


@pytest.mark.mission("S1.5d", "S2.6", "S2.11")
def test_the_expectation_gap_has_a_sign_and_a_tight_promise_is_warned_about(boston):
    draft = {**DOCUMENT, "spec": {**DOCUMENT["spec"], "due": "2d"}}
    found = queries.backtest(document=draft, now=datetime(2015, 7, 2, tzinfo=UTC), months=6)
    assert found.judged == 6
    assert found.kept == 0
    assert found.tight
    assert "fewer than four in five" in found.warning
    with clock.frozen(NOW):
        gap = queries.promise_detail("every-request").gap
    assert gap is not None
    assert gap.early + gap.late == gap.n
    assert gap.p50 <= gap.p90


@pytest.mark.mission("S2.11")
def test_a_suggested_time_keeps_its_promise_on_cases_it_has_not_seen(boston):
    """Nine in ten trees of January to April: the same time holds for those of May and June."""
    where = "segment.reason = 'Street Cleaning'"
    spec = {**DOCUMENT["spec"], "due": "2d", "signals": {"kind": "city.case", "where": where}}
    draft = {**DOCUMENT, "spec": spec}
    learnt = queries.backtest(document=draft, now=datetime(2015, 5, 2, tzinfo=UTC), months=4)
    assert learnt.suggested is not None
    seconds = int(learnt.suggested.total_seconds())
    opened = f"{where} and happened_at >= timestamp '2015-05-01T04:00:00Z'"
    met = _share_of(f"{opened} and resolved_at <= happened_at + interval '{seconds} seconds'")
    assert met / _share_of(opened) > 0.85


@pytest.mark.mission("S1.3")
def test_the_snow_of_february_is_a_fade_with_its_date(boston):
    """Storms began on the last days of January; by the first week of April it was over."""
    until = datetime(2015, 7, 1, 12, tzinfo=UTC)
    with clock.frozen(until):
        metrics.evaluate(now=until)
    fades = [one for one in insight.fades(at=until) if one.kind == "fade"]
    snow = fades[-1]
    assert snow.stream.key == "promise:every-request"
    assert date(2015, 1, 27) <= snow.onset <= date(2015, 2, 5)
    assert date(2015, 2, 2) <= snow.opened_on <= date(2015, 2, 9)
    assert date(2015, 3, 20) <= snow.closed_on <= date(2015, 4, 20)
    assert 10 < snow.size < 30, "percentage points"
