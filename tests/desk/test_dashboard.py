"""The dashboard: four figures, how each went, in words and with its table; as of a past evening."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.looks import findings
from troth.core import clock
from troth.core.windows import Span
from troth.desk import courses, dashboard
from troth.metrics import jobs, queries, reporting
from troth.metrics.models_shelf import Shelved
from troth.metrics.outcomes.results import Curve, Point
from troth.signals import actions as signals
from troth.signals.envelope import Signal

NOW = datetime(2026, 11, 22, 16, tzinfo=UTC)
URL = "/desk/insight/outcomes/"


def said(kind, key, back, *, now=NOW, **more):
    return Signal(source="shop", kind=kind, key=key, happened_at=now - timedelta(days=back), **more)


def shop(now=NOW):
    """Return two years of orders, and answers of which more are good from July 2026 on."""
    made = []
    for n in range(150):
        first, gap = 60 + (n * 7) % 640, 12 + (n * 5) % 50
        days = [first - k * gap for k in range(1 + n % 9)]
        for k, back in enumerate(day for day in days if day > 0):
            at = now - timedelta(days=back)
            due = at + timedelta(days=2)
            late = (n + k) % 10 == 0
            made.append(said(
                "order", f"o{n}-{k}", back, subject=f"c{n}", value=20 + n % 11, unit="EUR",
                due_at=due, resolved_at=due + timedelta(hours=5 if late else -5), now=now,
            ))  # fmt: skip
    for day in range(330):
        for n in range(5):
            glad = n < (4 if day < 140 else 2)
            nps, csat = (10, 5) if glad else (2, 1)
            made.append(said("survey.nps", f"n{day}-{n}", day + 0.1, value=nps, now=now))
            made.append(said("survey.csat", f"s{day}-{n}", day + 0.1, value=csat, now=now))
    return made


@pytest.fixture
def told(db):
    with clock.frozen(NOW):
        signals.accept(batches=[shop()], door="test", now=NOW)
        while signals.seal(now=NOW).rows:
            pass
        yield


def count_all(*, only=()):
    """Let the worker count what waits; `only` outcomes of these names, and no others ever."""
    if only:
        Shelved.objects.exclude(name__in=only).delete()
    while jobs.tally(now=clock.now()) + jobs.recount(now=clock.now()):
        pass


def shown(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def counted(client, url=URL, *, only=()):
    shown(client, url)
    count_all(only=only)
    return shown(client, url)


def words(text):
    """Return what is read, each tag as a space and thin spaces as such."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


@pytest.mark.mission("S2.61")
def test_while_it_is_counted_it_says_so_and_never_that_there_is_no_signal(told, signed_in, vic):
    client = signed_in(vic)
    first = shown(client, URL)
    assert first.count('<p class="quiet">being counted</p>') == 4
    assert "no signal of it" not in first
    jobs.recount(now=NOW)  # some stand, others wait
    partly = shown(client, URL)
    assert "being counted" in partly
    assert "no signal of it" not in partly
    count_all()
    whole = shown(client, URL)
    assert "being counted" not in whole
    assert "no signal of it" not in whole


@pytest.mark.mission("S2.61", "S2.48")
def test_the_days_chosen_change_no_history(told, signed_in, vic):
    client = signed_in(vic)
    figures = []
    for days in (28, 365):
        text = words(counted(client, f"{URL}?days={days}", only=("clv", "retention")))
        figures.append(re.search(r"Lifetime value ([\d.]+ EUR)", text)[1])
        assert "read: 22 Nov 2023 to 21 Nov 2026" in text
    assert figures[0] == figures[1]
    rows = Shelved.objects.filter(name="clv")
    assert sum("at" not in row.question for row in rows) == 1


@pytest.mark.mission("S2.61", "S2.8")
def test_each_of_the_four_has_its_course_in_words_and_a_table(told, signed_in, vic):
    html = counted(signed_in(vic))
    text = words(html)
    assert "October 2026: 80.0 %" in text
    assert "which may be chance" not in text.split("CSAT by month")[1].split("NPS by month")[0]
    assert "The change: +40.0 pp" in text
    assert "of two histories that overlap: it has no interval" in text
    assert re.search(r"Of \d+ customers for whom that time is over, .* ordered in days 331 to 360 "
                     r"after the first order\.", text)  # fmt: skip
    for name in ("CSAT", "NPS", "Lifetime value"):
        assert f'aria-label="The numbers behind this chart: {name} by month"' in html
    assert html.count("<summary>The numbers behind this chart</summary>") == 4
    assert html.count("shaded: 95 % interval") == 4
    assert "90 % interval" not in html


