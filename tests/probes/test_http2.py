"""HTTP/2: a real server where there is one, and peers that mean no good."""

import os
import shutil
import socket
import subprocess
import sys
from time import monotonic, sleep

import pytest

from tests.probes.test_guard import run

h2 = pytest.importorskip("h2", reason="pip install troth[probes-http2]")

NGINX = """
daemon off; master_process off; error_log stderr crit; pid {folder}/pid;
events {{ worker_connections 64; }}
http {{
  access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b;
  fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  ssl_certificate {file}; ssl_certificate_key {file}; root {folder};
  server {{
    listen 127.0.0.1:{two} ssl http2;
    location /ok {{ add_header X-Asked $http_x_secret; return 200 '{{"state": "ok"}}'; }}
    location /version {{ return 200 "$server_protocol $request_method $http_host"; }}
    location /long {{ alias {folder}/long; }}
    location /there {{ return 302 https://localhost:{one}/ok; }}
    location /here {{ return 302 /ok; }}
    location /inside {{ return 302 https://169.254.169.254/; }}
    location /posted {{ client_max_body_size 1m; proxy_pass http://127.0.0.1:{plain}/; }}
  }}
  server {{
    listen 127.0.0.1:{one} ssl;
    location /ok {{ return 200 "old $http_x_secret"; }}
  }}
  server {{
    listen 127.0.0.1:{plain};
    location / {{ return 200 "$request_method $content_length"; }}
  }}
}}
"""


@pytest.fixture(scope="module")
def ports():
    found = []
    for _ in range(3):
        with socket.socket() as sock:
            sock.bind(("127.0.0.1", 0))
            found.append(sock.getsockname()[1])
    return dict(zip(("two", "one", "plain"), found, strict=True))


