"""What the API's schema says of the door for signals. Written by hand: no model reads the body."""

from typing import Any, Final

import msgspec

from troth.signals.envelope import Signal

_SIGNAL: Final = next(iter(msgspec.json.schema_components([Signal])[1].values()))
_TEXT = {"type": "string"}
_EVENT: dict[str, Any] = {
    "type": "object",
    "description": "A CloudEvent 1.0. type is the kind, time is happened_at; data holds the rest.",
    "required": ["specversion", "id", "source", "type"],
    "properties": {
        "specversion": {"type": "string", "enum": ["1.0"]},
        "id": _TEXT,
        "source": _TEXT,
        "type": _TEXT,
        "time": {"type": "string", "format": "date-time"},
        "subject": _TEXT,
        "data": {"type": "object"},
    },
}
_LINE: dict[str, Any] = {
    "type": "object",
    "required": ["line", "field", "reason"],
    "properties": {"line": {"type": "integer", "minimum": 1}, "field": _TEXT, "reason": _TEXT},
}
_TAKEN: dict[str, Any] = {
    "type": "object",
    "required": ["accepted", "refused", "refused_count"],
    "properties": {
        "accepted": {"type": "integer", "minimum": 0},
        "refused": {"type": "array", "items": _LINE, "maxItems": 1000},
        "refused_count": {"type": "integer", "minimum": 0},
        "error": _TEXT,
    },
}
_ERROR: dict[str, Any] = {"$ref": "#/components/schemas/Error"}


def _answer(text: str, shape: dict[str, Any]) -> dict[str, Any]:
    return {"description": text, "content": {"application/json": {"schema": shape}}}


OPERATION: Final[dict[str, Any]] = {
    "security": [{"ApiKey": []}],
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "schema": {"type": "string", "maxLength": 150, "pattern": "^[!-~]+$"},
        },
    ],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"oneOf": [_SIGNAL, {"type": "array", "items": _SIGNAL, "minItems": 1}]}
            },
            "application/x-ndjson": {"schema": _TEXT},
            "application/cloudevents+json": {"schema": _EVENT},
            "application/cloudevents-batch+json": {
                "schema": {"type": "array", "items": _EVENT, "minItems": 1}
            },
        },
    },
    "responses": {
        202: _answer("Accepted and on disk. Refused lines, if any, are named.", _TAKEN),
        400: _answer("The body as a whole cannot be read.", _ERROR),
        401: _answer("No token, or not one of ours.", _ERROR),
        403: _answer("The token lacks the scope ingest.", _ERROR),
        413: _answer("Larger than allowed, packed or unpacked.", _ERROR),
        415: _answer("A type or encoding that is not read.", _ERROR),
        422: _answer("No line was accepted. Each is named.", _TAKEN),
        503: _answer("Busy or full: nothing was taken. Retry-After says when.", _ERROR),
        507: _answer("The disk is full: nothing was taken.", _ERROR),
    },
}
