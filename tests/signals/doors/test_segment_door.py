"""POST /v1/…: what Segment's libraries and browser snippets post, unchanged."""

import base64
import gzip
import json
from datetime import UTC, datetime

import pytest

from troth.core import clock
from troth.signals.doors import segmented
from troth.signals.models import Inbox, RefusedLine

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
# As in the documentation of the track call and of the e-commerce specification.
TRACK = {
    "type": "track",
    "event": "Order Completed",
    "userId": "019mr8mf4r",
    "messageId": "m-1",
    "timestamp": "2026-03-01T11:59:00.000Z",
    "properties": {
        "order_id": "50314b8e9bcf000000000000",
        "revenue": 25.5,
        "currency": "USD",
        "coupon": "hasbros",
        "checkoutStep": 2,
        "email": "ada@example.org",
        "note": "please ring twice, the bell is broken and nobody hears it",
        "products": [{"sku": "45790-32"}],
    },
    "context": {"device": {"type": "ios"}, "locale": "de-DE", "ip": "8.8.8.8"},
}


@pytest.fixture
def key(issue) -> str:
    return issue(sources=["web"])


@pytest.fixture
def post(door, key):
    def post(body, *, call="batch", kind="application/json", as_key=key, **headers):
        basic = base64.b64encode(f"{as_key}:".encode()).decode()
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"authorization": f"Basic {basic}", **headers}
        with clock.frozen(NOON):
            return door(text, path=f"/v1/{call}", kind=kind, **headers)

    return post


def test_a_batch_is_answered_as_segment_does(post, inbox):
    said = post({"batch": [TRACK], "sentAt": "2026-03-01T12:00:00.000Z"})
    assert (said.status, said.body) == (200, {"success": True, "dropped_properties": 3})
    assert inbox() == [
        {
            "source": "web",
            "kind": "order.completed",
            "happened_at": "2026-03-01T11:59:00Z",
            "key": "order.completed/50314b8e9bcf000000000000",
            "id": "m-1",
            "subject": "019mr8mf4r",
            "segment": {
                "device_type": "ios",
                "locale": "de-DE",
                "coupon": "hasbros",
                "checkout_step": 2,
            },
            "value": 25.5,
            "unit": "USD",
        }
    ]


def test_the_skew_of_the_senders_clock_is_taken_off(post, inbox):
    # The device is ten minutes fast: it says 12:09, sent at 12:10, and it is 12:00.
    post({"batch": [{**TRACK, "originalTimestamp": "2026-03-01T12:09:00Z"}],
          "sentAt": "2026-03-01T12:10:00Z"})  # fmt: skip
    assert inbox()[0]["happened_at"] == "2026-03-01T11:59:00Z"


def test_without_a_time_it_happened_when_it_arrived(post, inbox):
    post({"type": "page", "anonymousId": "a-1"}, call="page")
    assert inbox() == [
        {"source": "web", "kind": "page", "happened_at": "2026-03-01T12:00:00Z", "subject": "a-1"}
    ]


@pytest.mark.parametrize(
    ("call", "kind"),
    [("track", "signed.up"), ("t", "signed.up"), ("identify", "identify"), ("i", "identify"),
     ("page", "page"), ("p", "page"), ("screen", "screen"), ("group", "group"), ("g", "group"),
     ("alias", "alias"), ("a", "alias")],
)  # fmt: skip
def test_each_call_is_a_kind_and_has_a_short_path(post, inbox, call, kind):
    post({"event": "Signed Up", "userId": "u", "traits": {"email": "a@b.c"}}, call=call)
    assert [one["kind"] for one in inbox()] == [kind]
    assert "a@b.c" not in json.dumps(inbox())


def test_a_beacon_sends_text_with_the_key_in_it(door, key, inbox):
    body = json.dumps({"writeKey": key, **TRACK})
    said = door(body, path="/v1/t", kind="text/plain;charset=UTF-8", token="")
    assert said.status == 200
    assert said.headers["Access-Control-Allow-Origin"] == "*"
    assert len(inbox()) == 1


def test_a_gzipped_batch_is_read(post, inbox):
    post(gzip.compress(json.dumps({"batch": [TRACK] * 3}).encode()), content_encoding="gzip")
    assert len(inbox()) == 3


def test_the_browser_may_ask_first(door):
    said = door(b"", path="/v1/track", method="OPTIONS", token="")
    assert said.status == 204
    assert "POST" in said.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in said.headers["Access-Control-Allow-Headers"]


def test_an_order_refunded_does_not_replace_the_order_completed(post, inbox):
    refund = {**TRACK, "event": "Order Refunded", "messageId": "m-2"}
    post({"batch": [TRACK, refund]})
    assert len({one["key"] for one in inbox()}) == 2


def test_good_messages_are_taken_and_bad_ones_named(post):
    said = post({"batch": [TRACK, {"type": "track", "userId": "u"}, 7, {"type": "dance"}]})
    assert said.status == 200
    assert said.body["success"] is True
    assert [(one["line"], one["field"]) for one in said.body["refused"]] == [
        (2, "event"),
        (3, "message"),
        (4, "type"),
    ]
    assert RefusedLine.objects.filter(door="segment").count() == 3


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        ({"batch": []}, 400),
        ({"batch": {}}, 400),
        ({"batch": [{"type": "track", "event": "\u6ce8\u6587"}]}, 400),
        ({"batch": [{**TRACK, "timestamp": "tomorrow"}]}, 400),
        ({"batch": [{**TRACK, "timestamp": "9999-12-31T23:59:59Z", "sentAt": "1999-01-01T00:00:00Z"}]}, 400),  # noqa: E501
        ({"batch": [{**TRACK, "messageId": "a\nb"}]}, 400),
        ({"batch": [{**TRACK, "messageId": "x" * 300}]}, 400),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(post, body, status):
    said = post(body)
    assert said.status == status
    assert said.body["success"] is False
    assert said.body["message"]
    assert Inbox.objects.count() == 0


def test_a_wrong_key_is_refused(post):
    assert post({"batch": [TRACK]}, as_key="abc").status == 401


def test_a_key_for_several_sources_cannot_tell_which_is_meant(post, issue):
    for sources in (["a", "b"], ["shop/*"]):
        assert post({"batch": [TRACK]}, as_key=issue(sources=sources)).status == 403


def test_a_key_for_any_source_sends_as_segment(post, issue, inbox):
    post({"batch": [TRACK]}, as_key=issue())
    assert inbox()[0]["source"] == "segment"


@pytest.mark.parametrize(
    ("event", "slug"),
    [("Order Completed", "order.completed"), ("checkout_step-viewed", "checkout.step.viewed"),
     ("Bestellung übergeben", "bestellung.ubergeben"), ("  A  ", "a")],
)  # fmt: skip
def test_events_become_kinds(event, slug):
    assert segmented.slug(event) == slug


def test_at_most_twenty_attributes_are_kept(post, inbox):
    many = {f"flag_{n}": True for n in range(40)}
    said = post({"batch": [{**TRACK, "properties": many}]})
    assert len(inbox()[0]["segment"]) == 20
    assert said.body["dropped_properties"] == 22
