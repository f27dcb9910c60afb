"""Every screen of staff in Chromium: axe, both widths, both schemes, and a passkey for real."""

import pytest

from tests.cast import PASSWORD
from tests.looks import findings
from troth.core import clock
from troth.staff import actions
from troth.staff.models import ApiToken, AuditEntry

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCREENS = (
    "/desk/settings/people/", "/desk/settings/people/invite/", "/desk/settings/people/{person}/",
    "/desk/settings/tokens/", "/desk/settings/tokens/new/",
    "/desk/settings/tokens/{token}/revocation/", "/desk/settings/audit/",
    "/desk/settings/audit/{entry}/", "/desk/settings/account/", "/accounts/password/change/",
    "/accounts/sessions/", "/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/", "/accounts/logout/", "/no/such/thing/",
)  # fmt: skip
DOORS = ("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/welcome/x/")


def _policy_breaches(page):
    breaches = []
    page.on(
        "console",
        lambda message: (
            breaches.append(message.text) if "Content Security Policy" in message.text else None
        ),
    )
    page.on("pageerror", lambda error: breaches.append(str(error)))
    return breaches


@pytest.fixture
def site(live_server, chromium):
    """Return a page in a fresh browser, and the address of the site (passkeys want a name)."""
    context = chromium.new_context()
    context.set_default_timeout(15_000)
    yield context.new_page(), live_server.url.replace("127.0.0.1", "localhost")
    context.close()


def _sign_in(page, base, person):
    person.set_password(PASSWORD)
    person.save()
    page.goto(f"{base}/accounts/login/?next=/desk/settings/account/")
    page.fill("[name=login]", person.email)
    page.fill("[name=password]", PASSWORD)
    page.click("main form.stack button")
    page.wait_for_url(f"{base}/desk/settings/account/")


def _confirm(page, base):
    """Say the password again, as a change of how one signs in asks for."""
    page.goto(f"{base}/accounts/2fa/totp/activate/")
    page.fill("[name=password]", PASSWORD)
    page.click("main form button")
    page.wait_for_url(f"{base}/accounts/2fa/totp/activate/")


def test_axe_finds_nothing_on_any_settings_screen(site, ada, vic, token):
    page, base = site
    breaches = _policy_breaches(page)
    token("ingest")
    actions.invite(email="eve@example.org", role="viewer", actor=ada, now=clock.now())
    _sign_in(page, base, ada)
    place = {
        "person": vic.pk,
        "token": ApiToken.objects.get().pk,
        "entry": AuditEntry.objects.earliest("pk").pk,
    }
    page.goto(f"{base}/accounts/2fa/totp/activate/")
    found = {"reauthenticate": findings(page)}
    _confirm(page, base)
    for path in SCREENS:
        page.goto(base + path.format(**place))
        found[path] = findings(page)
    assert {path: each for path, each in found.items() if each} == {}
    assert breaches == []


def test_axe_finds_nothing_on_any_door(site, db):
    page, base = site
    breaches = _policy_breaches(page)
    url = actions.owner_link(now=clock.now())
    found = {}
    for path in (*DOORS, "/" + url.split("/", 3)[3]):
        page.goto(base + path)
        found[path] = findings(page)
    assert {path: each for path, each in found.items() if each} == {}
    assert breaches == []


def test_a_passkey_is_added_and_opens_the_door_alone(site, ada):
    page, base = site
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    _sign_in(page, base, ada)
    _confirm(page, base)
    page.goto(f"{base}/accounts/2fa/webauthn/add/")
    page.fill("[name=name]", "Laptop")
    page.check("[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(f"{base}/accounts/2fa/recovery-codes/")
    assert findings(page) == []
    page.goto(f"{base}/desk/settings/account/")
    page.click("text=Sign out")
    page.goto(f"{base}/accounts/login/?next=/desk/settings/account/")
    page.click("#passkey_login")
    page.wait_for_url(f"{base}/desk/settings/account/")
    assert AuditEntry.objects.filter(verb="added a passkey").count() == 1


def test_everything_can_be_done_without_a_script(live_server, chromium, ada):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    _sign_in(page, live_server.url, ada)
    page.goto(f"{live_server.url}/desk/settings/people/invite/")
    page.fill("[name=email]", "eve@example.org")
    page.click("text=Make the link")
    assert "/welcome/" in page.text_content("output")
    page.goto(f"{live_server.url}/desk/settings/audit/")
    page.fill("[name=q]", "eve@example.org")
    page.click("text=Show")
    assert "invited person eve@example.org" in page.text_content("table")
    context.close()
