"""A double click, or the back button and the same form again, does once what it says."""

import re

import pytest
from scene import HOUR, MINUTE, NOON, component, opened, resolved

from troth.core import clock
from troth.incidents import actions, queries
from troth.incidents.actions import Findings, Message
from troth.incidents.models import (
    Approval,
    BreachNotice,
    FollowUp,
    Incident,
    Note,
    Sent,
    Series,
    TimelineEntry,
    Update,
)
from troth.incidents.rules.results import Kind, State

pytestmark = pytest.mark.mission("S3.21")
ONCE = "This was sent, once."


@pytest.fixture(autouse=True)
def noon(db):
    with clock.frozen(NOON):
        yield


@pytest.fixture
def form(read):
    """Return a function that gives the token of the form on a screen that sends to `action`."""

    def token(browser, path, action=""):
        page = read(browser, path)
        part = page.split(f'action="{action}"', 1)[1] if action else page.split("<main", 1)[1]
        return re.search(r'name="token" value="([^"]{20,})"', part)[1]

    return token


@pytest.fixture
def twice(post, read):
    """Return a function that sends a form twice, as a double click does."""

    def send(browser, path, **data):
        first, second = (post(browser, path, **data) for _ in range(2))
        assert ONCE in read(browser, second.removeprefix("/desk/status/"))
        return first, second

    return send


def breach(**more):
    said = Findings(facts="A list was read.", contact="Ada", **more)
    opening = actions.Opening(name="A list", kind=Kind.BREACH, message=Message(body="It is so."))
    return actions.report_breach(opening=opening, aware_at=NOON - HOUR, findings=said, by="Ada",
                                 now=NOON)  # fmt: skip


def test_a_series_is_planned_once(signed_in, ben, form, twice):
    browser = signed_in(ben)
    values = {
        "token": form(browser, "maintenance/new/"), "name": "Databases move", "body": "They move.",
        "affects": "Everyone.", "scheduled_for": "2026-03-25T02:00",
        "scheduled_until": "2026-03-25T03:00", "again": "FREQ=WEEKLY", "zone": "Europe/Berlin",
        "auto_start": "on", "auto_complete": "on", "do": "send",
    }  # fmt: skip
    first, second = twice(browser, "maintenance/new/", **values)
    assert first == second == "/desk/status/maintenance/"
    assert Series.objects.count() == 1
    uid = Series.objects.get().uid
    ended = f"maintenance/series/{uid}/end/"
    twice(browser, ended, token=form(browser, ended), body="No more.")
    assert Series.objects.get().ended_at == NOON


@pytest.mark.parametrize("to", ["authority", "people"])
def test_a_notice_is_given_once(signed_in, ben, form, twice, to):
    row, browser = breach(), signed_in(ben)
    path = f"incidents/{row.uid}/notices/"
    token = form(browser, f"incidents/{row.uid}/", f"/desk/status/{path}")
    twice(browser, path, token=token, to=to)
    assert BreachNotice.objects.count() == 1


def test_what_two_people_publish_is_approved_once(signed_in, ben, form, twice):
    row = opened()
    said = actions.update(uid=row.uid, message=Message(body="Found."), by="Ada", now=NOON,
                          propose=True)  # fmt: skip
    path = f"incidents/{row.uid}/updates/{said.uid}/approve/"
    browser = signed_in(ben)
    twice(browser, path, token=form(browser, path))
    assert Approval.objects.count() == 1
    assert queries.incident(row.uid).updates[0].uid == said.uid


def test_what_is_over_is_said_to_be_over_once(signed_in, ben, form, twice):
    row, browser = opened(), signed_in(ben)
    path = f"incidents/{row.uid}/resolve/"
    values = {
        "token": form(browser, path), "body": "Over.", "state": "resolved", "problem": "Was.",
        "affects": "All.", "recovery": "All works.", "data_loss": "None.", "do": "send",
    }  # fmt: skip
    first, second = twice(browser, path, **values)
    assert first == second
    assert Update.objects.filter(incident=row).count() == 2


def test_a_draft_is_published_once(signed_in, ben, form, filled, twice, latest):
    browser = signed_in(ben)
    row = actions.draft(opening=actions.Opening(name="?", message=Message(body="")), by="Ada",
                        now=NOON)  # fmt: skip
    path = f"incidents/{row.uid}/draft/"
    twice(browser, path, **filled(token=form(browser, path)))
    assert Update.objects.filter(published_at__isnull=False).count() == 1


def test_a_post_mortem_is_published_once_and_its_parts_are_kept_once(
    signed_in, ben, form, twice, post
):
    row = opened()
    resolved(row.uid, now=NOON + MINUTE)
    browser, path = signed_in(ben), f"incidents/{row.uid}/postmortem/"
    with clock.frozen(NOON + HOUR):
        for action, values, rows in (
            ("follow-ups", {"text": "Watch it.", "owner": "Ben", "due": "2026-04-01T12:00"},
             FollowUp),
            ("moments", {"at": "2026-03-18T12:00", "text": "It began."}, TimelineEntry),
        ):  # fmt: skip
            address = f"incidents/{row.uid}/{action}/"
            token = form(browser, path, f"/desk/status/{address}")
            twice(browser, address, token=token, **values)
            assert rows.objects.count() == 1
        parts = dict.fromkeys(("apology", "cause", "fix", "prevention"), "Said.")
        twice(browser, path, token=form(browser, path), do="send", **parts)
    said = Update.objects.filter(incident=row, state=State.POSTMORTEM)
    assert said.count() == 1


def test_a_note_and_a_step_are_taken_once(signed_in, ben, form, twice):
    browser, row = signed_in(ben), opened()
    path = f"incidents/{row.uid}/notes/"
    token = form(browser, f"incidents/{row.uid}/", f"/desk/status/{path}")
    twice(browser, path, token=token, text="A word.")
    assert Note.objects.count() == 1
    planning = actions.Planning(
        name="Move", body="We move.", affects="All.", scheduled_for=NOON + HOUR,
        scheduled_until=NOON + 2 * HOUR, components={component(): "under_maintenance"},
    )  # fmt: skip
    plan = actions.schedule(planning=planning, by="Ada", now=NOON)
    path = f"maintenance/{plan.uid}/step/"
    token = form(browser, f"incidents/{plan.uid}/", f"/desk/status/{path}")
    twice(browser, path, token=token, state="in_progress")
    assert Update.objects.filter(incident=plan, state=State.IN_PROGRESS).count() == 1


def test_merging_twice_is_no_error(signed_in, ben, form, twice):
    one, two, browser = opened(name="One"), opened(name="Two"), signed_in(ben)
    path = f"incidents/{two.uid}/merge/"
    twice(browser, path, token=form(browser, path), other=one.uid)
    assert Incident.objects.get(uid=two.uid).merged_into == one


def test_what_was_refused_uses_no_token_up(signed_in, ben, form, post, filled):
    browser = signed_in(ben)
    token = form(browser, "incidents/new/")
    post(browser, "incidents/new/", 422, **filled(token=token, problem=""))
    assert Sent.objects.count() == 0
    post(browser, "incidents/new/", **filled(token=token))
    assert Incident.objects.count() == 1


def test_looking_again_at_what_was_sent_is_still_possible(signed_in, ben, form, post, filled):
    browser = signed_in(ben)
    token = form(browser, "incidents/new/")
    post(browser, "incidents/new/", **filled(token=token))
    page = post(browser, "incidents/new/", 200, **filled(token=token, do="preview"))
    assert "As it would go out" in page
