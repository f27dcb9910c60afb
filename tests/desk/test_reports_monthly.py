"""The loyalty health of a month: intervals, counts, what was left out, and what changed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.looks import findings
from tests.notify.outbox import with_values
from troth.core import clock
from troth.core.windows import Span
from troth.desk import jobs
from troth.desk.models import Report
from troth.desk.reporting.figures import change, difference
from troth.metrics import queries
from troth.metrics.outcomes.people import AGE
from troth.metrics.outcomes.results import Figure
from troth.signals import actions as signals
from troth.signals.envelope import Signal

FEBRUARY, MARCH = datetime(2026, 2, 2, 9, tzinfo=UTC), datetime(2026, 3, 2, 9, tzinfo=UTC)
MADE = datetime(2026, 4, 4, 6, tzinfo=UTC)
HOURS = timedelta(hours=6)


def answers(month, promoters):
    """Return a hundred and ten answers of a month, so many of promoters, the rest of detractors."""
    return [
        Signal(source="survey", kind="survey.nps", key=f"{month:%m}-{number}",
               happened_at=month + number * HOURS / 2, subject=f"c{number}",
               value=10 if number < promoters else 2)
        for number in range(110)
    ]  # fmt: skip


def orders(month, count):
    return [
        Signal(source="shop", kind="order", key=f"o{month:%m}-{number}", subject=f"c{number}",
               happened_at=month + number * HOURS, value=20 + number % 7, unit="EUR",
               outcome="canceled" if number == count - 1 else "delivered")
        for number in range(count)
    ]  # fmt: skip


def accepted(now):
    months = [now.replace(day=2) - timedelta(days=days) for days in (60, 31)]
    for month, promoters, count in zip(months, (50, 100), (90, 60), strict=True):
        made = answers(month.replace(day=2), promoters) + orders(month.replace(day=2), count)
        signals.accept(batches=[made], door="test", now=now)
    while signals.seal(now=now).rows:
        pass


@pytest.fixture
def report(db):
    with clock.frozen(MADE):
        accepted(MADE)
        jobs.report(now=MADE)
        yield Report.objects.get(kind="monthly")


def of(report, name):
    (found,) = [one for one in report.content["outcomes"] if one["name"] == name]
    return found


@pytest.mark.mission("S2.62", "S2.61", "S2.8")
def test_each_figure_has_interval_n_exclusions_and_its_change(report):
    assert (report.starts_on.isoformat(), report.ends_on.isoformat()) == (
        "2026-03-01",
        "2026-03-31",
    )
    nps = of(report, "nps")
    assert nps["value"] == pytest.approx(100 * (100 - 10) / 110)
    assert nps["before"]["value"] == pytest.approx(100 * (50 - 60) / 110)
    assert nps["change"]["points"] == pytest.approx(100 * 100 / 110)
    assert 0 < nps["change"]["low"] < nps["change"]["points"] < nps["change"]["high"]
    assert (nps["n"], nps["state"]) == (110, "shown")
    aov = of(report, "aov")
    assert (aov["n"], aov["unit"]) == (59, "EUR")
    assert sum(aov["excluded"].values()) == 1
    assert aov["low"] < aov["value"] < aov["high"]
    assert of(report, "repeat_purchase")["change"].keys() == {"points"}
    assert of(report, "retention")["curve"]["points"]
    assert any("breakage" in one.casefold() for one in report.content["without_signals"])


@pytest.mark.mission("S2.61", "S2.8")
def test_retention_names_its_age(report, signed_in, vic):
    assert of(report, "retention")["facts"][AGE] == "days 1 to 30 after the first order"
    text = signed_in(vic).get(f"/desk/insight/reports/{report.uid}/").content.decode()
    assert "over 36 months, days 1 to 30 after the first order" in text


def test_figures_of_different_ages_have_no_change(report):
    span = Span(MARCH, MADE)
    one = queries.outcome("retention", span=queries.outcome_span("retention", MADE), at=MADE)
    older = replace(one, facts={AGE: "days 31 to 60 after the first order"}, span=span)
    assert change(one, older, shared=True) is None
    assert change(one, replace(one, span=span), shared=True) == {"points": 0.0}
    assert "low" in change(one, replace(one, span=span), shared=False)
    assert change(one, replace(one, unit="EUR"), shared=True) is None


def test_an_older_month_is_read_as_it_was_known_on_its_day(report):
    assert report.content["known_at"].startswith("2026-04-04T06:00")
    assert jobs.report(now=MADE + timedelta(days=1)) == 0


def test_a_change_has_the_interval_of_square_and_add():
    now = Figure(value=0.5, low=0.4, high=0.6, numerator=50, denominator=100, n=100)
    before = Figure(value=0.3, low=0.27, high=0.34, numerator=30, denominator=100, n=100)
    found = difference(now, before)
    assert found["low"] == pytest.approx(0.2 - (0.1**2 + 0.04**2) ** 0.5)
    assert found["high"] == pytest.approx(0.2 + (0.1**2 + 0.03**2) ** 0.5)
    nothing = Figure(value=None, numerator=0, denominator=0, n=0)
    assert difference(now, nothing) is None


@pytest.mark.mission("S2.62")
def test_the_desk_shows_it(report, signed_in, vic):
    text = signed_in(vic).get(f"/desk/insight/reports/{report.uid}/").content.decode()
    for said in ("Loyalty health 2026-03", "NPS", "1 called off", "+90.9", "breakage"):
        assert said.casefold() in text.casefold()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.mission("S3.12")
def test_it_looks_right(opened, ben):
    accepted(MADE)
    jobs.report(now=MADE)
    page = opened(ben)
    page.goto(f"/desk/insight/reports/{Report.objects.get(kind='monthly').uid}/")
    assert findings(page) == []
    assert page.breaches == []


@pytest.mark.django_db
def test_a_month_in_which_clocks_change_ends_at_its_own_midnight(settings):
    settings.TROTH = with_values(settings.TROTH, time_zone="Europe/Berlin")
    edges = ("2026-02-28T22:59", "2026-02-28T23:01", "2026-03-31T21:59", "2026-03-31T22:01")
    sent = [
        Signal(source="survey", kind="survey.csat", key=f"edge-{at}", value=5, subject=at,
               happened_at=datetime.fromisoformat(f"{at}:00+00:00"))
        for at in edges
    ]  # fmt: skip
    with clock.frozen(MADE):
        signals.accept(batches=[sent], door="test", now=MADE)
        signals.seal(now=MADE)
        assert jobs.report(now=MADE - timedelta(hours=2, minutes=1)) == 1, "February's"
        assert jobs.report(now=MADE - timedelta(hours=2)) == 1, "six by the clocks of Berlin"
    march = of(Report.objects.get(kind="monthly", starts_on="2026-03-01"), "csat")
    assert (march["from"], march["until"]) == ("2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z")
    assert march["n"] == 2
    assert march["before"]["n"] == 1
