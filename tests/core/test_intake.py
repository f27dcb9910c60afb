"""Slow senders wait for each other, and nobody waits for them."""

import io
import threading

import pytest

from troth.core.intake import CrowdedError, Intake


def asked(body: bytes, **more: str) -> dict:
    return {"CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body), **more}


def test_a_request_without_a_body_needs_no_place():
    assert Intake(1).guarded({"CONTENT_LENGTH": "", "wsgi.input": io.BytesIO()}) is None


def test_a_body_that_has_been_read_gives_its_place_back():
    intake = Intake(1)
    for _ in range(3):
        environ = asked(b"one\ntwo\n")
        intake.guarded(environ)
        assert environ["wsgi.input"].read(4) == b"one\n"
        assert environ["wsgi.input"].read(100) == b"two\n"
        assert environ["wsgi.input"].read() == b""


def test_a_slow_body_keeps_others_out_until_it_is_released():
    intake = Intake(1)
    slow, other = asked(b"slow"), asked(b"other")
    guard = intake.guarded(slow)
    intake.guarded(other)
    assert slow["wsgi.input"].read(1) == b"s"
    with pytest.raises(CrowdedError):
        other["wsgi.input"].read()
    guard.release()
    guard.release()
    assert other["wsgi.input"].read() == b"other"


def test_a_body_of_unknown_length_ends_where_nothing_more_comes():
    intake = Intake(1)
    environ = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": io.BytesIO(b"a\nb")}
    intake.guarded(environ)
    assert list(environ["wsgi.input"]) == [b"a\n", b"b"]
    assert intake.guarded(asked(b"x")).read() == b"x"


def test_who_waits_a_moment_finds_the_place_that_becomes_free():
    intake = Intake(1)
    first, second = intake.guarded(asked(b"first")), intake.guarded(asked(b"second"))
    first.read(1)
    timer = threading.Timer(0.05, first.release)
    timer.start()
    assert second.read() == b"second"
    timer.join()
