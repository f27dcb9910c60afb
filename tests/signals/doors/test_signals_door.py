"""POST /api/v1/signals: what is accepted, what is refused, and in which words."""

import gzip
import json

import msgspec
import pytest

from troth.core.packing import zstd
from troth.signals.models import Inbox, RefusedLine

from .conftest import SIGNAL

pytestmark = pytest.mark.django_db


def lines(*signals) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in signals)


def test_ndjson_is_accepted_and_stays_in_the_inbox(door, inbox):
    said = door(lines(SIGNAL, {**SIGNAL, "key": "A1"}))
    assert (said.status, said.body) == (
        202,
        {"accepted": 2, "refused": [], "refused_count": 0},
    )
    assert [one.get("key") for one in inbox()] == [None, "A1"]


@pytest.mark.parametrize(
    ("body", "count"),
    [([SIGNAL, SIGNAL], 2), (SIGNAL, 1), ("\ufeff" + json.dumps([SIGNAL]), 1)],
    ids=["array", "object", "marked"],
)
def test_json_is_one_object_or_an_array(door, body, count):
    assert door(body, kind="application/json; charset=utf-8").body["accepted"] == count


def test_a_refused_line_is_named_and_the_rest_is_accepted(door, inbox):
    body = lines(SIGNAL, {**SIGNAL, "happened_at": "31.1.2026"}, SIGNAL) + b"\n{broken\n"
    said = door(body)
    assert said.status == 202
    assert said.body == {
        "accepted": 2,
        "refused": [
            {
                "line": 2,
                "field": "happened_at",
                "reason": "is not a time; write for example 2026-01-31T14:05:00Z",
            },
            {
                "line": 5,
                "field": "",
                "reason": "is not JSON: object keys must be strings (byte 1)",
            },
        ],
        "refused_count": 2,
    }
    assert len(inbox()) == 2


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"happened_at": "2026-01-31T14:05:00"}, "happened_at", "has no time zone"),
        ({"happened_at": 1769868300}, "happened_at", "is not a time"),
        ({"source": ""}, "source", "is empty"),
        ({"source": None}, "source", "is null where text is expected"),
        ({"source": "a b"}, "source", "may only hold letters"),
        ({"colour": "red"}, "colour", "is not a field of a signal"),
        ({"kind": "x" * 101}, "kind", "is longer than 100 characters"),
        ({"weight": 0}, "weight", "is less than 1"),
        ({"version": 1.5}, "version", "is a number where a whole number is expected"),
        ({"value": "12"}, "value", "is text where a number is expected"),
        ({"key": "a\nb"}, "key", "may not hold control characters"),
        ({"id": "a\r\nSet-Cookie: x=1"}, "id", "may not hold control characters"),
        ({"segment": {"plan": None}}, "segment", "is null where"),
        ({"segment": {"Plan": "x"}}, "segment.Plan", "names use a-z"),
        ({"segment": {"plan": "x" * 101}}, "segment.plan", "is longer than 100 characters"),
        ({"evidence": "free text here"}, "evidence", "may not hold spaces"),
        ({"happened_at": "1700-01-01T00:00:00Z"}, "happened_at", "lies outside the years"),
    ],
)
def test_each_reason_is_in_plain_words(door, change, field, reason):
    said = door([{**SIGNAL, **change}], kind="application/json")
    assert said.status == 422
    (told,) = said.body["refused"]
    assert (told["line"], told["field"]) == (1, field)
    assert told["reason"].startswith(reason), told["reason"]


def test_a_missing_field_is_named(door):
    said = door([{"source": "shop", "kind": "x"}], kind="application/json")
    assert said.body["refused"] == [{"line": 1, "field": "happened_at", "reason": "is missing"}]


def test_line_numbers_are_the_callers_own(door):
    body = b"\n\n" + lines(SIGNAL) + b"\r\n" + b"nonsense\r\n" + lines(SIGNAL)
    said = door(body)
    assert [one["line"] for one in said.body["refused"]] == [5]
    assert said.body["accepted"] == 2