@pytest.mark.mission("S2.8")
def test_on_time_is_in_the_list_with_all_that_it_takes_to_believe_it(told, signed_in, vic):
    client = signed_in(vic)
    html = counted(client, only=("on_time:order", "on_time:survey.nps"))
    one = queries.outcome_named("on_time:order")
    row = html.split("outcomes/on_time:order/")[1].split("</tr>")[0]
    assert re.search(r"\d+ of \d+", words(row))
    assert one.version in row
    assert re.search(r"\d+\.\d.% to \d+\.\d.%", words(row))
    assert "on_time:survey.nps" not in html  # no case of it falls due
    assert "Failure rate cases of any kind that say how they ended (outcome)" not in words(html)
    each = [f"failures:{kind}" for kind in ("order", "survey.csat", "survey.nps")]
    text = words(counted(client, only=each))
    assert "Failure rate cases of any kind that say how they ended (outcome)" in text
    page = counted(client, f"{URL}on_time:order/?by=country", only=("on_time:order",))
    assert "On time: order" in page
    assert client.get(f"{URL}on_time:nothing/").status_code == 404
    file = client.get(f"{URL}on_time:order/?format=csv")
    assert 'filename="on_time-order.csv"' in file["Content-Disposition"]


def test_what_cannot_be_told_says_of_which_signals_it_is_made(told, signed_in, vic):
    text = words(shown(signed_in(vic), URL))
    missing = text.split("Not told yet")[1]
    for needed in ("Reward breakage reward.lot , reward.redeemed", "Churn (contracts) contract",
                   "Cart abandonment cart , order"):  # fmt: skip
        assert needed in missing
    assert "CSAT" not in missing


@pytest.mark.mission("S0.16")
def test_a_past_evening_is_read_as_it_was_and_every_link_keeps_it(told, signed_in, vic):
    client = signed_in(vic)
    html = counted(client, f"{URL}?days=28&at=2026-06-30T18:00", only=("aov", "nps", "retention"))
    text = words(html)
    assert "3 Jun 2026 to 30 Jun 2026" not in text  # that day was not over
    assert "2 Jun 2026 to 29 Jun 2026" in text
    assert "As it stood at" in text
    assert "May 2026" in text
    assert "November 2026:" not in text
    assert "at=2026-06-30" in html.split("outcomes/retention/")[1].split('"')[0]
    assert Shelved.objects.filter(name="aov").count() == 1
    shown(client, f"{URL}?days=28&at=2026-06-30T21:00")  # the same evening: nothing new to count
    assert Shelved.objects.filter(name="aov").count() == 1
    asked = counted(client, f"{URL}aov/?days=28&at=2026-06-30T18:00")
    assert "2 Jun 2026 to 29 Jun 2026" in words(asked)
    evening = datetime(2026, 6, 30, tzinfo=UTC)
    one = queries.outcome("aov", span=Span(evening - timedelta(days=28), evening), at=evening)
    assert f"Cases {one.n}, at least" in words(asked)


def test_late_evidence_of_a_past_evening_counts_it_again(told, signed_in, vic):
    client = signed_in(vic)
    url = f"{URL}aov/?days=28&at=2026-06-30"
    before = re.search(r"Cases ([\d,]+),", words(counted(client, url)))[1]
    late = said("order", "late", 150, subject="c1", value=9, unit="EUR")
    signals.accept(batches=[[late]], door="test", now=NOW)
    signals.seal(now=NOW)
    jobs.tally(now=NOW)
    with clock.frozen(NOW + timedelta(hours=1)):
        count_all()
        after = re.search(r"Cases ([\d,]+),", words(shown(client, url)))[1]
    assert int(after) == int(before) + 1


@pytest.mark.parametrize("asked", ["at=nonsense", "at=2031-01-01", "as_of=2026-01-01", "days=-3",
                                   "at=1971-01-01", "at=2026-02-30", "at=9999-99-99"])  # fmt: skip
def test_strange_instants_are_answered_in_words(told, signed_in, vic, asked):
    client = signed_in(vic)
    for path in (URL, f"{URL}clv/", "/desk/insight/exposure/"):
        text = shown(client, f"{path}?{asked}")
        told_so = 'role="alert"' in text
        assert told_so == (asked not in ("at=1971-01-01", "days=-3"))
        assert client.get(f"{path}?{asked}&format=csv").status_code == 200


@pytest.mark.mission("S2.1")
def test_exposure_looks_back_too_and_says_what_a_broken_promise_goes_with(told, signed_in, vic):
    client = signed_in(vic)
    html = counted(client, "/desk/insight/exposure/?at=2026-09-30")
    assert "As it stood at" in html
    assert "30 Sep 2025 to 29 Sep 2026" in words(html) or "1 Oct 2025 to 30 Sep 2026" in words(html)
    questions = [row.question for row in Shelved.objects.filter(name="broken_cost")]
    assert questions
    assert all(one["at"].startswith("2026-10-01") for one in questions)


def test_what_was_reported_later_is_not_told_of_an_evening_before(told, signed_in, vic):
    may = Span(datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC))
    found = queries.outcome("aov", span=may, at=NOW)
    reporting.report(outcome=found, reason="board")
    client = signed_in(vic)
    assert "for board" in counted(client, f"{URL}aov/")
    assert "for board" not in counted(client, f"{URL}aov/?at=2026-06-30")


