"""What the API's schema says of the door for signals. Written by hand: no model reads the body."""

from typing import Any, Final

import msgspec

from troth.core.attributes import ATTRIBUTE
from troth.signals.envelope import Signal

_NAME, _TOKEN, _TEXT_RULE = (
    "^[A-Za-z0-9._:/-]+$",
    "^[^\\s\\x00-\\x1f\\x7f]+$",
    "^[^\\x00-\\x1f\\x7f]+$",
)
_INSTANT = (  # RFC 3339 with an offset, in the years that are kept
    "^(19|2[01])[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    "T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)
# What `envelope.refusals` checks beyond the types.
_PATTERNS = {
    **dict.fromkeys(("source", "kind", "touchpoint"), _NAME),
    **dict.fromkeys(("happened_at", "due_at", "resolved_at"), _INSTANT),
    **dict.fromkeys(("unit", "outcome", "evidence"), _TOKEN),
    **dict.fromkeys(("key", "id", "subject", "supersedes"), _TEXT_RULE),
}


def _signal() -> dict[str, Any]:
    """Return the schema of the envelope: its types, and the patterns of its texts."""
    shape: dict[str, Any] = next(iter(msgspec.json.schema_components([Signal])[1].values()))
    for name, pattern in _PATTERNS.items():
        text = shape["properties"][name]
        text.get("anyOf", [text])[0]["pattern"] = pattern
    text = shape["properties"]["segment"]["additionalProperties"]["anyOf"][0]
    text["pattern"] = "^[^\\x00-\\x1f\\x7f]*$"
    shape["description"] = "One fact as a source tells it; (source, key) is the case it is about."
    shape["properties"]["segment"]["propertyNames"] = {"pattern": f"^{ATTRIBUTE}$"}
    return shape


_SIGNAL: Final = _signal()
_TEXT = {"type": "string"}
_GIVEN = _SIGNAL["properties"]
_IN_DATA = {name: shape for name, shape in _GIVEN.items() if name not in {"id", "source", "kind"}}
_EVENT: dict[str, Any] = {
    "type": "object",
    "description": "A CloudEvent 1.0. type is the kind, time is happened_at; data holds the rest.",
    "required": ["specversion", "id", "source", "type", "time"],
    "properties": {
        "specversion": {"type": "string", "enum": ["1.0"]},
        "id": _GIVEN["id"]["anyOf"][0],
        "source": _GIVEN["source"],
        "type": _GIVEN["kind"],
        "time": _GIVEN["happened_at"],
        "subject": _GIVEN["subject"],
        "data": {"type": ["object", "null"], "properties": _IN_DATA, "additionalProperties": False},
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
