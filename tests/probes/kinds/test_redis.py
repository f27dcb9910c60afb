"""A real Redis where there is one, and peers that misbehave."""

import pytest


@pytest.fixture
def redis(program):
    return program(
        "redis-server",
        lambda port: ["--port", str(port), "--save", "", "--requirepass", "s3cret"],
    )


@pytest.mark.mission("S2.5")
def test_a_real_server_is_judged(check, redis):
    settings = {"host": "127.0.0.1", "port": redis, "password": "s3cret"}
    told = 'pong == true and role == "master" and info.used_memory < 2gb and info.loading == 0'
    found = check("redis", settings, condition=told)
    assert (found.outcome, found.reason) == ("up", "")
    assert check("redis", settings, condition="info.connected_clients > 99").outcome == "down"


def test_the_password_counts(check, redis):
    settings = {"host": "127.0.0.1", "port": redis}
    assert check("redis", settings).reason == "it asks for a password"
    wrong = check("redis", {**settings, "password": "x"})
    assert wrong.reason == "it does not take this password"


def saying(answer):
    async def serve(reader, writer):
        await reader.readuntil(b"PING\r\n")
        writer.write(answer)
        await writer.drain()
        await reader.read()

    return serve


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"+PONG\r\n", ""),
        (b"+ROSES\r\n", "pong is false"),
        (b"-LOADING data\r\n", "it is loading its data"),
        (b"-ERR <b>odd</b>\r\n", "it refuses PING"),
        (b"\xff\x00\r\n", "what it says is no Redis"),
        (b"$-1\r\n", "what it says is no Redis"),
        (b"$999999999999\r\n", "its answer is longer"),
        (b"+" + b"x" * 9_000 + b"\r\n", "a line of more than"),
        (b"$10\r\nab", "no answer within"),
    ],
)
def test_odd_answers_are_told_in_words(check, listening, answer, reason):
    settings = {"host": "127.0.0.1", "port": listening(saying(answer))}
    found = check("redis", settings, timeout=500)
    assert reason in found.reason
    assert found.outcome == ("down" if reason else "up")


def test_over_tls(check, listening, secure):
    context, pem = secure("localhost")
    port = listening(saying(b"+PONG\r\n"), tls=context)
    settings = {"host": "localhost", "port": port, "tls": True}
    assert "certificate is not accepted" in check("redis", settings).reason
    assert check("redis", {**settings, "ca": pem}).outcome == "up"


def test_hanging_refused_and_forbidden(check, hanging, free_port):
    hung = check("redis", {"host": "127.0.0.1", "port": hanging}, timeout=300)
    assert hung.reason == "no answer within 0.3 s"
    closed = check("redis", {"host": "127.0.0.1", "port": free_port()})
    assert closed.reason == "the connection was refused"
    private = check("redis", {"host": "127.0.0.1", "port": hanging}, private=False)
    assert "private network" in private.reason
