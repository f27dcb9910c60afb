"""What days cannot tell reads months of history: on the shelf, in reports, by API and command."""

import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from tests.metrics.outcomes.conftest import YEAR
from troth.core import clock
from troth.core.windows import Span, midnight
from troth.metrics import jobs, queries, reporting, shelving
from troth.metrics.lookback import months_read, months_up_to, read_over
from troth.metrics.models_outcomes import Reported
from troth.metrics.outcome_commands import outcomes
from troth.metrics.outcomes.people import AGE, SHORTER
from troth.metrics.outcomes.results import State
from troth.metrics.shelf import Question, lately

pytestmark = pytest.mark.django_db
HISTORIES = {"clv": 36, "churn_buying": 36, "retention": 36, "breakage": 36, "repeat_purchase": 12}
UTC_ZONE, BERLIN = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin")


def shop(signal, count=120, *, last=700.0):
    """Return customers who ordered for two years: a first order, and others while they stay."""
    made = []
    for n in range(count):
        first, gap, stays = (n * 5) % 300, 15 + (n * 7) % 40, 1 + (n * 3) % 11
        for k in range(stays):
            days = 0.5 + first + k * gap
            if days < last:
                made.append(signal("order", f"c{n}", days=days, value=10.0 + n % 9, unit="EUR"))
    return made


def test_each_outcome_says_how_many_months_it_reads():
    told = {one.name: months_read(one.definition) for one in queries.outcome_definitions()}
    assert {name: months for name, months in told.items() if name in HISTORIES} == HISTORIES
    assert told["nps"] == told["aov"] == told["churn_contract"] == 0


@pytest.mark.parametrize(
    ("day", "months", "first"),
    [
        (date(2026, 11, 22), 36, date(2023, 11, 22)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 1), 36, date(2023, 1, 1)),
    ],
)
def test_months_are_those_of_the_calendar_in_the_zone(day, months, first):
    found = months_up_to(months, midnight(day, BERLIN), BERLIN)
    assert found == Span(midnight(first, BERLIN), midnight(day, BERLIN))
    assert months_up_to(36, datetime(1901, 1, 1, tzinfo=UTC), BERLIN).start.year == 1899


def test_what_days_are_asked_of_decides_nothing_but_the_evening():
    clv = queries.outcome_named("clv").definition
    asked = {lately("clv", clv, zone="UTC", days=days) for days in (28, 90, 365)}
    assert asked == {Question(name="clv", zone="UTC", months=36)}
    now = datetime(2026, 11, 22, 16, tzinfo=UTC)
    frame = next(iter(asked)).framed(now=now)
    assert (frame.span.start, frame.span.end) == (
        datetime(2023, 11, 22, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC)
    )  # fmt: skip
    before = Question(name="clv", zone="UTC", months=36, at=datetime(2026, 10, 1, tzinfo=UTC))
    assert before.framed(now=now).span.end == datetime(2026, 10, 1, tzinfo=UTC)
    assert before.next_day(now=now) > now + timedelta(days=1000)
    nps = queries.outcome_named("nps").definition
    assert lately("nps", nps, zone="UTC", days=28) == Question(name="nps", zone="UTC", days=28)


@pytest.mark.mission("S2.61", "S2.48")
def test_lifetime_value_on_the_shelf_is_that_of_the_whole_history(tell, signal):
    tell(shop(signal))
    now = YEAR.start + timedelta(days=701, hours=9)
    clv = queries.outcome_named("clv").definition
    asked = lately("clv", clv, zone="UTC", days=28)
    shelving.ask([asked], now=now)
    jobs.recount(now=now)
    (found,) = shelving.ask([asked], now=now)
    (told,) = found.outcomes
    whole = Span(YEAR.start - timedelta(days=1), told.span.end)
    assert told.n == 120
    assert told.value == pytest.approx(queries.outcome("clv", span=whole, at=now).value)
    assert told.facts["orders read from"] == "2026-01-01"
    month = Span(told.span.end - timedelta(days=28), told.span.end)
    assert queries.outcome("clv", span=month, at=now).n < 60  # what the days alone would say


