"""Reports: made once on their dates by the installation's clocks, and never changed after."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from tests.looks import findings
from tests.shop import judged, parcel
from troth.core import clock
from troth.desk import jobs
from troth.desk.models import Report
from troth.desk.reporting import making, periods
from troth.metrics import queries
from troth.signals import actions as signals

BERLIN = "Europe/Berlin"


def period(kind, *day):
    return periods.holding(date(*day), kind=kind, zone=BERLIN)


@pytest.mark.parametrize(
    ("kind", "label", "first", "last"),
    [
        ("weekly", "2025-W01", date(2024, 12, 30), date(2025, 1, 5)),
        ("monthly", "2025-01", date(2025, 1, 1), date(2025, 1, 31)),
        ("quarterly", "2025-Q1", date(2025, 1, 1), date(2025, 3, 31)),
    ],
)
def test_periods_are_those_of_the_calendar(kind, label, first, last):
    found = period(kind, 2025, 1, 2)
    assert (found.label, found.first, found.last) == (label, first, last)
    assert found.before.last == first - timedelta(days=1)
    assert period("quarterly", 2025, 12, 31).last == date(2025, 12, 31)


@pytest.mark.parametrize(
    ("day", "hours", "due"),
    [((2026, 3, 29), 167, "2026-03-30T04:00"), ((2026, 10, 25), 169, "2026-10-26T05:00"),
     ((2026, 3, 18), 168, "2026-03-23T05:00")],
)  # fmt: skip
def test_a_week_in_which_clocks_change_is_whole_and_told_at_six(day, hours, due):
    found = period("weekly", *day)
    assert found.span.end - found.span.start == timedelta(hours=hours)
    assert found.due_at.astimezone(UTC).isoformat().startswith(due)
    assert found.due_at.astimezone(ZoneInfo(BERLIN)).hour == 6


@pytest.mark.parametrize(
    ("kind", "day", "label", "last", "hours", "due"),
    [
        ("monthly", (2026, 3, 31), "2026-03", (2026, 3, 31), 31 * 24 - 1, "2026-04-04T04:00"),
        ("monthly", (2026, 10, 1), "2026-10", (2026, 10, 31), 31 * 24 + 1, "2026-11-04T05:00"),
        ("monthly", (2028, 2, 1), "2028-02", (2028, 2, 29), 29 * 24, "2028-03-04T05:00"),
        ("monthly", (2026, 12, 31), "2026-12", (2026, 12, 31), 31 * 24, "2027-01-04T05:00"),
        ("quarterly", (2026, 2, 28), "2026-Q1", (2026, 3, 31), 90 * 24 - 1, "2026-04-04T04:00"),
        ("quarterly", (2026, 12, 31), "2026-Q4", (2026, 12, 31), 92 * 24 + 1, "2027-01-04T05:00"),
    ],
)
def test_months_and_quarters_end_with_their_last_local_hour(kind, day, label, last, hours, due):
    found = period(kind, *day)
    assert (found.label, found.last) == (label, date(*last))
    assert found.span.end - found.span.start == timedelta(hours=hours)
    assert found.due_at.astimezone(UTC).isoformat().startswith(due)


@pytest.mark.parametrize(
    ("kind", "now", "newest", "labels"),
    [
        ("weekly", datetime(2026, 3, 23, 4, 59, tzinfo=UTC), None, ["2026-W11"]),
        ("weekly", datetime(2026, 3, 23, 5, tzinfo=UTC), None, ["2026-W12"]),
        ("weekly", datetime(2026, 3, 23, 5, tzinfo=UTC), date(2026, 3, 16), []),
        ("weekly", datetime(2026, 3, 23, 5, tzinfo=UTC), date(2026, 3, 2),
         ["2026-W11", "2026-W12"]),
        ("weekly", datetime(2026, 3, 23, 5, tzinfo=UTC), date(2025, 3, 3),
         ["2026-W09", "2026-W10", "2026-W11", "2026-W12"]),
        ("monthly", datetime(2026, 4, 3, 23, tzinfo=UTC), None, ["2026-02"]),
        ("monthly", datetime(2026, 4, 4, 4, tzinfo=UTC), None, ["2026-03"]),
        ("quarterly", datetime(2026, 4, 4, 4, tzinfo=UTC), date(2024, 1, 1), ["2026-Q1"]),
    ],
)  # fmt: skip
def test_what_was_missed_is_made_up_for_but_not_for_ever(kind, now, newest, labels):
    found = periods.due(now, kind=kind, zone=BERLIN, newest=newest)
    assert [one.label for one in found] == labels


@pytest.mark.django_db
def test_where_nothing_is_promised_nothing_is_reported():
    assert not jobs.is_due(now=clock.now())
    assert jobs.report(now=clock.now()) == 0


def audit():
    return Report.objects.filter(kind="weekly").latest("made_at")


def pillar(report, key):
    (found,) = [one for one in report.content["pillars"] if one["key"] == key]
    return found


@pytest.mark.django_db
@pytest.mark.mission("S2.64", "S2.63")
def test_a_report_exists_for_each_week_and_holds_the_planted_crack(fading):
    fade = fading_of(fading)
    monday = fade.opened_on - timedelta(days=fade.opened_on.weekday()) + timedelta(days=7)
    now = datetime.combine(monday, datetime.min.time(), UTC) + timedelta(hours=7)
    assert jobs.is_due(now=now)
    assert jobs.report(now=now) == 1
    assert not jobs.is_due(now=now)
    assert jobs.report(now=now) == 0
    report = audit()
    assert report.starts_on <= fade.opened_on <= report.ends_on
    six = [one["key"] for one in report.content["pillars"]]
    assert six[:6] == ["quality", "communication", "customers", "data-protection", "team",
                       "feedback"]  # fmt: skip
    cracks = [crack for one in report.content["pillars"] for crack in one["cracks"]]
    assert "Delivered on time" in [one["title"] for one in cracks]
    assert pillar(report, "other")["trifles"]
    for later in (7, 14):
        jobs.report(now=now + timedelta(days=later))
    starts = list(Report.objects.order_by("starts_on").values_list("starts_on", flat=True))
    assert [one - starts[0] for one in starts] == [timedelta(days=7 * n) for n in range(3)]


def fading_of(stream):
    found = [one for one in queries.fades(stream=stream.pk) if one.rings and one.stream]
    return min(found, key=lambda one: one.opened_at)


@pytest.fixture
def reported(shop, noon):
    """Return the audit of the week before the noon of the shop, made on that day."""
    shop(pillar="quality")
    jobs.report(now=noon)
    return audit()


@pytest.mark.django_db
@pytest.mark.mission("S2.64")
def test_each_pillar_has_its_promises_with_verdicts(reported):
    assert reported.content["period"] == "2026-W11"
    quality = pillar(reported, "quality")
    (row,) = quality["promises"]
    assert (row["name"], row["target"]) == ("On time", 0.7)
    assert row["total"] > 0
    assert row["verdict"]
    assert pillar(reported, "team")["promises"] == []


@pytest.mark.django_db
def test_an_old_report_never_changes(reported, noon):
    before = reported.content, reported.digest
    late = [parcel(number, late=True, version=2) for number in range(40)]
    signals.accept(batches=[late], door="test", now=noon)
    judged()
    assert jobs.report(now=noon + timedelta(hours=1)) == 0
    reported.refresh_from_db()
    assert (reported.content, reported.digest) == before
    assert making.digest(reported.content) == reported.digest
    reported.title = "Another"
    with pytest.raises(TypeError):
        reported.save()


@pytest.mark.django_db
def test_of_two_workers_one_makes_it(reported, noon):
    week = periods.holding(reported.starts_on, kind="weekly", zone="UTC")
    assert making._made(week, noon) == []
    assert Report.objects.count() == 1


@pytest.mark.django_db
def test_the_desk_lists_filters_shows_and_gives_away(reported, signed_in, vic):
    client = signed_in(vic)
    text = client.get("/desk/insight/reports/").content.decode()
    assert "Weekly pillar audit 2026-W11" in text
    assert 'href="/desk/insight/reports/"' in text
    none = client.get("/desk/insight/reports/?kind=weekly&search=nothing").content.decode()
    assert "No report is like that" in none
    url = f"/desk/insight/reports/{reported.uid}/"
    shown = client.get(url).content.decode()
    assert "On time" in shown
    assert "Nothing is promised in it" in shown
    answer = client.get(f"{url}figures.json")
    assert answer.json() == reported.content
    assert Client().get(url).status_code == 302
    assert client.get("/desk/insight/reports/rep_nothing/").status_code == 404
    for odd in ("?kind=x", "?search=nothing", "?page=99"):
        assert client.get(f"/desk/insight/reports/{odd}").status_code == 200
    assert client.get("/desk/insight/reports/?search=%00").status_code == 400


@pytest.mark.django_db
def test_without_a_report_the_desk_says_when_there_will_be_one(signed_in, vic):
    text = signed_in(vic).get("/desk/insight/reports/").content.decode()
    assert "No report is made yet" in text
    assert "Monday" in text


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.mission("S3.12")
def test_the_screens_look_right(opened, open_shop, ben):
    page = opened(ben)
    page.goto("/desk/insight/reports/")
    assert findings(page) == []
    open_shop(pillar="quality")
    jobs.report(now=clock.now())
    for path in ("", *(f"{uid}/" for uid in Report.objects.values_list("uid", flat=True))):
        page.goto(f"/desk/insight/reports/{path}")
        assert (path, findings(page)) == (path, [])
    assert page.breaches == []
