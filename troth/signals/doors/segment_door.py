"""POST /v1/batch, /v1/track, …: what Segment's libraries and browser snippets post, unchanged."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from troth.core.refusals import Refusal
from troth.signals.doors import bodies, segmented
from troth.signals.doors.arrival import Answer, Arrival, answered
from troth.signals.doors.parsed import UNREADABLE, Numbered, Parsed, Terms, checked, parts
from troth.signals.doors.refused import Refused, explained
from troth.signals.doors.segmented import MessageRefused
from troth.signals.doors.senders import Sender, basic_user, bearer, sender_of
from troth.signals.doors.taking import take

_CALLS: Final = {call: call for call in segmented.CALLS}
# The browser library posts to one-letter paths.
_SHORT: Final = {"t": "track", "i": "identify", "p": "page", "s": "screen", "g": "group",
                 "a": "alias"}  # fmt: skip
_BATCH: Final = ("batch", "b", "import")
CALLS: Final = {**_CALLS, **_SHORT}
PATHS: Final = frozenset(f"/v1/{name}" for name in (*_BATCH, *CALLS))
_LARGEST: Final = 4 * 1024 * 1024
_CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Content-Encoding",
    "Access-Control-Max-Age": "86400",
}
_DECODER = msgspec.json.Decoder(dict[str, Any])


def answer(arrival: Arrival, *, now: datetime) -> Answer:
    """Take the messages of a request. Answers as Segment does: {"success": true}."""
    try:
        return _answer(arrival, now)
    except Refusal as error:
        headers = {**_CORS, **({"Retry-After": "5"} if error.status == 503 else {})}  # noqa: PLR2004
        return answered(error.status, {"success": False, "message": error.message}, headers)


def _answer(arrival: Arrival, now: datetime) -> Answer:
    if arrival.method == "OPTIONS":
        return Answer(204, b"", _CORS)
    if arrival.method != "POST":
        return answered(405, {"success": False, "message": "send messages with POST"}, _CORS)
    named = basic_user(arrival.headers) or bearer(arrival.headers)
    known = sender_of(named, now=now) if named else None  # before the body is read
    found = _read(arrival)
    sender = known or sender_of(_key(found), now=now)
    source = _source(sender)
    call = CALLS.get(arrival.path.rstrip("/").rpartition("/")[2], "")
    messages = _messages(found, call)
    who = segmented.Sender(source, now, _sent_at(found))
    reading = _Reading(who, call, Terms(sender.sources))
    taken = take(parsed=reading.parsed(messages), door="segment", origin=sender.name, now=now)
    return _said(taken.accepted, taken.told(), reading.dropped)


def _source(sender: Sender) -> str:
    if len(sender.sources) > 1 or any(one.endswith("*") for one in sender.sources):
        raise Refusal(403, "a write key speaks for one source; bind this token to exactly one")
    return sender.sources[0] if sender.sources else "segment"


def _said(accepted: int, told: dict[str, Any], dropped: int) -> Answer:
    more = {"dropped_properties": dropped} if dropped else {}
    if not told["refused_count"]:
        return answered(200, {"success": True, **more}, _CORS)
    if accepted:
        return answered(200, {"success": True, **more, **told}, _CORS)
    first = told["refused"][0]
    message = f"{first['field']} {first['reason']}".strip()
    return answered(400, {"success": False, "message": message, **told}, _CORS)


def _read(arrival: Arrival) -> dict[str, Any]:
    if arrival.content_type not in {"application/json", "text/plain", ""}:
        raise Refusal(415, "send messages as application/json")
    encoding = arrival.headers.get("content-encoding", "")
    with bodies.read(
        arrival.stream, length=arrival.length, encoding=encoding, limit=_LARGEST
    ) as body:
        try:
            return _DECODER.decode(body.read())
        except UNREADABLE as error:
            raise Refusal(400, f"the body {explained(error)[1]}") from error


def _key(found: Mapping[str, Any]) -> str:
    """Return the key that a browser's message carries: beacons have no headers of their own."""
    named = found.get("writeKey")
    return named if isinstance(named, str) else ""


def _sent_at(found: Mapping[str, Any]) -> str | None:
    sent = found.get("sentAt")
    return sent if isinstance(sent, str) else None


def _messages(found: dict[str, Any], call: str) -> list[Any]:
    if call:
        return [found]
    messages = found.get("batch")
    if not isinstance(messages, list) or not messages:
        raise Refusal(400, "batch is not a list of messages")
    return messages


class _Reading:
    """Messages become signals; counts the properties that were dropped on the way."""

    def __init__(self, who: segmented.Sender, call: str, terms: Terms) -> None:
        self._who = who
        self._call = call
        self._terms = terms
        self.dropped = 0

    def parsed(self, messages: list[Any]) -> Iterator[Parsed]:
        raws = ((n, msgspec.json.encode(one)) for n, one in enumerate(messages, 1))
        for part in parts(raws):
            found = Numbered()
            for number, raw in part:
                self._take(found, number, messages[number - 1], raw)
            yield checked(found, self._terms)

    def _take(self, found: Numbered, number: int, message: object, raw: bytes) -> None:
        if not isinstance(message, dict):
            found.refused.append(Refused(number, "message", "is not an object", raw))
            return
        try:
            signal, dropped = segmented.signal_of(message, self._call, self._who)
        except MessageRefused as error:
            found.refused.append(Refused(number, error.field, error.reason, raw))
        except msgspec.ValidationError as error:
            found.refused.append(Refused(number, *explained(error), raw))
        else:
            self.dropped += dropped
            found.add(number, signal, raw)
