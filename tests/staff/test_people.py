from datetime import UTC, datetime

import pytest

from troth.core import clock
from troth.staff import actions
from troth.staff.models import AuditEntry, User

NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)


def test_the_last_owner_stays_owner(ada, ben, dov):
    for refused in (
        lambda: actions.change_role(person=ada, role="viewer", actor=ada, now=NOON),
        lambda: actions.suspend(person=ada, actor=ada, now=NOON),
    ):
        with pytest.raises(actions.LastOwner, match="Someone must stay owner"):
            refused()
    actions.change_role(person=ben, role="owner", actor=ada, now=NOON)
    actions.change_role(person=ada, role="viewer", actor=ben, now=NOON)
    assert User.objects.get(pk=ada.pk).role == "viewer"


def test_a_change_of_role_is_in_the_trail_with_before_and_after(ada, ben):
    actions.change_role(person=ben, role="support", actor=ada, now=NOON)
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.before, entry.after) == (
        ada,
        {"role": "editor"},
        {"role": "support"},
    )
    assert entry.changes == [("role", "editor", "support")]


def test_what_changes_nothing_leaves_no_trace(ada, ben):
    actions.change_role(person=ben, role="editor", actor=ada, now=NOON)
    actions.restore(person=ben, actor=ada, now=NOON)
    actions.rename(person=ben, name="Ben", now=NOON)
    assert not AuditEntry.objects.exists()


def test_suspending_shuts_out_at_once(signed_in, ada, ben):
    browser = signed_in(ben)
    assert browser.get("/desk/settings/account/").status_code == 200
    actions.suspend(person=ben, actor=ada, now=NOON)
    response = browser.get("/desk/settings/account/")
    assert response["Location"].startswith("/accounts/login/")


def test_the_screen_says_why_the_last_owner_stays(signed_in, ada):
    browser = signed_in(ada)
    page = browser.post(f"/desk/settings/people/{ada.pk}/", {"role": "viewer"})
    assert "Someone must stay owner" in page.text
    page = browser.post(f"/desk/settings/people/{ada.pk}/suspension/", follow=True)
    assert "Someone must stay owner" in page.text


def test_an_owner_invites_changes_suspends_and_restores_by_screen(signed_in, ada, vic):
    browser = signed_in(ada)
    page = browser.post("/desk/settings/people/invite/", {"email": "e@x.org", "role": "viewer"})
    assert page.status_code == 201
    assert "/welcome/" in page.text
    assert "e@x.org" in browser.get("/desk/settings/people/").text
    browser.post(f"/desk/settings/people/{vic.pk}/", {"role": "support"})
    browser.post(f"/desk/settings/people/{vic.pk}/suspension/")
    vic.refresh_from_db()
    assert (vic.role, vic.is_active) == ("support", False)
    browser.post(f"/desk/settings/people/{vic.pk}/restoration/")
    vic.refresh_from_db()
    assert vic.is_active


def test_a_withdrawn_invitation_opens_nothing(client, signed_in, ada):
    browser = signed_in(ada)
    made = actions.invite(email="e@x.org", role="viewer", actor=ada, now=clock.now())
    browser.post(f"/desk/settings/people/invitations/{made.link.pk}/withdrawal/")
    assert client.get("/" + made.url.split("/", 3)[3]).status_code == 410
