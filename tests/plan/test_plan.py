"""Goals, initiatives, what they are to change, and what became of it."""

import re
from datetime import timedelta

import pytest

from troth.core import clock
from troth.plan import actions, jobs, queries
from troth.plan.actions.undertaking import Wish
from troth.plan.models import Expectation, Finding, Goal
from troth.plan.rules.states import State
from troth.staff.models import AuditEntry

pytestmark = pytest.mark.django_db


def expect(one, stream, ben, *, least=5.0, days=28, turn=None, ago=60):
    return actions.expect(
        uid=one.uid, wish=Wish(stream=stream.pk, least=least, days=days),
        turn=one.turn if turn is None else turn, by=ben, now=clock.now() - timedelta(days=ago),
    )  # fmt: skip


def ship(one, ben, on, *, turn):
    return actions.ship(uid=one.uid, on=on, turn=turn, by=ben, now=clock.now())


def shown(one):
    return queries.initiative(one.uid, now=clock.now())


@pytest.mark.mission("S4.2", "S1.7")
def test_an_initiative_shows_its_measured_effect(deliveries, initiative, ben, today):
    expect(initiative, deliveries, ben, least=15)
    ship(initiative, ben, today - timedelta(days=36), turn=2)
    assert shown(initiative).state is State.WATCHED
    assert jobs.is_due(now=clock.now())
    assert (jobs.judge(now=clock.now()), jobs.judge(now=clock.now())) == (1, 0)
    one = shown(initiative)
    assert (one.state, one.finding.verdict) == (State.JUDGED, "as_expected")
    assert 15 < one.finding.evidence["size"] < 25
    assert one.finding.evidence["low"] > 10
    assert AuditEntry.objects.filter(verb="judged", thing_id=initiative.uid).count() == 1


@pytest.mark.mission("S1.7")
def test_what_changed_nothing_is_told_so(deliveries, initiative, ben, today):
    expect(initiative, deliveries, ben, days=14)
    ship(initiative, ben, today - timedelta(days=16), turn=2)
    jobs.judge(now=clock.now())
    assert shown(initiative).finding.verdict == "none"


@pytest.mark.mission("S1.7", "S4.2")
def test_no_detectable_effect_is_told_with_its_interval_and_n(
    deliveries, initiative, ben, today, signed_in, vic
):
    expect(initiative, deliveries, ben, days=14)
    ship(initiative, ben, today - timedelta(days=16), turn=2)
    client, page = signed_in(vic), f"/desk/plan/initiatives/{initiative.uid}/"
    before = client.get(page).content.decode()
    assert " so far. " in before
    assert re.search(r" so far\. [\d,]+ cases on 28 days before, [\d,]+ on 14 days after\.", before)
    assert "Its days are whole: it is judged next." in before
    jobs.judge(now=clock.now())
    said = client.get(page).content.decode()
    assert "No detectable effect" in said
    assert " on 14 days after." in said
    row = client.get(f"/desk/plan/goals/{initiative.goal.uid}/").content.decode()
    assert re.search(r"no detectable effect.*\(.+ to .+\), n [\d,]+ before and [\d,]+ after", row)


def test_what_is_to_change_is_chosen_and_not_the_first_that_there_is(
    deliveries, initiative, signed_in, ben
):
    client, page = signed_in(ben), f"/desk/plan/initiatives/{initiative.uid}/expectation/"
    assert '<option value="" selected>Choose one</option>' in client.get(page).content.decode()
    said = {"stream": "", "least": "2", "days": "28", "turn": "1", "token": "t"}
    assert client.post(page, said).status_code == 422
    assert not Expectation.objects.exists()


def test_it_is_judged_when_the_days_are_whole_and_not_before(deliveries, initiative, ben, today):
    expect(initiative, deliveries, ben, days=28)
    ship(initiative, ben, today - timedelta(days=28), turn=2)
    assert jobs.judge(now=clock.now()) == 0
    assert shown(initiative).ready_on == today + timedelta(days=1)
    assert jobs.judge(now=clock.now() + timedelta(days=1)) == 1


def test_days_without_a_case_leave_it_open(deliveries, initiative, ben, today):
    expect(initiative, deliveries, ben, days=14)
    ship(initiative, ben, today, turn=2)
    later = clock.now() + timedelta(days=20)
    assert jobs.judge(now=later) == 0
    assert shown(initiative).finding is None


@pytest.mark.mission("S1.7")
def test_an_expectation_is_kept_for_ever_and_says_when_it_came_late(
    deliveries, initiative, ben, today
):
    first = expect(initiative, deliveries, ben)
    ship(initiative, ben, today - timedelta(days=30), turn=2)
    second = expect(initiative, deliveries, ben, least=1, turn=3, ago=0)
    shipped = today - timedelta(days=30)
    assert [queries.was_late(one, shipped_on=shipped) for one in (first, second)] == [False, True]
    assert Expectation.objects.count() == 2
    jobs.judge(now=clock.now())
    assert Finding.objects.get().expectation == second
    with pytest.raises(actions.ImpossibleError):
        actions.unship(uid=initiative.uid, turn=4, by=ben, now=clock.now())


