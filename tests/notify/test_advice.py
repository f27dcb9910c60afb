"""`troth notify test` against receivers that fail in every usual way: each with a sentence."""

import json
import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest
from click.testing import CliRunner

from tests.notify.letters import NOON
from tests.notify.outbox import mail_sink, with_values
from tests.notify.receiver import receiving
from tests.notify.test_every_way import ANSWERS, OUTLETS
from troth.core import clock
from troth.notify import trying
from troth.notify.actions.outlets import declare_outlet
from troth.notify.carriers import apprise as apprising
from troth.notify.commands import notify
from troth.notify.rules.advising import advice
from troth.notify.rules.results import Answer, Fate

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:'imghdr' is deprecated"),  # Apprise's own
]
REFUSED, UNKNOWN_NAME = "Nothing listens there.", "Nobody knows this name."
SILENT, UNSAFE = "It did not answer in time.", "No safe connection could be made."
KEY, MANY, BROKEN = "It does not accept our key", "It gets too much from us", "It is broken on the"
ANSWERED = [(401, KEY), (429, MANY), (500, BROKEN)]


@pytest.fixture(autouse=True)
def near(settings, monkeypatch):
    """Let tests reach this machine, and wait less for who never answers."""
    settings.TROTH = with_values(settings.TROTH, probe_private=True)
    monkeypatch.setattr(trying, "_SECONDS", 1.0)
    monkeypatch.setattr(apprising, "_SECONDS", 1.0)


def said(*words):
    """Return (exit code, what to do, all that was printed)."""
    found = CliRunner().invoke(notify, ["test", *words], standalone_mode=False)
    if found.exception:
        raise found.exception
    lines = found.output.splitlines()
    do = [line.removeprefix("What to do: ") for line in lines if line.startswith("What to do")]
    return found.return_value, "".join(do), found.output


def closed():
    """Return a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def silent():
    """Yield a port whose owner takes connections and never says a word."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen(8)
        yield one.getsockname()[1]


def signed_by_nobody(path):
    """Write a key and a certificate that it signed itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, now = ec.generate_private_key(ec.SECP256R1()), clock.now()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(7).not_valid_before(now).not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem, how = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    text = key.private_bytes(pem, how, serialization.NoEncryption()) + made.public_bytes(pem)
    path.write_bytes(text)
    return path


@contextmanager
def unsafe(folder):
    """Yield a port that speaks TLS with a certificate that nobody signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(signed_by_nobody(folder / "server.pem"))
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen(8)

        def serve():
            with suppress(OSError):  # the socket is shut: the test is over
                while True:
                    taken, _ = one.accept()
                    with taken, suppress(OSError):
                        context.wrap_socket(taken, server_side=True).close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield one.getsockname()[1]
        one.shutdown(socket.SHUT_RDWR)
    thread.join(10)


WEB = {
    "webhook": "{scheme}://{host}/x", "mattermost": "{scheme}://{host}/hooks/abc123",
    "apprise": "json{s}://{host}/x",
}  # fmt: skip


def url_of(kind, host, *, tls=False):
    return WEB[kind].format(scheme="https" if tls else "http", s="s" if tls else "", host=host)


@pytest.mark.mission("S3.20")
@pytest.mark.parametrize("kind", sorted(WEB))
def test_a_web_address_that_cannot_be_reached_is_told_with_what_to_do(kind, tmp_path):
    code, do, text = said("--channel", url_of(kind, f"127.0.0.1:{closed()}"))
    assert (code, do[: len(REFUSED)]) == (4, REFUSED), text
    code, do, text = said("--channel", url_of(kind, "nowhere.invalid"))
    assert (code > 0, do[: len(UNKNOWN_NAME)]) == (True, UNKNOWN_NAME), text
    with silent() as port:
        code, do, text = said("--channel", url_of(kind, f"127.0.0.1:{port}"))
    assert (code > 0, do[: len(SILENT)]) == (True, SILENT), text
    with unsafe(tmp_path) as port:
        code, do, text = said("--channel", url_of(kind, f"127.0.0.1:{port}", tls=True))
    assert (code > 0, do[: len(UNSAFE)]) == (True, UNSAFE), text


@pytest.mark.parametrize(("status", "what"), ANSWERED)
@pytest.mark.parametrize("kind", sorted(WEB))
def test_a_web_address_that_says_no_is_told_with_what_to_do(kind, status, what):
    with receiving((status, {"retry-after": "7"}, b"no")) as program:
        code, do, text = said("--channel", url_of(kind, program.url.removeprefix("http://")))
    assert (code > 0, do[: len(what)]) == (True, what), text
    assert str(status) in text


@pytest.mark.parametrize("kind", sorted(OUTLETS))
def test_each_kind_of_outlet_says_what_to_do_when_its_service_refuses_and_works_otherwise(kind):
    settings, secrets, address = OUTLETS[kind]

    def tried(url):
        spec = {key: url if text == "SERVER" else text for key, text in settings.items()}
        declare_outlet(
            document={"apiVersion": "troth/v1", "kind": "Outlet", "metadata": {"name": "one"},
                      "spec": {"channel": kind, "settings": spec, "secrets": secrets}},
            author="ada", now=NOON,
        )  # fmt: skip
        to = () if kind in ("mastodon", "bluesky") else ("--to", address)
        return said("--outlet", "one", *to)

    for status, what in ANSWERED:
        with receiving((status, {}, {"error": "no", "description": "no"})) as service:
            code, do, text = tried(service.url)
        assert (code > 0, do[: len(what)]) == (True, what), text
    code, do, text = tried(f"http://127.0.0.1:{closed()}")
    assert (code > 0, do[: len(REFUSED)]) == (True, REFUSED), text
    with receiving(*ANSWERS.get(kind, [(200, {}, {"id": "1"})])) as service:
        code, do, text = tried(service.url)
    assert (code, do) == (0, ""), text


def test_a_mail_server_says_what_to_do(settings, tmp_path):
    def tried(server):
        settings.TROTH = with_values(settings.TROTH, email_url=server, email_from="a@example.org")
        return said("--channel", "mailto:ada@example.org")

    assert tried(f"smtp://127.0.0.1:{closed()}")[1].startswith(REFUSED)
    assert tried("smtp://nowhere.invalid:25")[1].startswith(UNKNOWN_NAME)
    with silent() as port:
        assert tried(f"smtp://127.0.0.1:{port}")[1].startswith(SILENT)
    with unsafe(tmp_path) as port:
        assert tried(f"smtps://127.0.0.1:{port}")[1].startswith(UNSAFE)
    with mail_sink(tmp_path) as sink:
        assert tried(f"smtp://127.0.0.1:{sink.port}")[:2] == (0, "")


def test_what_to_do_is_for_programs_as_well():
    with receiving((401, {}, b"no")) as program:
        found = CliRunner().invoke(notify, ["test", "--json", "--channel", f"{program.url}/x"])
    assert json.loads(found.output)["advice"].startswith(KEY)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("400 bad payload", "It understood us"), ("404 no_team", "It does not know"),
        ("410 gone", "This address was ended"), ("302", "It sends us elsewhere"),
        ("403 invalid_token", KEY), ("503 busy", BROKEN), ("535 5.7.8 bad password", KEY),
        ("who knows", ""),
    ],
)  # fmt: skip
def test_each_answer_has_its_sentence(text, what):
    found = advice(Answer(fate=Fate.REFUSED, said=text))
    assert found.startswith(what)
    assert bool(found) is bool(what)
    assert advice(Answer(fate=Fate.ACCEPTED, said="200 no answer in time")) == ""