@pytest.mark.mission("S2.61")
def test_a_month_is_reported_with_the_history_up_to_its_end(tell, signal):
    tell(shop(signal))
    now = datetime(2027, 12, 5, tzinfo=UTC)
    assert reporting.report_month(now=now) > 0
    assert reporting.report_month(now=now + timedelta(hours=6)) == 0
    rows = {row.name: row for row in Reported.objects.filter(reason="month")}
    end = datetime(2027, 12, 1, tzinfo=UTC)
    assert (rows["clv"].starts_at, rows["clv"].ends_at) == (datetime(2024, 12, 1, tzinfo=UTC), end)
    assert (rows["clv"].n, rows["clv"].state) == (120, "shown")
    assert rows["repeat_purchase"].starts_at == datetime(2026, 12, 1, tzinfo=UTC)
    assert rows["aov"].starts_at == datetime(2027, 11, 1, tzinfo=UTC)


def test_the_api_and_the_command_read_a_history_unless_a_start_is_named(
    tell, signal, client, token
):
    tell(shop(signal))
    reader = {"Authorization": f"Bearer {token('read')}"}
    url = "/api/v1/outcomes/clv?end=2027-12-01T00:00:00Z&at=2027-12-01T00:00:00Z"
    whole = client.get(url, headers=reader).json()
    assert (whole["start"], whole["n"]) == ("2024-12-01T00:00:00Z", 120)
    part = client.get(f"{url}&start=2027-09-01T00:00:00Z", headers=reader).json()
    assert part["start"] == "2027-09-01T00:00:00Z"
    assert part["n"] < 120
    aov = client.get(url.replace("clv", "aov"), headers=reader).json()
    assert aov["start"] == "2027-09-02T00:00:00Z"
    with clock.frozen(datetime(2027, 12, 1, tzinfo=UTC)):
        (said,) = json.loads(CliRunner().invoke(outcomes, ["clv", "--json"]).output)
    assert (said["n"], said["start"][:7]) == (120, "2024-12")


def test_people_say_how_many_months_their_own_reads(tell, signal):
    document = {"apiVersion": "troth/v1", "kind": "Outcome", "metadata": {"name": "worth"},
                "spec": {"like": "clv", "history": 24}}  # fmt: skip
    reporting.declare_outcome(document=document, author="a", now=YEAR.start)
    own = queries.outcome_named("worth")
    assert months_read(own.definition) == 24
    assert own.version.removeprefix("v1-") != queries.outcome_named("clv").version
    span = Span(YEAR.end - timedelta(days=1), YEAR.end)
    assert read_over(own.definition, span, UTC_ZONE).start == datetime(2025, 1, 1, tzinfo=UTC)
    document["spec"]["history"] = 0  # what the days say is wanted
    reporting.declare_outcome(document=document, author="a", now=YEAR.start)
    assert read_over(queries.outcome_named("worth").definition, span, UTC_ZONE) == span


@pytest.mark.mission("S2.61", "S2.8")
def test_retention_is_told_at_an_age_that_it_names(tell, signal):
    made = []
    for n in range(50):
        made += [signal("order", f"a{n}", days=1), *([signal("order", f"a{n}", days=45)][: n < 20])]
    made += [signal("order", f"late{n}", days=150) for n in range(29)]
    tell(made)
    early = queries.outcome("retention", span=YEAR, at=YEAR.start + timedelta(days=70))
    assert (early.value, early.n) == (0.4, 50)
    assert early.facts[AGE] == "days 31 to 60 after the first order"
    assert early.facts[SHORTER] == "the longest that 30 customers or more have reached"
    # Of those who began late too few are so old: the age stays that of enough customers.
    whole = queries.outcome("retention", span=YEAR, at=YEAR.start + timedelta(days=400))
    assert whole.facts[AGE] == "days 331 to 360 after the first order"
    assert (whole.n, whole.value, SHORTER in whole.facts) == (50, 0, False)
    few = Span(YEAR.start + timedelta(days=100), YEAR.end)
    found = queries.outcome("retention", span=few, at=YEAR.end)
    assert (found.state, found.n) == (State.NOT_ENOUGH, 29)
