"""POST /api/v1/signals: the envelope's JSON, NDJSON and CloudEvents."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Final

from django.conf import settings

from troth.core.refusals import Refusal
from troth.signals.doors import bodies, cloudevents, native
from troth.signals.doors.arrival import Answer, Arrival, answered
from troth.signals.doors.parsed import Parsed, Terms
from troth.signals.doors.senders import bearer, sender_of
from troth.signals.doors.taking import Taken, take

NDJSON: Final = ("application/x-ndjson", "application/ndjson", "application/jsonl")
_KEY = re.compile(r"[\x21-\x7e]{1,150}")
_RETRY_AFTER: Final = "5"


def answer(arrival: Arrival, *, now: datetime) -> Answer:
    """Take the signals of a request and say what became of each line."""
    try:
        return _answer(arrival, now)
    except Refusal as error:
        return refused(error)


def refused(error: Refusal) -> Answer:
    """Return the answer that ends a request."""
    headers = {}
    if error.status == 401:  # noqa: PLR2004
        headers["WWW-Authenticate"] = 'Bearer realm="troth"'
    if error.status == 503:  # noqa: PLR2004
        headers["Retry-After"] = _RETRY_AFTER
    return answered(error.status, error.body(), headers)


def body_limit() -> int:
    """Return how many bytes an unpacked body may have."""
    return settings.TROTH.max_body_mb * 1_000_000


def _answer(arrival: Arrival, now: datetime) -> Answer:
    if arrival.method != "POST":
        return answered(405, {"error": "send signals with POST"}, {"Allow": "POST"})
    sender = sender_of(bearer(arrival.headers), now=now)
    terms = Terms(sender.sources, _idempotency_key(arrival))
    _check_type(arrival)
    body = bodies.read(
        arrival.stream,
        length=arrival.length,
        encoding=arrival.headers.get("content-encoding", ""),
        limit=body_limit(),
    )
    with body:
        parsed = _parsed(arrival, body, terms)
        door = "cloudevents" if _is_event(arrival) else "api"
        taken = take(parsed=parsed, door=door, origin=sender.name, now=now)
    return _said(taken)


def _said(taken: Taken) -> Answer:
    if taken.accepted:
        return answered(202, taken.told())
    if not taken.refused_count:
        raise Refusal(400, "the body holds no signal")
    return answered(422, {"error": "no line was accepted", **taken.told()})


def _idempotency_key(arrival: Arrival) -> str:
    key = arrival.headers.get("idempotency-key")
    if key is None:
        return ""
    if not _KEY.fullmatch(key):
        raise Refusal(
            400, "is 150 printable characters at most, without spaces", field="Idempotency-Key"
        )
    return key


def _is_event(arrival: Arrival) -> bool:
    return (
        arrival.content_type.startswith("application/cloudevents")
        or "ce-specversion" in arrival.headers
    )


def _check_type(arrival: Arrival) -> None:
    known = {
        "application/json",
        "application/cloudevents+json",
        "application/cloudevents-batch+json",
        *NDJSON,
    }
    empty_event = "ce-specversion" in arrival.headers and not arrival.content_type
    if arrival.content_type not in known and not empty_event:
        raise Refusal(
            415,
            f"Content-Type {arrival.content_type[:60] or '(none)'} is not read; use "
            "application/x-ndjson, application/json or CloudEvents in JSON",
        )


def _parsed(arrival: Arrival, body: IO[bytes], terms: Terms) -> Iterator[Parsed]:
    kind = arrival.content_type
    if kind == "application/cloudevents+json":
        return cloudevents.structured(body, terms)
    if kind == "application/cloudevents-batch+json":
        return cloudevents.batch(body, terms)
    if "ce-specversion" in arrival.headers:
        return cloudevents.binary(body, terms, arrival.headers)
    return native.ndjson(body, terms) if kind in NDJSON else native.array(body, terms)
