"""What people get by mail, where mail is set up."""

import re

import pytest
from django.core import mail

from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(ada):
    ada.set_password(PASSWORD)
    ada.save()
    return ada


def test_a_forgotten_password_is_set_anew_by_a_mailed_link_that_works_once(client, ada):
    client.post("/accounts/password/reset/", {"email": ada.email})
    (letter,) = mail.outbox
    assert letter.to == [ada.email]
    assert letter.subject == "A new password for Troth"
    assert "!" not in letter.body
    link = re.search(r"http://testserver(\S+)", letter.body)[1]
    form = client.get(link, follow=True)
    assert "Set a new password" in form.text
    new = "a brass key under the mat"
    client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    ada.refresh_from_db()
    assert ada.check_password(new)
    assert "opens nothing any more" in client.get(link, follow=True).text


def test_a_stranger_learns_nothing_from_the_form_and_is_told_by_mail(client, ada):
    known = client.post("/accounts/password/reset/", {"email": ada.email}, follow=True)
    unknown = client.post("/accounts/password/reset/", {"email": "eve@x.org"}, follow=True)
    assert known.text == unknown.text
    assert "Nobody with this address works here" in mail.outbox[1].body


def test_a_changed_password_is_told_with_where_it_came_from(signed_in, settings, ada):
    settings.ACCOUNT_EMAIL_NOTIFICATIONS = True
    from allauth.account.models import EmailAddress  # ready only after the apps are

    EmailAddress.objects.create(user=ada, email=ada.email, verified=True, primary=True)
    new = "a brass key under the mat"
    values = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    signed_in(ada).post("/accounts/password/change/", values)
    (letter,) = mail.outbox
    assert "127.0.0.1" in letter.body
    assert "tell an owner now" in letter.body
    assert "!" not in letter.body + letter.subject


def test_an_invitation_is_mailed_where_mail_is_set_up(signed_in, settings, ada):
    changed = type(settings.TROTH)(
        **{name: getattr(settings.TROTH, name) for name in vars(settings.TROTH)}
        | {"email_url": "smtp://mail.example"}
    )
    settings.TROTH = changed
    values = {"email": "ben@example.org", "role": "editor"}
    page = signed_in(ada).post("/desk/settings/people/invite/", values)
    assert "also sent it by mail" in page.text
    (letter,) = mail.outbox
    assert letter.to == ["ben@example.org"]
    assert "/welcome/" in letter.body
