import pytest
from django.test import override_settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'self'"
)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/accounts/login/", "/no/such/thing/"])
def test_every_answer_carries_the_strict_policy(client, path):
    response = client.get(path)
    assert response["Content-Security-Policy"] == POLICY
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Frame-Options"] == "DENY"
    assert "geolocation=()" in response["Permissions-Policy"]


@pytest.mark.django_db
def test_what_staff_see_is_kept_by_no_cache(client):
    assert "no-store" in client.get("/desk/settings/")["Cache-Control"]
    assert "no-store" in client.get("/accounts/login/")["Cache-Control"]


@pytest.mark.django_db
def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(client):
    cookie = client.get("/accounts/login/").cookies["troth-csrf"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.django_db
@override_settings(SECURE_HSTS_SECONDS=31_536_000)
def test_behind_tls_a_browser_is_told_to_stay_there(client):
    response = client.get("/accounts/login/", secure=True)
    assert response["Strict-Transport-Security"].startswith("max-age=31536000")