@pytest.mark.parametrize("pack", [gzip.compress, zstd.compress])
def test_packed_bodies_are_unpacked(door, pack):
    name = "gzip" if pack is gzip.compress else "zstd"
    assert door(pack(lines(SIGNAL)), content_encoding=name).body["accepted"] == 1


def test_two_gzip_members_are_one_body(door):
    body = gzip.compress(lines(SIGNAL)) + gzip.compress(lines(SIGNAL))
    assert door(body, content_encoding="gzip").body["accepted"] == 2


def test_zstd_without_a_content_size_is_unpacked(door):
    packer = zstd.ZstdCompressor()
    body = packer.compress(lines(SIGNAL)) + packer.flush()
    assert door(body, content_encoding="zstd").body["accepted"] == 1


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        (b"not gzip", "gzip", 400),
        (gzip.compress(lines(SIGNAL))[:-6], "gzip", 400),
        (b"not zstd", "zstd", 400),
        (lines(SIGNAL), "br", 415),
        (b"", "identity", 400),
        (b" \n\n", "identity", 400),
    ],
    ids=["no-gzip", "cut-gzip", "no-zstd", "brotli", "empty", "blank"],
)
def test_a_body_that_cannot_be_read_is_refused_whole(door, body, encoding, status):
    said = door(body, content_encoding=encoding)
    assert said.status == status
    assert Inbox.objects.count() == 0


def test_other_types_are_refused(door):
    said = door(lines(SIGNAL), kind="text/csv")
    assert said.status == 415
    assert "text/csv" in said.body["error"]


@pytest.mark.parametrize("token", ["", "troth_" + "0" * 48, "x" * 5000])
def test_without_a_token_nothing_is_taken(door, token):
    said = door(lines(SIGNAL), token=token)
    assert said.status == 401
    assert said.headers["WWW-Authenticate"].startswith("Bearer")
    assert Inbox.objects.count() == 0


def test_a_token_that_may_only_read_may_not_send(door, issue):
    assert door(lines(SIGNAL), token=issue(scopes=["read"])).status == 403


def test_a_token_sends_for_its_own_sources_only(door, issue):
    token = issue(sources=["shop", "lab/*"])
    body = lines(SIGNAL, {**SIGNAL, "source": "bank"}, {**SIGNAL, "source": "lab/7"})
    said = door(body, token=token)
    assert said.body["accepted"] == 2
    assert said.body["refused"] == [
        {"line": 2, "field": "source", "reason": "is not one that this token may send for"}
    ]


def test_an_idempotency_key_gives_lines_an_id(door, inbox):
    body = lines(SIGNAL, {**SIGNAL, "id": "own"}) + b"{}\n" + lines(SIGNAL)
    for _ in range(2):
        door(body, idempotency_key="day-7")
    assert [one["id"] for one in inbox()] == ["day-7:1", "own", "day-7:4"] * 2


def test_an_idempotency_key_with_spaces_is_refused(door):
    assert door(lines(SIGNAL), idempotency_key="a b").status == 400


def test_refused_lines_are_kept_encrypted(door):
    door(lines({**SIGNAL, "subject": "ada@example.org", "colour": 1}))
    (row,) = RefusedLine.objects.all()
    assert (row.line, row.field, row.door, row.origin) == (1, "colour", "api", "test")
    assert b"ada" not in bytes(row.sealed)


def test_the_list_in_the_answer_ends_at_a_thousand_and_the_count_goes_on(door):
    said = door(b"nonsense\n" * 1500)
    assert (said.status, len(said.body["refused"]), said.body["refused_count"]) == (422, 1000, 1500)
    assert RefusedLine.objects.count() == 1000


def test_a_mended_line_may_still_carry_its_reason(door):
    mended = {**SIGNAL, "_refused": {"line": 3, "field": "x", "reason": "y"}}
    assert door(lines(mended)).body["accepted"] == 1


