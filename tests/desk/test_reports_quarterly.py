"""The review of a quarter with each account: its promises, its outcomes, and no other's."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.looks import findings
from tests.notify.outbox import with_values
from tests.shop import document, judged
from troth.core import clock
from troth.desk import jobs
from troth.desk.models import Report
from troth.promises import actions
from troth.signals import actions as signals
from troth.signals.envelope import Signal

WINTER, SPRING = datetime(2025, 11, 3, 9, tzinfo=UTC), datetime(2026, 2, 2, 9, tzinfo=UTC)
MADE = datetime(2026, 4, 4, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)


def parcels(account, start, kept, count):
    return [
        Signal(source="shop", kind="delivery", key=f"{account}-{start:%m}-{number}",
               happened_at=start + number * HOUR, due_at=start + (number + 24) * HOUR,
               resolved_at=start + (number + (20 if number < kept else 30)) * HOUR,
               segment={"account": account})
        for number in range(count)
    ]  # fmt: skip


def answers(account, count):
    return [
        Signal(source="survey", kind="survey.csat", key=f"{account}-{number}",
               happened_at=SPRING + number * HOUR, subject=f"{account}{number}",
               value=5 if number % 4 else 1, segment={"account": account})
        for number in range(count)
    ]  # fmt: skip


def accepted(settings):
    settings.TROTH = with_values(settings.TROTH, account_attribute="account")
    made = [
        *parcels("acme", SPRING, 100, 100), *parcels("acme", WINTER, 60, 100),
        *parcels("birch", SPRING, 20, 60), *parcels("cedar", SPRING, 40, 60),
        *parcels("tiny", SPRING, 3, 3), *answers("acme", 40), *answers("birch", 5),
    ]  # fmt: skip
    signals.accept(batches=[made], door="test", now=MADE)
    actions.declare(spec=document(), author="test", reason="first said", now=MADE)
    judged(MADE)


@pytest.fixture
def reports(db, settings):
    with clock.frozen(MADE):
        accepted(settings)
        jobs.report(now=MADE)
        yield {one.about: one for one in Report.objects.filter(kind="quarterly")}


@pytest.mark.mission("S2.62")
def test_each_account_with_enough_cases_gets_its_own(reports):
    assert set(reports) == {"acme", "birch", "cedar", ""}
    acme = reports["acme"].content
    assert (acme["period"], acme["cases"]) == ("2026-Q1", 100)
    (row,) = acme["promises"]
    assert (row["good"], row["total"], row["answer"], row["share_before"]) == (100, 100, "met", 0.6)
    assert row["change"]["points"] == pytest.approx(0.4)
    assert 0 < row["change"]["low"] < 0.4 < row["change"]["high"]
    (csat,) = acme["outcomes"]
    assert (csat["n"], csat["value"], csat["state"]) == (40, 0.75, "shown")
    (few,) = reports["birch"].content["outcomes"]
    assert (few["n"], few["value"], few["state"]) == (5, None, "not_enough")


def test_a_target_is_met_missed_or_cannot_be_told(reports):
    found = {name: one.content["promises"][0]["answer"] for name, one in reports.items() if name}
    assert found == {"acme": "met", "birch": "missed", "cedar": "open"}


def test_all_accounts_are_listed_and_who_has_too_few_cases_is_counted(reports):
    whole = reports[""].content
    assert [one["account"] for one in whole["accounts"]] == ["acme", "birch", "cedar"]
    assert whole["left_out"] == 1
    assert "tiny" not in str(reports["acme"].content)
    assert "birch" not in str(reports["acme"].content)


def test_it_is_made_once_and_only_where_accounts_are_named(reports, settings):
    assert jobs.report(now=MADE + HOUR) == 0
    settings.TROTH = with_values(settings.TROTH, account_attribute="")
    assert jobs.report(now=MADE + timedelta(days=91)) == Report.objects.filter(
        made_at=MADE + timedelta(days=91)
    ).exclude(kind="quarterly").count()  # fmt: skip


@pytest.mark.mission("S2.62")
def test_the_desk_shows_it(reports, signed_in, vic):
    client = signed_in(vic)
    text = client.get(f"/desk/insight/reports/{reports['acme'].uid}/").content.decode()
    for said in ("Business review 2026-Q1: acme", "100 of 100", "met", "+40.0", "40"):
        assert said in text
    listed = client.get("/desk/insight/reports/?kind=quarterly&search=birch").content.decode()
    assert "2026-Q1: birch" in listed
    assert "2026-Q1: acme" not in listed


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.mission("S3.12")
def test_it_looks_right(opened, settings, ben):
    accepted(settings)
    jobs.report(now=MADE)
    page = opened(ben)
    for about in ("", "acme"):
        uid = Report.objects.get(kind="quarterly", about=about).uid
        page.goto(f"/desk/insight/reports/{uid}/")
        assert (about, findings(page)) == (about, [])
    assert page.breaches == []


@pytest.mark.mission("S2.48")
def test_what_a_quarter_cannot_tell_reads_its_history(db, settings):
    with clock.frozen(MADE):
        accepted(settings)
        made = [
            Signal(source="shop", kind="order", key=f"o{start:%m}-{number}", subject=f"c{number}",
                   happened_at=start + number * HOUR, value=20 + number % 3, unit="EUR",
                   segment={"account": "acme"})
            for start in (WINTER, SPRING) for number in range(40)
        ]  # fmt: skip
        signals.accept(batches=[made], door="test", now=MADE)
        while signals.seal(now=MADE).rows:
            pass
        jobs.report(now=MADE)
        found = Report.objects.get(kind="quarterly", about="acme").content["outcomes"]
    rows = {one["name"]: one for one in found}
    again, order = rows["repeat_purchase"], rows["aov"]
    assert (again["numerator"], again["n"], again["months"]) == (40, 40, 12)
    assert again["before"]["numerator"] == 0  # the winter alone: nobody had come twice by then
    assert again["change"].keys() == {"points"}  # two histories that overlap
    assert (order["n"], order["months"]) == (40, 3)
    assert order["change"].keys() == {"points", "low", "high"}
