"""What is thrown at the doors: nothing here may crash them, fill the memory, or be half taken."""

import gzip
import io
import json
import tracemalloc
import zlib

import pytest

from troth.core.packing import zstd
from troth.core.refusals import Refusal
from troth.signals.doors import bodies, native
from troth.signals.doors.parsed import Terms
from troth.signals.models import Inbox

from .conftest import SIGNAL

pytestmark = pytest.mark.django_db
LINE = json.dumps(SIGNAL).encode() + b"\n"


def _bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    zeros = bytes(1_000_000)
    return b"".join(packer.compress(zeros) for _ in range(megabytes)) + packer.flush()


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_bomb_is_refused_before_it_fills_the_memory(door, encoding):
    bomb = _bomb(300) if encoding == "gzip" else zstd.compress(bytes(300_000_000), 3)
    tracemalloc.start()
    try:
        said = door(bomb, content_encoding=encoding)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert said.status == 413
    assert peak < 30_000_000
    assert Inbox.objects.count() == 0


def test_a_bomb_in_a_bomb_stays_packed(door):
    said = door(gzip.compress(_bomb(50)), content_encoding="gzip")
    assert said.status in {400, 413, 422}


def test_a_zstd_frame_that_asks_for_a_gigabyte_of_window_is_refused():
    packer = zstd.ZstdCompressor(
        options={
            zstd.CompressionParameter.window_log: 30,
            zstd.CompressionParameter.enable_long_distance_matching: 1,
        }
    )
    packed = packer.compress(LINE) + packer.flush()
    with pytest.raises(Refusal) as refusal:
        bodies.read(io.BytesIO(packed), length=len(packed), encoding="zstd", limit=10**8)
    assert refusal.value.status == 400


def test_a_body_said_to_be_too_large_is_not_read(door):
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/api/v1/signals",
        "CONTENT_TYPE": "application/x-ndjson",
        "CONTENT_LENGTH": str(10**12),
        "wsgi.input": None,  # reading it would fail
        "HTTP_AUTHORIZATION": f"Bearer {door.token}",
    }
    assert door.raw(environ).status == 413


def test_a_body_shorter_than_it_says_is_not_taken(door):
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/api/v1/signals",
        "CONTENT_TYPE": "application/x-ndjson",
        "CONTENT_LENGTH": str(len(LINE) * 3),
        "wsgi.input": io.BytesIO(LINE * 2),
        "HTTP_AUTHORIZATION": f"Bearer {door.token}",
    }
    said = door.raw(environ)
    assert said.status == 400
    assert Inbox.objects.count() == 0


def test_a_hundred_megabytes_pass_in_flat_memory():
    count = 100_000_000 // len(LINE)
    with bodies.read(_Endless(count), length=None, encoding="", limit=100_000_000) as body:
        tracemalloc.start()
        try:
            taken = 0
            for part in native.ndjson(body, Terms()):
                taken += len(part.signals)
                assert not part.refused
                if taken > 300_000:
                    break  # what holds for a third holds for all; tracing is slow
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 30_000_000