@pytest.mark.mission("S1.7")
@pytest.mark.parametrize(("ago", "late"), [(31, False), (30, True), (29, True), (0, True)])
def test_who_says_it_before_telling_that_it_shipped_weeks_ago_said_it_afterwards(
    deliveries, initiative, ben, today, ago, late
):
    expect(initiative, deliveries, ben, least=15, ago=ago)
    ship(initiative, ben, today - timedelta(days=30), turn=2)
    assert shown(initiative).said_late is late
    jobs.judge(now=clock.now())
    assert Finding.objects.get().evidence["said_late"] is late
    assert AuditEntry.objects.get(verb="judged").after["said_late"] is late


def test_a_verdict_on_what_was_said_afterwards_says_so_everywhere(
    client, deliveries, initiative, ben, today
):
    expect(initiative, deliveries, ben, least=15, ago=0)
    ship(initiative, ben, today - timedelta(days=36), turn=2)
    jobs.judge(now=clock.now())
    client.force_login(ben)
    one = client.get(f"/desk/plan/initiatives/{initiative.uid}/").content.decode()
    assert "said afterwards" in one.split('id="found"')[1]
    for path in ("", f"goals/{initiative.goal.uid}/"):
        rows = client.get(f"/desk/plan/{path}").content.decode()
        assert "said afterwards" in rows.split('data-label="Found"')[1]
    table = b"".join(client.get("/desk/plan/plan.csv").streaming_content).decode()
    lines = [line.split(",") for line in table.splitlines()]
    assert dict(zip(lines[0], lines[1], strict=True))["said_late"].lower() in ("true", "yes", "1")


def test_a_day_of_shipping_that_is_corrected_to_later_makes_no_late_word_early(
    deliveries, initiative, ben, today
):
    ship(initiative, ben, today - timedelta(days=30), turn=1)
    said = expect(initiative, deliveries, ben, turn=2, ago=5)
    actions.unship(uid=initiative.uid, turn=3, by=ben, now=clock.now())
    ship(initiative, ben, today, turn=4)
    assert said.is_late
    assert shown(initiative).said_late


def test_two_people_do_not_overwrite_each_other(goal, initiative, ben, deliveries, today):
    expect(initiative, deliveries, ben)
    with pytest.raises(actions.OvertakenError):
        expect(initiative, deliveries, ben, turn=1)
    with pytest.raises(actions.OvertakenError):
        ship(initiative, ben, today, turn=1)


@pytest.mark.parametrize(("least", "days"), [(0, 28), (-1, 28), (1, 13), (1, 367)])
def test_what_cannot_be_expected_is_refused(deliveries, initiative, ben, least, days):
    with pytest.raises(actions.ImpossibleError):
        expect(initiative, deliveries, ben, least=least, days=days)
    assert not Expectation.objects.exists()


def test_it_is_shipped_when_it_has_happened(initiative, ben, today):
    with pytest.raises(actions.ImpossibleError):
        ship(initiative, ben, today + timedelta(days=1), turn=1)
    actions.drop(uid=initiative.uid, why="Too dear.", turn=1, by=ben, now=clock.now())
    with pytest.raises(actions.ImpossibleError):
        ship(initiative, ben, today, turn=2)
    actions.resume(uid=initiative.uid, turn=2, by=ben, now=clock.now())
    assert shown(ship(initiative, ben, today, turn=3)).state is State.WATCHED


def test_a_form_sent_twice_is_one_goal(goal, ben, today):
    from troth.plan.actions.setting import Aim

    aim = Aim(name="Again", why="", pillar="", owner=ben.pk, due_on=today)
    again = actions.set_goal(aim=aim, token="goal-1", by=ben, now=clock.now())
    assert (again.pk, Goal.objects.count()) == (goal.pk, 1)


def test_a_goal_ends_and_is_opened_again_with_a_trail(goal, ben):
    actions.close(uid=goal.uid, outcome="reached", note="", turn=1, by=ben, now=clock.now())
    assert [one.row.pk for one in queries.board(now=clock.now()).closed] == [goal.pk]
    actions.reopen(uid=goal.uid, turn=2, by=ben, now=clock.now())
    assert [one.row.pk for one in queries.board(now=clock.now()).open] == [goal.pk]
    verbs = [*AuditEntry.objects.filter(thing="goal").order_by("pk").values_list("verb", flat=True)]
    assert verbs == ["set", "closed", "reopened"]
