"""Single sign-on against a small OpenID Connect issuer that speaks the real protocol over HTTP."""

import html
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from troth.core import clock
from troth.staff.models import User

pytestmark = pytest.mark.django_db
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CLAIMS = {"sub": "4711", "email": "ben@example.org", "email_verified": True, "name": "Ben"}


class Issuer(BaseHTTPRequestHandler):
    """Discovery, keys, the token endpoint and user info. The person says yes at once."""

    claims = CLAIMS

    def do_GET(self):
        base = f"http://127.0.0.1:{self.server.server_port}"
        if self.path.startswith("/.well-known/openid-configuration"):
            names = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
            answer = {f"{name}_endpoint": f"{base}/{path}" for name, path in names.items()}
            answer |= {"issuer": base, "jwks_uri": f"{base}/keys"}
            # A large provider has its sign-in page on a host of its own.
            answer["authorization_endpoint"] = (
                f"http://localhost:{self.server.server_port}/authorize"
            )
        elif self.path == "/keys":
            key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
            answer = {"keys": [key | {"kid": "1", "use": "sig", "alg": "RS256"}]}
        else:
            answer = self.claims
        self._say(answer)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        now = int(clock.now().timestamp())
        base = f"http://127.0.0.1:{self.server.server_port}"
        claims = self.claims | {"iss": base, "aud": "troth", "iat": now, "exp": now + 60}
        token = jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "1"})
        self._say({"access_token": "x", "token_type": "Bearer", "id_token": token})

    def _say(self, answer):
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args):
        pass


@pytest.fixture
def issuer(settings):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Issuer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    app = {
        "provider_id": "oidc",
        "name": "Our directory",
        "client_id": "troth",
        "secret": "s",
        "settings": {
            "server_url": f"http://127.0.0.1:{server.server_port}",
            "oauth_pkce_enabled": True,
        },
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    Issuer.claims = CLAIMS
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def _address(leaving):
    """Return where the page goes on to by itself."""
    assert leaving.status_code == 200  # a redirect would be held against form-action
    (address,) = re.findall(r'http-equiv="refresh" content="0; url=([^"]+)"', leaving.text)
    return html.unescape(address)


def _come_back(client):
    """Press the button, let the issuer say yes, and return to us as the browser would."""
    leaving = client.post("/accounts/oidc/oidc/login/")
    asked = parse_qs(urlsplit(_address(leaving)).query)
    assert asked["code_challenge_method"] == ["S256"]
    answer = {"code": "c", "state": asked["state"][0]}
    return client.get("/accounts/oidc/oidc/login/callback/", answer)


def test_the_button_is_there_when_an_issuer_is_set_up(client, issuer):
    assert "Our directory" in client.get("/accounts/login/").text


def test_without_an_issuer_there_is_no_button(client):
    assert client.get("/accounts/login/").text.count("<form") == 2


def test_who_is_one_of_us_comes_in_by_a_verified_address(client, issuer, ben):
    assert _come_back(client)["Location"] == "/desk/"
    assert client.get("/desk/settings/account/").status_code == 200


def test_who_is_not_one_of_us_stays_out(client, issuer):
    _come_back(client)
    assert not User.objects.exists()
    assert client.get("/desk/settings/account/").status_code == 302


def test_an_address_that_nobody_verified_opens_nothing(client, issuer, ben):
    Issuer.claims = CLAIMS | {"email_verified": False}
    _come_back(client)
    assert client.get("/desk/settings/account/").status_code == 302


def test_who_is_suspended_stays_out(client, issuer, dov):
    Issuer.claims = CLAIMS | {"email": "dov@example.org"}
    _come_back(client)
    assert client.get("/desk/settings/account/").status_code == 302


def test_asking_for_the_page_alone_starts_nothing(client, issuer):
    assert client.get("/accounts/oidc/oidc/login/").status_code == 200


def test_a_browser_follows_to_a_provider_on_another_host(issuer, live_server, chromium):
    page = chromium.new_page()
    page.goto(f"{live_server.url}/accounts/login/")
    page.click("text=Our directory")
    page.wait_for_url(f"http://localhost:{issuer.server_port}/authorize?**")
    page.close()


def test_a_provider_that_does_not_answer_is_told_in_words(client, issuer):
    issuer.shutdown()
    issuer.server_close()
    away = client.post("/accounts/oidc/oidc/login/")
    assert away.status_code == 503
    assert "does not answer" in away.text