def test_a_whole_number_may_be_written_with_a_point(door, inbox):
    said = door(lines({**SIGNAL, "weight": 2.0, "version": 3.0}, {**SIGNAL, "weight": 2.5}))
    assert [(one["weight"], one["version"]) for one in inbox()] == [(2, 3)]
    assert [one["line"] for one in said.body["refused"]] == [2]


EVENT = {
    "specversion": "1.0",
    "id": "e1",
    "source": "/shop",
    "type": "delivery",
    "time": "2026-01-31T14:05:00Z",
    "subject": "ada",
    "data": {"key": "A1", "due_at": "2026-02-01T00:00:00Z", "segment": {"plan": "pro"}},
}
TAKEN = {
    "source": "/shop",
    "kind": "delivery",
    "happened_at": "2026-01-31T14:05:00Z",
    "key": "A1",
    "id": "e1",
    "subject": "ada",
    "segment": {"plan": "pro"},
    "due_at": "2026-02-01T00:00:00Z",
}


def test_a_cloud_event_becomes_a_signal(door, inbox):
    door(EVENT, kind="application/cloudevents+json")
    door([EVENT, EVENT], kind="application/cloudevents-batch+json")
    assert inbox() == [TAKEN] * 3


def test_a_binary_cloud_event_has_its_attributes_in_headers(door, inbox):
    said = door(
        EVENT["data"],
        kind="application/json",
        ce_specversion="1.0",
        ce_id="e1",
        ce_source="/shop",
        ce_type="delivery",
        ce_time="2026-01-31T14:05:00Z",
        ce_subject="ad%61",
    )
    assert said.status == 202
    assert inbox() == [TAKEN]


def test_the_cloudevents_library_speaks_to_this_door(door, inbox):
    from cloudevents.core.bindings.http import to_structured_event
    from cloudevents.core.v1.event import CloudEvent

    attributes = {name: value for name, value in EVENT.items() if name not in {"data", "time"}}
    message = to_structured_event(
        CloudEvent(attributes, {**EVENT["data"], "happened_at": EVENT["time"]})
    )
    said = door(message.body, kind=message.headers["content-type"])
    assert said.status == 202, said.body
    assert inbox() == [TAKEN]


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"specversion": "0.3"}, "specversion", "is not 1.0"),
        ({"data": {"colour": 1}}, "data.colour", "is not a field of a signal"),
        ({"data": {"source": "x"}}, "data.source", "is not a field of a signal"),
        ({"data": "text"}, "data", "is not an object with fields of a signal"),
        ({"data_base64": "eA=="}, "data_base64", "is not read; send JSON in data"),
        ({"time": "yesterday"}, "time", "is not a time"),
        ({"time": None}, "time", "is missing"),
        ({"type": None}, "type", "is missing"),
        ({"id": None}, "id", "is missing"),
        ({"id": ""}, "id", "is empty"),
        ({"subject": ""}, "subject", "is empty"),
    ],
)
def test_a_cloud_event_that_is_no_signal_is_refused_by_its_own_names(door, change, field, reason):
    said = door({**EVENT, **change}, kind="application/cloudevents+json")
    assert said.status == 422
    assert said.body["refused"][0]["field"] == field
    assert said.body["refused"][0]["reason"].startswith(reason)


def test_extension_attributes_are_for_the_transport(door, inbox):
    door({**EVENT, "traceparent": "00-1-2-03"}, kind="application/cloudevents+json")
    assert inbox() == [TAKEN]


def test_every_part_of_a_large_body_is_checked(door):
    body = bytearray(lines(SIGNAL) * 40_000)
    place = len(lines(SIGNAL)) * 33_333
    body[place] = ord("x")
    said = door(bytes(body))
    assert said.body["accepted"] == 39_999
    assert [one["line"] for one in said.body["refused"]] == [33_334]


def test_a_large_array_is_taken_in_parts(door):
    many = [SIGNAL] * 60_000
    many[44_444] = {**SIGNAL, "kind": ""}
    said = door(msgspec.json.encode(many), kind="application/json")
    assert said.body["accepted"] == 59_999
    assert said.body["refused"] == [{"line": 44_445, "field": "kind", "reason": "is empty"}]
