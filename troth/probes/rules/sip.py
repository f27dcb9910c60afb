"""SIP's OPTIONS (RFC 3261): the few lines of a request, and what an answer says. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_URI: Final = re.compile(
    r"sip:(?:(?P<user>[A-Za-z0-9+._~!*'()&=$,/-]{1,100})@)?"
    r"(?P<host>[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::(?P<port>\d{1,5}))?"
)
_FIRST: Final = re.compile(r"SIP/2\.0 (?P<code>[1-6]\d\d)(?: (?P<reason>.*))?")
_SHORT: Final = {"i": "call-id", "v": "via", "f": "from", "t": "to", "l": "content-length"}
_MOST_LINES: Final = 200


@dataclass(frozen=True, slots=True)
class Uri:
    """An address such as sip:hotline@sip.example. `port` 0: the usual one."""

    text: str
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The names of headers are written in small letters and in full."""

    code: int
    reason: str
    headers: Mapping[str, str]

    def answers(self, number: str) -> bool:
        """Return whether it belongs to the request with this Call-ID."""
        asked = self.headers.get("cseq", "").split()
        return self.headers.get("call-id") == number and asked == ["1", "OPTIONS"]


def uri(text: str) -> Uri:
    """Read an address. Raises ValueError."""
    match = _URI.fullmatch(text)
    port = int(match["port"] or 0) if match else 0
    if match is None or port > 65_535:  # noqa: PLR2004
        raise ValueError("write for example sip:hotline@sip.example or sip:sip.example:5062")
    return Uri(text, match["host"].strip("[]"), port)


def options(*, to: Uri, transport: str, here: str, number: str, branch: str) -> bytes:
    """Return a request. `here` is our own host and port, `number` its Call-ID."""
    lines = (
        f"OPTIONS {to.text} SIP/2.0",
        f"Via: SIP/2.0/{transport.upper()} {here};branch=z9hG4bK{branch};rport",
        "Max-Forwards: 70",
        f"From: <sip:troth-probe@{here}>;tag={branch}",
        f"To: <{to.text}>",
        f"Call-ID: {number}",
        "CSeq: 1 OPTIONS",
        f"Contact: <sip:troth-probe@{here}>",
        "Accept: application/sdp",
        "User-Agent: troth-probe",
        "Content-Length: 0",
    )
    return "\r\n".join((*lines, "", "")).encode("ascii")


def answer(raw: bytes) -> Answer:
    """Read the head of an answer. Raises ValueError for what is none."""
    head = raw.partition(b"\r\n\r\n")[0].decode("utf-8", "replace")
    first, *lines = head.split("\r\n")[:_MOST_LINES]
    match = _FIRST.fullmatch(first)
    if match is None:
        raise ValueError("what it says is no SIP")
    found: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        name = name.strip().lower()
        found.setdefault(_SHORT.get(name, name), value.strip())
    return Answer(int(match["code"]), match["reason"] or "", found)
