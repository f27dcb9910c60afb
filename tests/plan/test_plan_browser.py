"""The plan in Chromium: written, expected, shipped, judged; both widths, both schemes."""

from datetime import timedelta

import pytest

from tests.looks import findings
from troth.core import clock
from troth.plan import actions, jobs
from troth.plan.models import Claim, Goal, Initiative

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def fill(page, **values):
    for name, value in values.items():
        page.fill(f"[name={name}]", value)


def send(page, words):
    page.click(f"main button:has-text('{words}')")


@pytest.mark.mission("S4.2", "S1.7")
@pytest.mark.parametrize("scripts", [True, False])
def test_a_goal_is_set_and_what_is_done_for_it_is_judged(opened, deliveries, ben, today, scripts):
    page = opened(ben, scripts=scripts)
    page.goto("/desk/plan/")
    page.click("text=New goal")
    send(page, "Set it")
    page.wait_for_selector("[aria-invalid]")
    fill(page, name="Parcels arrive when we say", why="They wait at home for it.",
         due_on=str(today + timedelta(days=90)))  # fmt: skip
    send(page, "Set it")
    page.click("text=New initiative")
    fill(page, name="A second courier", due_on=str(today))
    send(page, "Undertake it")
    page.wait_for_selector("h1:has-text('What is it to change?')")
    page.select_option("[name=stream]", label="Delivered on time (share)")
    fill(page, least="15")
    send(page, "Write it down")
    page.wait_for_selector("text=at least 15 pp better")
    page.click("text=It reached customers")
    fill(page, on=str(today - timedelta(days=36)))
    send(page, "Write it down")
    page.wait_for_selector("figure.chart")
    jobs.judge(now=clock.now())
    page.reload()
    assert "better, as expected" in page.text_content("#found").lower()
    page.goto("/desk/plan/")
    assert "judged" in page.inner_text("main")
    assert [said for said in page.breaches if "422" not in said] == []


@pytest.mark.mission("S3.12")
def test_the_screens_look_right(opened, deliveries, initiative, ben, vic, today):
    page = opened(ben)
    for path in ("", "goals/new/", "claims/", "claims/new/", "?search=nothing"):
        page.goto(f"/desk/plan/{path}")
        assert (path, findings(page)) == (path, [])
    actions.expect(
        uid=initiative.uid, wish=actions.Wish(stream=deliveries.pk, least=2, days=28), turn=1,
        by=ben, now=clock.now(),
    )  # fmt: skip
    actions.ship(uid=initiative.uid, on=today - timedelta(days=30), turn=2, by=ben, now=clock.now())
    jobs.judge(now=clock.now())
    quote = actions.Quote(
        text="Customers leave after one bad experience", number="80 %", source="A survey",
        link="https://example.com/a", doubt="Another one finds 1 in 3.", ours="churn",
        used_in="the deck for the board",
    )  # fmt: skip
    actions.claim(quote=quote, token="c", by=ben, now=clock.now())
    uid, claim = Initiative.objects.get().uid, Claim.objects.get().uid
    for path in ("", f"goals/{Goal.objects.get().uid}/", f"initiatives/{uid}/", "claims/",
                 f"initiatives/{uid}/edit/", f"claims/{claim}/edit/"):  # fmt: skip
        page.goto(f"/desk/plan/{path}")
        assert (path, findings(page)) == (path, [])
    page = opened(vic)
    page.goto("/desk/plan/")
    assert page.locator("text=New goal").count() == 0
    assert page.request.get("/desk/plan/goals/new/").status == 403
    assert "A second courier in the north" in page.request.get("/desk/plan/plan.csv").text()
    assert "80 %" in page.request.get("/desk/plan/claims/claims.csv").text()


def test_what_others_changed_meanwhile_is_not_overwritten(opened, goal, ben):
    page = opened(ben)
    page.goto(f"/desk/plan/goals/{goal.uid}/edit/")
    actions.close(uid=goal.uid, outcome="missed", note="", turn=1, by=ben, now=clock.now())
    fill(page, name="Something else")
    send(page, "Change it")
    page.wait_for_selector("text=Somebody changed it meanwhile")
    assert page.input_value("[name=name]") == "Something else"
    send(page, "Change it")
    page.wait_for_url(f"**/goals/{goal.uid}/")
    assert Goal.objects.get().name == "Something else"
