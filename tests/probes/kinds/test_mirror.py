"""A copy of a page: fresh, left behind, changed by somebody, and no page at all."""

import json
from datetime import timedelta

import pytest

from troth.core import clock
from troth.page import signature

SECRET = b"k" * 32


def files(age=60, *, raw=None, signed=None):
    at = (clock.now() - timedelta(seconds=age)).isoformat()
    trust = {"schema": 1, "organisation": "Us", "generated_at": at, "data_revision": "r1"}
    raw = json.dumps(trust).encode() if raw is None else raw
    return {
        "/.well-known/trust.json": raw,
        "/.well-known/trust.json.sig": signature.sign(SECRET, raw) if signed is None else signed,
        "/checked.json": json.dumps({"checked_at": at, "data_revision": "r1"}).encode(),
    }


@pytest.fixture
def mirror(listening):
    def served(found, **more):
        async def answer(reader, writer):
            path = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
            body, status = found.get(path, b""), "200 OK" if path in found else "404 No"
            writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode())
            writer.write(body)
            await writer.drain()

        key = signature.public_pem(SECRET).decode()
        return {"url": f"http://127.0.0.1:{listening(answer)}/", "key": key, **more}

    return served


@pytest.mark.mission("S2.5")
@pytest.mark.parametrize(("age", "outcome"), [(60, "up"), (1_000, "down"), (-1_000, "down")])
def test_a_mirror_that_falls_behind_is_down(check, mirror, age, outcome):
    found = check("mirror", mirror(files(age)))
    assert found.outcome == outcome
    assert ("age is" in found.reason) == (outcome == "down")


def test_a_copy_that_somebody_changed_is_down(check, mirror):
    forged = {**files(), "/.well-known/trust.json": b"{}"}
    assert check("mirror", mirror(forged)).reason == "trust.json is not signed by our key"
    assert check("mirror", mirror(forged), condition="signed == false").outcome == "up"
    assert check("mirror", mirror(files(signed=b"short"))).outcome == "down"


def test_without_a_key_only_the_age_counts(check, mirror):
    settings = mirror(files(), key="")
    assert check("mirror", settings, condition='organisation == "Us"').outcome == "up"
    told = check("mirror", settings, condition="signed == true")
    assert "no public key is given" in told.reason


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        ({}, "/.well-known/trust.json answers with status 404"),
        (files(raw=b"<html>"), "the answer is no trust.json"),
        ({**files(), "/checked.json": b"[]"}, "the answer is no checked.json"),
        ({**files(), "/checked.json": b"{}"}, "does not tell when it was checked"),
    ],
)
def test_what_is_no_page_of_ours(check, mirror, found, reason):
    assert reason in check("mirror", mirror(found)).reason


def test_hanging_forbidden_and_no_key(check, hanging):
    settings = {"url": f"http://127.0.0.1:{hanging}/"}
    assert check("mirror", settings, timeout=300).reason == "no answer within 0.3 s"
    assert "private network" in check("mirror", settings, private=False).reason
    with pytest.raises(ValueError, match="no public key in PEM"):
        check("mirror", {**settings, "key": "hello"})


def test_a_certificate_is_no_key(check, certificate):
    with pytest.raises(ValueError, match="no public key in PEM"):
        check("mirror", {"url": "https://a.example", "key": certificate("a.example")[1]})
