"""A mail server that greets, offers STARTTLS, and several that misbehave."""

import pytest


def mail(tls=None, *, banner=b"220 mail.example ESMTP\r\n", offers=b"STARTTLS"):
    async def answer(reader, writer):
        writer.write(banner)
        while command := await reader.readline():
            verb = command.split()[0].upper()
            if verb == b"EHLO":
                writer.write(b"250-mail.example\r\n250-8BITMIME\r\n250 " + offers + b"\r\n")
            elif verb == b"STARTTLS" and tls:
                writer.write(b"220 go on\r\n")
                await writer.drain()
                await writer.start_tls(tls)
            elif verb == b"QUIT":
                return
            else:
                writer.write(b"502 not here\r\n")
            await writer.drain()

    return answer


@pytest.mark.mission("S2.5")
def test_banner_starttls_and_certificate_are_judged(check, listening, secure):
    context, pem = secure("localhost", days=40)
    settings = {"host": "localhost", "port": listening(mail(context)), "ca": pem}
    told = 'banner contains "ESMTP" and starttls == true and tls.days_left > 30'
    found = check("smtp", settings, condition=told)
    assert (found.outcome, found.reason) == ("up", "")
    assert {"dns", "connect", "first_byte", "tls"} <= set(found.phases)
    assert check("smtp", settings, condition="tls.days_left > 60").outcome == "down"
    assert check("smtp", settings, condition='"8BITMIME" in extensions').outcome == "up"


def test_a_certificate_that_nobody_trusts_is_down(check, listening, secure):
    context, _ = secure("localhost")
    settings = {"host": "localhost", "port": listening(mail(context))}
    assert "the certificate is not accepted" in check("smtp", settings).reason
    assert check("smtp", {**settings, "verify": False}).outcome == "up"


def test_tls_from_the_start(check, listening, secure):
    context, pem = secure("localhost")
    port = listening(mail(), tls=context)
    settings = {"host": "localhost", "port": port, "ca": pem, "security": "tls"}
    assert check("smtp", settings, condition="tls.version is present").outcome == "up"


def test_without_starttls_a_server_is_down_unless_none_is_wanted(check, listening):
    settings = {"host": "127.0.0.1", "port": listening(mail(offers=b"HELP"))}
    assert check("smtp", settings).reason == "it replies 502, not 220"
    assert check("smtp", {**settings, "security": "none"}).outcome == "up"


@pytest.mark.parametrize(
    ("banner", "reason"),
    [
        (b"554 go away\r\n", "it replies 554, not 220"),
        (b"\xff\xfe\x00 hello\r\n", "what it says is no SMTP"),
        (b"220-again\r\n" * 60, "its reply has more than 50 lines"),
        (b"220 " + b"x" * 10_000 + b"\r\n", "a line of more than 4,096 bytes"),
        (b"220 " + b"x" * 1_100_000, "a line without an end"),
        (b"220-half", "no answer within"),
    ],
)
def test_a_naughty_banner_is_told_in_words(check, listening, banner, reason):
    settings = {"host": "127.0.0.1", "port": listening(mail(banner=banner)), "security": "none"}
    found = check("smtp", settings, timeout=500)
    assert found.outcome == "down"
    assert reason in found.reason


def test_a_peer_that_hangs_ends_at_the_timeout(check, hanging):
    found = check("smtp", {"host": "127.0.0.1", "port": hanging}, timeout=300)
    assert found.reason == "no answer within 0.3 s"
    assert found.took < 1


def test_a_private_address_is_refused(check, hanging):
    found = check("smtp", {"host": "127.0.0.1", "port": hanging}, private=False)
    assert "private network" in found.reason