@pytest.fixture
def nginx(tmp_path, certificate, ports):
    """Run nginx and return a function: `nginx("/ok", …)` gives settings, `server="one"` the old."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("nginx is not installed: apt-get install nginx")
    file, pem = certificate("localhost", days=90)
    (tmp_path / "long").write_bytes(b"x" * 3_000_000)
    config = tmp_path / "nginx.conf"
    config.write_text(NGINX.format(folder=tmp_path, file=file, **ports))
    process = subprocess.Popen([program, "-c", config, "-p", tmp_path])
    _await(ports["plain"])

    def settings(path, *, server="two", **more):
        url = f"https://localhost:{ports[server]}{path}"
        return {"url": url, "ca": pem, "version": "2", **more}

    yield settings
    process.kill()
    process.wait()


def _await(port):
    until = monotonic() + 10
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert monotonic() < until
            sleep(0.05)


@pytest.mark.mission("S2.5")
def test_a_server_of_http2_is_judged(nginx):
    told = (
        'http.version == "2" and status == 200 and json.state == "ok" and tls.days_left > 80 '
        'and header.server contains "nginx" and address == "127.0.0.1"'
    )
    found = run(nginx("/ok"), condition=told)
    assert (found.outcome, found.reason) == ("up", "")
    assert list(found.phases) == ["dns", "connect", "tls", "first_byte", "transfer"]
    assert run(nginx("/nowhere")).reason == "status is 404, not 2xx"
    settings = nginx("/version")
    assert run(settings, condition='body contains "HTTP/2.0 GET localhost"').outcome == "up"


def test_http2_is_not_spoken_unless_asked_for(nginx):
    settings = {**nginx("/version"), "version": "1.1"}
    told = 'http.version == "1.1" and body contains "HTTP/1.1"'
    assert run(settings, condition=told).outcome == "up"


def test_a_server_of_http1_alone_is_down_and_told_so(nginx):
    settings = nginx("/ok", server="one")
    found = run(settings)
    assert (found.outcome, found.reason) == ("down", "the server speaks HTTP/1.1, not HTTP/2")
    assert found.excerpt.endswith("old ")
    assert run(settings, condition='http.version == "1.1" and body == "old "').outcome == "up"
    assert "HTTP/1.1, not HTTP/2" in run(settings, condition="status == 200").reason


def test_a_body_is_sent_and_a_head_has_none(nginx):
    sent = nginx("/posted", method="POST", body="x" * 19_000)
    assert run(sent, condition='body == "POST 19000"').outcome == "up"
    assert run(nginx("/version", method="HEAD"), condition="size == 0").outcome == "up"


def test_a_long_answer_is_read_whole_or_cut(nginx):
    whole = run(nginx("/long", max_kb=4_000), condition="size == 3000000 and cut == false")
    assert (whole.outcome, whole.reason) == ("up", "")
    cut = run(nginx("/long", max_kb=100), condition="size == 100000 and cut == true")
    assert (cut.outcome, cut.reason) == ("up", "")


def test_redirects_are_followed_and_checked_and_secrets_stay(nginx):
    secret = {"secret_headers": {"X-Secret": "s3cret"}}
    here = run(nginx("/here", **secret), condition='redirects == 1 and header.x-asked == "s3cret"')
    assert (here.outcome, here.reason) == ("up", "")
    there = run(nginx("/there", **secret), condition='http.version == "1.1" and body == "old "')
    assert (there.outcome, there.reason) == ("up", "")
    assert run(nginx("/there")).reason == "the server speaks HTTP/1.1, not HTTP/2"
    assert run(nginx("/inside")).reason.startswith("169.254.169.254 is never ")


def test_the_certificate_and_the_guard_count(nginx):
    assert run({**nginx("/ok"), "ca": ""}).reason.startswith("the certificate is not accepted")
    assert "private network" in run(nginx("/ok"), private=False).reason


@pytest.fixture
def peer(listening, secure):
    """Return a function that serves what `answer(connection, event)` says, over ALPN h2."""
    from h2.config import H2Configuration
    from h2.connection import H2Connection

    def serve(answer=None, raw=b""):
        async def talk(reader, writer):
            connection = H2Connection(H2Configuration(client_side=False))
            connection.initiate_connection()
            writer.write(connection.data_to_send() + raw)
            while part := await reader.read(65_536):
                for event in connection.receive_data(part):
                    if answer and type(event).__name__ == "RequestReceived":
                        answer(connection, event.stream_id)
                writer.write(connection.data_to_send())
                await writer.drain()

        context, pem = secure("localhost")
        context.set_alpn_protocols(["h2"])
        port = listening(talk, tls=context)
        return {"url": f"https://localhost:{port}/", "ca": pem, "version": "2"}

    return serve


def _resets(connection, stream):
    connection.reset_stream(stream, 11)


def _leaves(connection, stream):
    connection.close_connection(error_code=0, last_stream_id=0)


def _leaves_in_anger(connection, stream):
    connection.close_connection(error_code=11)


def _answers_early(connection, stream):
    connection.send_headers(stream, [(":status", "103"), ("link", "</a>")])
    connection.send_headers(stream, [(":status", "200")])
    connection.send_data(stream, b"ok", end_stream=False)
    connection.send_headers(stream, [("grpc-status", "0")], end_stream=True)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (_resets, "the server broke the request off with code 11"),
        (_leaves, "the server ends the connection with code 0"),
        (_leaves_in_anger, "the server ends the connection with code 11"),
        (_answers_early, ""),
        (None, "no answer within 0.5 s"),
    ],
)
def test_odd_answers_are_told_in_words(peer, answer, reason):
    found = run(peer(answer), timeout=500)
    assert (found.reason, found.outcome) == (reason, "down" if reason else "up")


def test_garbage_and_headers_without_end_are_no_http2(peer):
    body_of_nothing = b"\0\0\1\0\0\0\0\0\0x"
    assert run(peer(raw=body_of_nothing)).reason == "the answer is no valid HTTP/2"

    def flood(connection, stream):
        many = [(f"x-{number}", "y" * 4_000) for number in range(40)]
        connection.send_headers(stream, [(":status", "200"), *many])

    assert run(peer(flood)).reason == "the answer is no valid HTTP/2"


def test_without_the_library_it_says_what_to_install(nginx, monkeypatch):
    monkeypatch.setitem(sys.modules, "h2.exceptions", None)
    assert "pip install troth[probes-http2]" in run(nginx("/ok")).reason
