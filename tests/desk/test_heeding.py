"""From a fade on the desk to a draft or a goal, and back."""

import pytest

from tests.looks import findings
from troth.incidents.models import Incident
from troth.metrics.models import Fade
from troth.plan.models import Goal

pytestmark = pytest.mark.django_db


def fade():
    return Fade.objects.filter(kind="fade", closed_at=None).get()


def shown(client, path):
    return client.get(path).content.decode()


@pytest.mark.mission("S1.3")
def test_an_editor_makes_a_draft_and_a_goal_of_a_fade_and_finds_them_beside_it(
    fading, signed_in, ben
):
    client, number = signed_in(ben), fade().pk
    before = shown(client, "/desk/insight/faded/")
    assert "Draft an incident" in before
    assert "Make it a goal" in before
    drafted = client.post(f"/desk/insight/faded/{number}/incident/", follow=True)
    row = Incident.objects.get()
    assert drafted.redirect_chain[-1][0].endswith(f"/{row.uid}/")
    assert "Made of what fades" in drafted.content.decode()
    aimed = client.post(f"/desk/insight/faded/{number}/goal/", follow=True)
    goal = Goal.objects.get()
    assert aimed.redirect_chain[-1][0].endswith(f"/{goal.uid}/")
    assert "Set because it fades" in aimed.content.decode()
    for screen in ("/desk/insight/faded/", "/desk/insight/touchpoints/delivery/"):
        text = shown(client, screen)
        assert row.name in text
        assert goal.name in text
    for _ in range(2):
        client.post(f"/desk/insight/faded/{number}/incident/")
        client.post(f"/desk/insight/faded/{number}/goal/")
    assert Incident.objects.count() == Goal.objects.count() == 1


def test_viewers_see_the_fade_and_no_button(fading, signed_in, vic):
    client = signed_in(vic)
    assert "Draft an incident" not in shown(client, "/desk/insight/faded/")
    for verb in ("incident", "goal"):
        assert client.post(f"/desk/insight/faded/{fade().pk}/{verb}/").status_code == 403
    assert not Incident.objects.exists()


def test_a_fade_that_is_not_there_is_not_found(db, signed_in, ben):
    for verb in ("incident", "goal"):
        assert signed_in(ben).post(f"/desk/insight/faded/99/{verb}/").status_code == 404


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.mission("S1.3", "S3.12")
def test_it_works_by_a_click_and_looks_right(opened, fading, ben):
    page = opened(ben)
    page.goto("/desk/insight/faded/")
    assert findings(page) == []
    page.get_by_role("button", name="Draft an incident of Delivered on time").first.click()
    page.get_by_role("heading", name="Made of what fades").wait_for()
    assert findings(page) == []
    page.get_by_role("link", name="Delivered on time", exact=True).first.click()
    page.get_by_role("button", name="Make it a goal").first.click()
    page.get_by_role("heading", name="Set because it fades").wait_for()
    assert findings(page) == []