class _Endless(io.RawIOBase):
    """A stream of so many lines that are made as they are read."""

    def __init__(self, count: int) -> None:
        self.left = count * len(LINE)
        self.block = LINE * 5000

    def read(self, size: int = -1) -> bytes:
        # Whole blocks of lines, whatever is asked for: a stream may give less, never more.
        size = min(size, self.left) // len(LINE) * len(LINE)
        self.left -= size
        return self.block[:size]


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 100_000,
        b'{"source":"s","segment":' + b'{"a":' * 100_000,
        b'{"source":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
        b'{"source":"s","kind":"k","happened_at":"2026-01-01T00:00:00Z","value":NaN}',
        b'{"source":"s","kind":"k","happened_at":"2026-01-01T00:00:00Z","value":Infinity}',
        b'{"source":"s","kind":"k","happened_at":"2026-01-01T00:00:00Z","value":1e999}',
        b'{"source":"s","kind":"k","happened_at":"2026-01-01T00:00:00Z","version":'
        + b"9" * 5000 + b"}",
        b'{"source":"s","kind":"k","happened_at":"2026-01-01T00:00:00Z","key":"\xff\xfe"}',
        b'{"source":"s","kind":"k","happened_at":"2026-01-01T00:00:00Z","key":"\\ud800"}',
        b'{"source":"s","kind":"k","happened_at":"2026-01-01T00:00:00Z","key":"\\u0000"}',
        b'{"source":"s","kind":"k","happened_at":"2026-01-01T00:00:00Z","key":"\x00"}',
        b'{"source":"s","kind":"k","happened_at":"9999-12-31T23:59:59-23:59"}',
        b'{"source":"s","kind":"k","happened_at":"0001-01-01T00:00:00+23:59"}',
        b"\x00" * 1000,
        b'"text"',
        b"7",
        b"null",
        b"{}",
        b'{"_refused":{"raw":"x"}}',
    ],
    ids=range(19),
)  # fmt: skip
@pytest.mark.parametrize("kind", ["application/x-ndjson", "application/json"])
def test_a_hostile_line_is_refused_alone(door, line, kind):
    body = LINE + line + b"\n" + LINE
    if kind == "application/json":
        body = b"[" + LINE + b"," + line + b"," + LINE + b"]"
    said = door(body, kind=kind)
    if said.status == 400:  # what breaks the array breaks all of it; nothing is half taken
        assert kind == "application/json"
        assert "error" in said.body
        assert Inbox.objects.count() == 0
        return
    assert said.status == 202, said.body
    assert said.body["accepted"] == 2
    assert [one["line"] for one in said.body["refused"]] == [2]
    assert said.body["refused"][0]["reason"]


def test_of_a_key_written_twice_the_last_one_counts(door, inbox):
    # RFC 8259 leaves it open; most readers take the last, and so do we.
    door(b'{"source":"a","source":"b","kind":"k","happened_at":"2026-01-01T00:00:00Z"}\n')
    assert inbox()[0]["source"] == "b"


def test_a_line_of_two_megabytes_is_refused_and_the_next_is_read(door):
    said = door(LINE + b"x" * 2_000_000 + b"\n" + LINE + b"y" * 3_000_000)
    assert said.body["accepted"] == 2
    assert [(one["line"], one["reason"]) for one in said.body["refused"]] == [
        (2, "is longer than 1,048,576 bytes"),
        (4, "is longer than 1,048,576 bytes"),
    ]


def test_a_header_cannot_be_smuggled_in(door):
    said = door(LINE, idempotency_key="a\r\nSet-Cookie: x=1")
    assert said.status == 400
    assert not [name for name, value in said.headers.items() if "\n" in value or "\r" in name]


def test_an_answer_names_at_most_what_fits(door):
    said = door(b'{"' + b"x" * 100_000 + b'":1}\n')
    assert said.status == 422
    assert len(json.dumps(said.body)) < 2_000


def test_every_naughty_string_is_kept_unharmed_or_refused_with_a_reason(door, inbox, shared):
    strings = json.loads((shared / "messy/blns/blns.json").read_text("utf-8"))
    body = b"".join(
        json.dumps({**SIGNAL, "key": text, "segment": {"text": text}}).encode() + b"\n"
        for text in strings
    )
    said = door(body)
    refused = {one["line"]: one["reason"] for one in said.body["refused"]}
    kept = iter(inbox())
    for number, text in enumerate(strings, 1):
        if number in refused:
            unprintable = any(ord(mark) < 32 or ord(mark) == 127 for mark in text)
            assert not text or len(text) > 100 or unprintable
            continue
        found = next(kept)
        assert (found["key"], found["segment"]["text"]) == (text, text)
    assert said.body["accepted"] + len(refused) == len(strings)
    assert said.body["accepted"] > 450
