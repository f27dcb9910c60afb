"""A real gRPC server where the library is installed, and peers that are none."""

import sys

import pytest

LIBRARY = "pip install troth[probes-grpc]"


def serve(background, answer, *, credentials=None):
    """Serve the health service; `answer(service, metadata)` returns the response's bytes."""
    grpc = pytest.importorskip("grpc", reason=LIBRARY)

    async def checked(request, context):
        return answer(request, dict(context.invocation_metadata()))

    async def start():
        server = grpc.aio.server()
        handler = grpc.unary_unary_rpc_method_handler(checked)
        server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler("grpc.health.v1.Health", {"Check": handler}),)
        )
        at = "localhost:0"
        if credentials is None:
            port = server.add_insecure_port(at)
        else:
            port = server.add_secure_port(at, credentials)
        await server.start()
        return server, port

    return background.do(start())


@pytest.fixture
def server(background):
    started = []

    def serving(answer, **more):
        found, port = serve(background, answer, **more)
        started.append(found)
        return {"host": "localhost", "port": port, "tls": "credentials" in more}

    yield serving
    for each in started:
        background.do(each.stop(None))


@pytest.mark.mission("S2.5")
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"\x08\x01", ""),
        (b"\x08\x02", 'health is "NOT_SERVING"'),
        (b"", 'health is "UNKNOWN"'),
        (b"\x08\x09", 'health is "STATUS_9"'),
        (b"\xff" * 50, "the answer is none of a health service"),
        (b"\xff" * 20_000, "the server answers with RESOURCE_EXHAUSTED"),
    ],
)
def test_the_health_that_a_server_tells_is_judged(check, server, answer, reason):
    found = check("grpc", server(lambda *_: answer))
    assert reason in found.reason
    assert found.outcome == ("down" if reason else "up")


def test_one_service_may_be_asked_with_a_token(check, server):
    def answer(request, metadata):
        known = request == b"\x0a\x07shop.v1" and metadata.get("authorization") == "Bearer s3cret"
        return b"\x08\x01" if known else b"\x08\x03"

    settings = server(answer)
    assert check("grpc", {**settings, "service": "shop.v1", "token": "s3cret"}).outcome == "up"
    assert 'health is "SERVICE_UNKNOWN"' in check("grpc", {**settings, "service": "x"}).reason


def test_over_tls_the_name_counts(check, server, certificate):
    grpc = pytest.importorskip("grpc", reason=LIBRARY)
    file, pem = certificate("localhost")
    raw = file.read_bytes()
    key = raw[raw.index(b"-----BEGIN PRIVATE KEY") :]
    settings = server(
        lambda *_: b"\x08\x01", credentials=grpc.ssl_server_credentials([(key, pem.encode())])
    )
    assert check("grpc", {**settings, "ca": pem}).outcome == "up"
    assert check("grpc", settings).outcome == "down"
    assert check("grpc", {**settings, "ca": pem, "host": "127.0.0.1"}).outcome == "down"


def test_hanging_garbage_refused_and_forbidden(check, hanging, babbling, free_port):
    pytest.importorskip("grpc", reason=LIBRARY)
    settings = {"host": "127.0.0.1", "tls": False}
    hung = check("grpc", {**settings, "port": hanging}, timeout=500)
    assert hung.reason == "no answer within 0.5 s"
    assert hung.took < 1.5
    for port in (babbling, free_port()):
        assert "the connection failed" in check("grpc", {**settings, "port": port}).reason
    private = check("grpc", {**settings, "port": hanging}, private=False)
    assert "private network" in private.reason


def test_without_the_library_it_says_what_to_install(check, monkeypatch):
    monkeypatch.setitem(sys.modules, "grpc", None)
    found = check("grpc", {"host": "127.0.0.1"})
    assert "pip install troth[probes-grpc]" in found.reason
