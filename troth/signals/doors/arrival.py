"""A request and its answer, free of any web framework, so that one code serves both ways in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import msgspec

_WORDS = {
    200: "OK",
    202: "Accepted",
    204: "No Content",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
    507: "Insufficient Storage",
}


@dataclass(frozen=True, slots=True)
class Arrival:
    """`headers` has lower-case names; `length` is the Content-Length, None where unknown."""

    method: str
    path: str
    headers: Mapping[str, str]
    stream: BinaryIO
    length: int | None

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """Return the status line's text, such as “202 Accepted”."""
        return f"{self.status} {_WORDS.get(self.status, 'Unknown')}"


def answered(
    status: int, found: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> Answer:
    """Return an answer in JSON, never cached."""
    return Answer(
        status,
        msgspec.json.encode(found),
        {"Content-Type": "application/json", "Cache-Control": "no-store", **(headers or {})},
    )
