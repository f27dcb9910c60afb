"""What the installation wrote by itself, completed by a person on the desk."""

from datetime import timedelta

import pytest
from scene import MINUTE, NOON, component, facts, message, opening

from troth.core import clock
from troth.incidents import actions
from troth.incidents.models import Incident
from troth.incidents.rules.results import State

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon():
    with clock.frozen(NOON):
        yield


@pytest.mark.mission("S3.16")
def test_a_draft_keeps_the_second_at_which_it_began(signed_in, ben, filled, post):
    began = NOON - 7 * MINUTE + timedelta(seconds=41)
    row = actions.draft(opening=opening(started_at=began), by="a monitor", now=NOON)
    shown = f"{began:%Y-%m-%dT%H:%M}"
    post(signed_in(ben), f"incidents/{row.uid}/draft/", **filled(started_at=shown))
    row.refresh_from_db()
    assert row.started_at == began
    assert row.listed_at is not None


def test_a_draft_begins_when_a_person_says_so(signed_in, ben, filled, post):
    row = actions.draft(opening=opening(started_at=NOON - MINUTE), by="a monitor", now=NOON)
    post(signed_in(ben), f"incidents/{row.uid}/draft/", **filled(started_at="2026-03-18T11:30"))
    row.refresh_from_db()
    assert row.started_at == NOON - 30 * MINUTE


def test_what_a_person_sends_is_public_while_a_machine_s_proposal_waits(signed_in, ben, post):
    component("shop")
    row = actions.open_(opening=opening(), by="Ada", now=NOON, publish=True)
    well = message("It works again.", state=State.MONITORING)
    actions.update(uid=row.uid, message=well, by="a monitor", now=NOON, propose=True)
    browser = signed_in(ben)
    said = {**facts(), "state": "resolved", "body": "It works.", "recovery": "All of it."}
    url = post(browser, f"incidents/{row.uid}/resolve/", **said, data_loss="None.", do="send")
    assert Incident.objects.get().resolved_at is not None
    page = browser.get(url).content.decode()
    assert "It is public." in page
    assert "Nothing went out" not in page
