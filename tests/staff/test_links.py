from datetime import UTC, datetime, timedelta

import pytest

from troth.core import clock
from troth.staff import actions
from troth.staff.models import AuditEntry, Link, User

NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)
PASSWORD = "a lamp by the door"
pytestmark = pytest.mark.django_db


def _path(url):
    return "/" + url.split("/", 3)[3]


def _come_in(client, url, **values):
    data = {"email": "ada@example.org", "name": "Ada", "password": PASSWORD} | values
    return client.post(_path(url), data)


@pytest.mark.mission("S2.65")
def test_the_first_owner_comes_in_by_a_link_that_works_once(client):
    url = actions.owner_link(now=clock.now())
    assert client.get(_path(url)).status_code == 200
    response = _come_in(client, url)
    assert (response.status_code, response["Location"]) == (302, "/desk/")
    ada = User.objects.get()
    assert (ada.role, ada.email, ada.check_password(PASSWORD)) == ("owner", "ada@example.org", True)
    assert client.get("/desk/settings/people/").status_code == 200
    again = client.get(_path(url))
    assert again.status_code == 410
    assert "This link opens nothing any more" in again.text
    assert _come_in(client, url, email="eve@example.org").status_code == 410
    assert User.objects.count() == 1


def test_no_owner_link_is_made_where_there_is_an_owner(ada):
    assert actions.owner_link(now=NOON) is None


def test_a_suspended_owner_is_no_owner(dov):
    assert actions.owner_link(now=NOON) is not None


def test_an_owner_link_ends_after_a_day_and_with_the_next_one(client):
    with clock.frozen(NOON):
        first = actions.owner_link(now=NOON)
        second = actions.owner_link(now=NOON)
        assert client.get(_path(first)).status_code == 410
        assert client.get(_path(second)).status_code == 200
    with clock.frozen(NOON + timedelta(days=1)):
        assert client.get(_path(second)).status_code == 410


def test_only_a_hash_of_the_link_is_kept():
    url = actions.owner_link(now=NOON)
    token = url.rstrip("/").rpartition("/")[2]
    link = Link.objects.get()
    assert token not in {str(value) for value in vars(link).values()}
    assert len(token) >= 43


@pytest.mark.parametrize("password", ["short", "1234567890", "password123", "ada@example.org"])
def test_a_weak_password_is_refused_and_the_link_stays(client, password):
    url = actions.owner_link(now=clock.now())
    response = _come_in(client, url, password=password)
    assert response.status_code == 200
    assert 'id="id_password_error"' in response.text
    assert not User.objects.exists()
    assert _come_in(client, url).status_code == 302


def test_an_invitation_gives_its_role_to_its_address_whatever_is_sent(client, ada):
    made = actions.invite(email="Ben@Example.org", role="editor", actor=ada, now=clock.now())
    _come_in(client, made.url, email="eve@example.org", role="owner", name="Ben")
    ben = User.objects.get(name="Ben")
    assert (ben.email, ben.role) == ("ben@example.org", "editor")
    assert _come_in(client, made.url).status_code == 410


def test_a_second_invitation_withdraws_the_first(client, ada):
    first = actions.invite(email="ben@example.org", role="owner", actor=ada, now=clock.now())
    actions.invite(email="ben@example.org", role="viewer", actor=ada, now=clock.now())
    assert client.get(_path(first.url)).status_code == 410


def test_who_is_here_is_not_invited_again(ada, ben):
    with pytest.raises(ValueError, match="here already"):
        actions.invite(email="BEN@example.org", role="owner", actor=ada, now=NOON)


def test_a_password_link_sets_the_password_and_signs_others_out(client, signed_in, ada, ben):
    old = signed_in(ben)
    assert old.get("/desk/settings/account/").status_code == 200
    made = actions.password_link(person=ben, actor=ada, now=clock.now())
    client.post(_path(made.url), {"password": PASSWORD})
    ben.refresh_from_db()
    assert ben.check_password(PASSWORD)
    assert old.get("/desk/settings/account/").status_code == 302


def test_a_password_link_does_not_get_around_the_second_factor(client, ada, ben):
    from allauth.mfa.models import Authenticator  # ready only after the apps are

    Authenticator.objects.create(user=ben, type="totp", data={"secret": "x"})
    made = actions.password_link(person=ben, actor=ada, now=clock.now())
    response = client.post(_path(made.url), {"password": PASSWORD})
    assert response["Location"].startswith("/accounts/2fa/authenticate/")
    assert client.get("/desk/settings/account/").status_code == 302


def test_a_suspended_person_does_not_come_in_by_a_password_link(client, ada, dov):
    made = actions.password_link(person=dov, actor=ada, now=clock.now())
    client.post(_path(made.url), {"password": PASSWORD})
    assert client.get("/desk/settings/account/").status_code == 302


def test_joining_and_inviting_are_in_the_trail(client, ada):
    made = actions.invite(email="ben@example.org", role="editor", actor=ada, now=clock.now())
    _come_in(client, made.url, name="Ben")
    said = [str(entry) for entry in AuditEntry.objects.order_by("pk")]
    assert said == [
        "Ada <ada@example.org> invited person ben@example.org",
        "Ben <ben@example.org> joined",
        "Ben <ben@example.org> signed in",
    ]
