"""Every address of staff, for everyone of the cast."""

import pytest
from django.apps import apps
from django.urls import URLPattern, URLResolver

from troth.core import clock
from troth.staff import actions, urls
from troth.staff.models import AuditEntry, Link, User

pytestmark = pytest.mark.django_db
SETTINGS = "/desk/settings/"
# address → the least role that sees it; {…} is filled in by `place`
SEES = {
    "": "viewer",
    "account/": "viewer",
    "people/": "owner",
    "people/invite/": "owner",
    "people/{person}/": "owner",
    "people/{person}/suspension/": "owner",
    "people/{person}/restoration/": "owner",
    "people/{person}/password-link/": "owner",
    "people/invitations/{link}/withdrawal/": "owner",
    "tokens/": "owner",
    "tokens/new/": "owner",
    "tokens/{token}/revocation/": "owner",
    "audit/": "editor",
    "audit.csv": "editor",
    "audit/{entry}/": "editor",
}
POST_ONLY = ("suspension/", "restoration/", "password-link/", "withdrawal/")
ROLES = ("viewer", "support", "editor", "owner")


@pytest.fixture
def place(ada, vic, token):
    token("read")
    link = actions.invite(email="e@x.org", role="viewer", actor=ada, now=clock.now()).link
    from troth.staff.models import ApiToken  # one row, made above

    return {
        "person": vic.pk,
        "link": link.pk,
        "token": ApiToken.objects.get().pk,
        "entry": AuditEntry.objects.latest("pk").pk,
    }


@pytest.fixture
def everyone(ada, ben, cleo, vic):
    return vic, cleo, ben, ada


def _routes(patterns, prefix=""):
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route


def test_every_settings_address_is_walked_below():
    ours = [route for route in _routes(urls.urlpatterns) if route.startswith("desk/settings/")]
    assert len(ours) == len(SEES)


@pytest.mark.parametrize("address", SEES)
def test_each_role_sees_what_it_may(signed_in, place, everyone, address):
    path = SETTINGS + address.format(**place)
    for person in everyone:
        may = ROLES.index(person.role) >= ROLES.index(SEES[address])
        browser = signed_in(person)
        status = browser.get(path).status_code
        if address.endswith(POST_ONLY):
            assert status == 405
            assert may or browser.post(path).status_code == 403
        else:
            assert status in ((200, 302) if may else (403,)), (person.name, path)


@pytest.mark.parametrize("address", SEES)
def test_strangers_see_nothing(client, signed_in, place, dov, address):
    path = SETTINGS + address.format(**place)
    for browser in (client, signed_in(dov)):
        for method in (browser.get, browser.post):
            response = method(path)
            assert response.status_code in (302, 405)
            if response.status_code == 302:
                assert response["Location"].startswith("/accounts/login/?next=")


def test_a_refusal_says_why_in_plain_words(signed_in, vic):
    response = signed_in(vic).get("/desk/settings/people/")
    assert response.status_code == 403
    assert "This needs the role owner; yours is viewer." in response.text


def test_a_part_asked_for_after_the_session_ended_sends_the_window_to_sign_in(client, db):
    response = client.get("/desk/settings/audit/?q=x", headers={"hx-request": "true"})
    assert response.status_code == 401
    assert response["HX-Redirect"] == "/accounts/login/?next=/desk/settings/audit/%3Fq%3Dx"


ALLAUTH = (
    "login/", "logout/", "inactive/", "signup/", "reauthenticate/", "email/", "password/change/",
    "password/set/", "password/reset/", "password/reset/done/", "password/reset/key/done/", "2fa/",
    "2fa/authenticate/", "2fa/reauthenticate/", "2fa/totp/activate/", "2fa/totp/deactivate/",
    "2fa/recovery-codes/", "2fa/recovery-codes/generate/", "2fa/recovery-codes/download/",
    "2fa/webauthn/", "2fa/webauthn/add/", "2fa/webauthn/login/", "3rdparty/",
    "3rdparty/login/cancelled/", "3rdparty/login/error/", "3rdparty/signup/", "sessions/",
)  # fmt: skip


def _everything():
    return {
        model: sorted(map(repr, model.objects.values_list()))
        for model in apps.get_models()
        if model.__module__.startswith(("troth.", "allauth."))
    }


def test_looking_never_changes_anything(client, signed_in, place, ada, vic):
    url = actions.password_link(person=vic, actor=ada, now=clock.now()).url
    paths = [SETTINGS + address.format(**place) for address in SEES]
    paths += [f"/accounts/{address}" for address in ALLAUTH]
    paths.append("/" + url.split("/", 3)[3])
    for browser in (client, signed_in(ada), signed_in(vic)):
        before = _everything()
        for path in paths:
            for method in (browser.get, browser.head):
                response = method(path)
                assert response.status_code < 500, path
                b"".join(response)
        assert _everything() == before
    assert Link.objects.filter(used_at=None).exists()


@pytest.mark.parametrize("count", [1, 3])
def test_lists_ask_the_database_as_often_for_three_as_for_one(
    signed_in, ada, django_assert_num_queries, count
):
    browser = signed_in(ada)
    for number in range(count):
        person = User.objects.create(email=f"p{number}@x.org", joined_at=clock.now())
        actions.invite(email=f"i{number}@x.org", role="viewer", actor=ada, now=clock.now())
        actions.issue(
            name=f"T{number}", scopes=["read"], expires_at=person.joined_at.replace(year=2100),
            now=clock.now(), actor=ada,
        )  # fmt: skip
    for path, queries in (("people/", 4), ("tokens/", 3), ("audit/", 5)):
        with django_assert_num_queries(queries):
            browser.get(SETTINGS + path)
