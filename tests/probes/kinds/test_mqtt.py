"""A real broker where there is one, and peers that misbehave."""

import pytest


@pytest.fixture
def broker(program, tmp_path):
    def arguments(port):
        file = tmp_path / "mosquitto.conf"
        file.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nuser root\n")
        return ["-c", str(file)]

    return program("mosquitto", arguments)


@pytest.mark.mission("S2.5")
def test_a_message_comes_back_from_a_real_broker(check, broker):
    settings = {"host": "127.0.0.1", "port": broker}
    assert check("mqtt", settings).outcome == "up"
    sent = {**settings, "topic": "troth/probe", "send": "Grüße " * 50}
    found = check("mqtt", sent, condition='message contains "Grüße"')
    assert (found.outcome, found.reason) == ("up", "")
    assert {"first_byte", "transfer"} <= set(found.phases)


def test_a_message_that_nobody_sends_ends_at_the_timeout(check, broker):
    settings = {"host": "127.0.0.1", "port": broker, "topic": "silence"}
    assert check("mqtt", settings, timeout=300).reason == "no answer within 0.3 s"


@pytest.fixture
def guarded(program, tmp_path):
    def arguments(port):
        file = tmp_path / "mosquitto.conf"
        file.write_text(f"listener {port} 127.0.0.1\nallow_anonymous false\nuser root\n")
        return ["-c", str(file)]

    return program("mosquitto", arguments)


def test_a_broker_that_wants_a_password(check, guarded):
    settings = {"host": "127.0.0.1", "port": guarded}
    assert check("mqtt", settings).reason.startswith("it asks for a user")
    wrong = check("mqtt", {**settings, "user": "a", "password": "b"})
    assert wrong.reason.startswith(("it asks for a user", "it does not take this user"))


def saying(answer):
    async def serve(reader, writer):
        await reader.read(100)
        writer.write(answer)
        await writer.drain()
        await reader.read()

    return serve


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"\x20\x02\x00\x00", ""),
        (b"\x20\x02\x00\x04", "it does not take this user or password"),
        (b"\x20\x02\x00\x99", "it refuses with code 153"),
        (b"\x20\x00", "what it says is no MQTT"),
        (b"\x30\x00", "what it says is no MQTT"),
        (b"\x20\xff\xff\xff\xff\xff", "what it says is no MQTT"),
        (b"\x20\xff\xff\x7f", "a packet of more than"),
        (b"HTTP/1.1 400 Bad Request\r\n", "no answer within"),
        (b"\x20", "no answer within"),
    ],
)
def test_odd_answers_are_told_in_words(check, listening, answer, reason):
    settings = {"host": "127.0.0.1", "port": listening(saying(answer))}
    found = check("mqtt", settings, timeout=500)
    assert reason in found.reason
    assert found.outcome == ("down" if reason else "up")


def test_hanging_garbage_and_forbidden(check, hanging, babbling):
    hung = check("mqtt", {"host": "127.0.0.1", "port": hanging}, timeout=300)
    assert hung.reason == "no answer within 0.3 s"
    assert check("mqtt", {"host": "127.0.0.1", "port": babbling}).outcome == "down"
    private = check("mqtt", {"host": "127.0.0.1", "port": hanging}, private=False)
    assert "private network" in private.reason


def test_a_pattern_cannot_be_sent_to(check):
    with pytest.raises(ValueError, match=r"without \+ and #"):
        check("mqtt", {"host": "a.example", "topic": "a/#", "send": "x"})