def test_a_list_of_many_kinds_asks_the_database_no_more_than_one_of_few(
    told, signed_in, vic, django_assert_max_num_queries
):
    more = [said(f"thing.{n}", f"x{n}", 3, outcome="failed") for n in range(20)]
    signals.accept(batches=[more], door="test", now=NOW)
    signals.seal(now=NOW)
    client = signed_in(vic)
    shown(client, URL)
    assert Shelved.objects.filter(name__startswith="failures:").count() == 23
    with django_assert_max_num_queries(20):
        shown(client, URL)


def contracts():
    return [
        said("contract", f"k{n}", 100 + n * 3, subject=f"c{n}",
             resolved_at=NOW - timedelta(days=100 + n * 3 - 20 - n) if n % 3 == 0 else None)
        for n in range(300)
    ]  # fmt: skip


@pytest.mark.mission("S2.61")
def test_who_sells_by_contract_sees_how_long_contracts_last(db, signed_in, vic):
    with clock.frozen(NOW):
        signals.accept(batches=[contracts()], door="test", now=NOW)
        signals.seal(now=NOW)
        client = signed_in(vic)
        assert "no signal of it" in shown(client, URL)  # of the other three
        html = counted(client)
        text = words(html)
    assert re.search(r"Of 300 contracts [\d.]+.% .* still run after 12 periods of 30 days, "
                     r"by Kaplan and Meier", text)  # fmt: skip
    assert "Retention: how long contracts last" in text
    assert html.count("no signal of it") == 3
    assert html.split("All others")[1].count("survival") == 0


def test_a_curve_of_thousands_of_steps_is_drawn_with_as_many_as_can_be_seen():
    points = tuple(Point(float(n), 1 - n / 9_000, None, None, 9_000 - n) for n in range(9_000))
    thin = dashboard._thinned(Curve("all", points))
    assert len(thin.points) <= dashboard._MOST_POINTS + 2
    assert (thin.points[0], thin.points[-1]) == (points[0], points[-1])
    few = Curve("all", points[:3])
    assert dashboard._thinned(few) == few


def test_what_was_reported_stands_with_its_interval_and_currency(told, signed_in, vic):
    may = Span(datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC))
    one = queries.outcome("aov", span=may, at=NOW)
    reporting.report(outcome=one, reason="board")
    never = Span(datetime(1990, 5, 1, tzinfo=UTC), datetime(1990, 6, 1, tzinfo=UTC))
    reporting.report(outcome=queries.outcome("aov", span=never, at=NOW), reason="board")
    text = words(shown(signed_in(vic), f"{URL}aov/"))
    assert f"{one.value:.2f} EUR ({one.low:.2f} EUR to {one.high:.2f} EUR)" in text
    assert "1 May 1990 to 31 May 1990 no data 0" in text
    assert "money" not in text


@pytest.mark.parametrize("at", [datetime(2026, 11, 1, tzinfo=UTC), NOW,
                                datetime(2026, 11, 30, 23, 59, tzinfo=UTC)])  # fmt: skip
def test_the_months_are_the_last_twelve_that_are_over(at, db):
    known = {one.name: one for one in queries.outcome_definitions()}
    found = courses.questions(known, zone="UTC", at=at)
    assert [len(each) for each in found.values()] == [12, 12, 12]
    days = [month.day for month in courses.of_answers([_nothing(one) for one in found["nps"]])]
    assert (days[0], days[-1]) == (date(2025, 11, 30), date(2026, 10, 31))
    clv = [month.day for month in courses.of_answers([_nothing(one) for one in found["clv"]])]
    assert clv == days


def _nothing(question):
    from troth.metrics.queries.shelved import Answer

    return Answer(question, (), None, False, "")


def test_words_of_few_months_claim_no_course():
    months = [courses.Month(date(2026, 9, 30), None), courses.Month(date(2026, 10, 31), None)]
    assert courses.told(months) == courses._NONE
    assert courses.told(months, waiting=2) == "2 of 2 months are being counted."
    assert courses.drawn(months, "NPS") == ""


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.mission("S3.12")
def test_the_dashboard_looks_right(opened, ben):
    now = clock.now()
    signals.accept(batches=[shop(now)], door="test", now=now)
    while signals.seal(now=now).rows:
        pass
    page = opened(ben)
    back = f"at={now - timedelta(days=2):%Y-%m-%d}"
    paths = (f"{URL}?{back}", f"{URL}clv/?{back}", f"{URL}broken_cost/?{back}",
             f"/desk/insight/exposure/?{back}")  # fmt: skip
    for path in paths:
        page.goto(path)
    count_all()
    for path in paths:
        page.goto(path)
        assert (path, findings(page)) == (path, [])
    page.goto(paths[0])
    page.get_by_text("The numbers behind this chart").first.click()
    page.get_by_role("region", name="The numbers behind this chart: CSAT by month").wait_for()
    assert page.breaches == []
