import pytest
from django.contrib.auth.hashers import identify_hasher

from tests.cast import PASSWORD
from troth.staff.models import AuditEntry, User

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
NEWER = "a quite other sentence 7"


@pytest.fixture
def ada(ada):
    ada.set_password(PASSWORD)
    ada.save()
    return ada


def _try(client, password=PASSWORD, email="ada@example.org"):
    return client.post(LOGIN, {"login": email, "password": password})


def test_the_right_password_leads_to_the_desk_and_into_the_trail(client, ada):
    response = _try(client)
    assert (response.status_code, response["Location"]) == (302, "/desk/")
    assert str(AuditEntry.objects.get()) == "Ada <ada@example.org> signed in"


def test_the_case_of_the_address_does_not_matter(client, ada):
    assert _try(client, email="ADA@Example.org").status_code == 302


def test_passwords_are_hashed_with_argon2(ada):
    assert identify_hasher(ada.password).algorithm == "argon2"


def test_after_five_wrong_tries_even_the_right_password_waits(client, ada):
    for _ in range(5):
        assert "not correct" in _try(client, "wrong wrong wrong").text
    refused = _try(client)
    assert refused.status_code == 200
    assert "Too many failed" in refused.text
    assert _try(client, email="ben@example.org").status_code == 200
    assert client.get("/desk/settings/account/").status_code == 302


def test_one_address_cannot_try_many_accounts(client, ada):
    answers = [_try(client, "wrong", f"someone{i}@example.org").status_code for i in range(35)]
    assert 429 in answers or "Too many" in _try(client, "wrong", "x@example.org").text


def test_a_stranger_is_told_the_same_as_one_who_mistypes(client, ada):
    known, unknown = _try(client, "wrong"), _try(client, "wrong", "nobody@example.org")
    error = "not correct"
    assert (error in known.text, error in unknown.text) == (True, True)


def test_who_is_suspended_does_not_come_in(client, dov):
    dov.set_password(PASSWORD)
    dov.save()
    _try(client, email="dov@example.org")
    assert client.get("/desk/settings/account/").status_code == 302


@pytest.mark.parametrize("path", ["/accounts/signup/", "/accounts/3rdparty/signup/"])
def test_nobody_signs_up_alone(client, path):
    values = {"email": "eve@example.org", "password1": PASSWORD, "password2": PASSWORD}
    client.post(path, values)
    assert not User.objects.exists()
    assert "by invitation" in client.get("/accounts/signup/").text


def test_nobody_changes_the_own_address(signed_in, ada):
    browser = signed_in(ada)
    response = browser.post("/accounts/email/", {"action_add": "", "email": "eve@example.org"})
    assert response["Location"] == "/desk/settings/account/"
    assert User.objects.get().email == "ada@example.org"


def test_leaving_needs_a_post(signed_in, ada):
    browser = signed_in(ada)
    assert "Sign out?" in browser.get("/accounts/logout/").text
    assert browser.get("/desk/settings/account/").status_code == 200
    browser.post("/accounts/logout/")
    assert browser.get("/desk/settings/account/").status_code == 302


def test_a_new_password_is_in_the_trail_without_being_in_it(signed_in, ada):
    browser = signed_in(ada)
    new = "a brass key under the mat"
    values = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    browser.post("/accounts/password/change/", values)
    ada.refresh_from_db()
    assert ada.check_password(new)
    (entry,) = AuditEntry.objects.filter(verb="changed their password")
    assert new not in f"{vars(entry)}"


def test_changing_how_one_signs_in_asks_for_the_password_again(signed_in, ada):
    response = signed_in(ada).get("/accounts/2fa/totp/activate/")
    assert response["Location"].startswith("/accounts/reauthenticate/")


def test_without_mail_the_way_to_a_new_password_is_an_owner(client):
    assert "sends no mail" in client.get("/accounts/password/reset/").text


def test_a_form_without_its_token_is_refused_in_plain_words(ada):
    from django.test import Client  # with the check that the usual client leaves out

    response = Client(enforce_csrf_checks=True).post(LOGIN, {"login": "a", "password": "b"})
    assert response.status_code == 403
    assert "This form is too old" in response.text


def test_signing_in_goes_without_a_word(client, ada):
    _try(client)
    page = client.get("/desk/settings/account/").text
    assert 'class="messages"' not in page
    assert "uccessfully" not in page


def test_what_changes_how_one_signs_in_is_said_in_our_words(client, ada):
    _try(client)
    changed = {"oldpassword": PASSWORD, "password1": NEWER, "password2": NEWER}
    page = client.post("/accounts/password/change/", changed, follow=True).text
    assert "The password is changed." in page
