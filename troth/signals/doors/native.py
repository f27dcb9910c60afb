"""The envelope's own JSON: one object, an array of them, or one a line (NDJSON)."""

from collections.abc import Iterator
from typing import IO

import msgspec

from troth.core.refusals import Refusal
from troth.signals import envelope
from troth.signals.doors.parsed import (
    PART,
    UNREADABLE,
    Parsed,
    Terms,
    checked,
    decoded,
    is_fine,
)
from troth.signals.doors.refused import Refused, explained
from troth.signals.envelope import Signal

_BLOCK = 1024 * 1024
LONGEST_LINE = 1024 * 1024
_MARK = b"\xef\xbb\xbf"
_ARRAY = msgspec.json.Decoder(list[Signal])
_ITEMS = msgspec.json.Decoder(list[msgspec.Raw])
_SMALL = 4 * 1024 * 1024


def ndjson(body: IO[bytes], terms: Terms) -> Iterator[Parsed]:
    """Yield the signals of a body with one JSON object a line, in parts of about a megabyte."""
    first, before = 1, b""
    for block, overlong in _blocks(body):
        first += before.count(b"\n")
        before = block
        if block:
            yield _part(block, first, terms)
        if overlong:
            first, before = first + block.count(b"\n"), b""
            yield Parsed(refused=[Refused(first, "", f"is longer than {LONGEST_LINE:,} bytes")])
            first += 1


def array(body: IO[bytes], terms: Terms) -> Iterator[Parsed]:
    """Yield the signals of one JSON array or object. Raises Refusal (400) where it is not JSON."""
    text = body.read().removeprefix(_MARK).strip()
    if not text.startswith(b"["):
        return _one(text, terms)
    if len(text) > _SMALL or terms.idempotency_key:
        return _items(text, terms)
    try:
        signals = _ARRAY.decode(text)
    except UNREADABLE:
        return _items(text, terms)
    return iter([Parsed(signals)]) if is_fine(signals, terms) else _items(text, terms)


def items(text: bytes) -> list[msgspec.Raw]:
    """Return the elements of a JSON array, not yet decoded. Raises Refusal (400)."""
    try:
        return _ITEMS.decode(text)
    except UNREADABLE as error:
        raise Refusal(400, f"the body {explained(error)[1]}") from error


def _one(text: bytes, terms: Terms) -> Iterator[Parsed]:
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except UNREADABLE as error:
        raise Refusal(400, f"the body {explained(error)[1]}") from error
    return iter([checked(decoded([(1, text)]), terms)])


def _items(text: bytes, terms: Terms) -> Iterator[Parsed]:
    found = items(text)
    for start in range(0, len(found), PART):
        part = [bytes(item) for item in found[start : start + PART]]
        yield _joined(part, start + 1, terms)


def _joined(part: list[bytes], first: int, terms: Terms) -> Parsed:
    try:
        signals = envelope.decode_lines(b"\n".join(part))
        if len(signals) == len(part) and is_fine(signals, terms):
            return Parsed(signals)
    except UNREADABLE:
        pass  # which of them is wrong is found one by one
    return checked(decoded(enumerate(part, first)), terms)


def _part(block: bytes, first: int, terms: Terms) -> Parsed:
    try:
        signals = envelope.decode_lines(block)
        if is_fine(signals, terms, block):
            return Parsed(signals, text=block)
    except UNREADABLE:
        pass  # which line is wrong is found line by line
    lines = ((n, raw.strip()) for n, raw in enumerate(block.split(b"\n"), first))
    return checked(decoded((n, raw) for n, raw in lines if raw), terms)


def _blocks(body: IO[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield (whole lines, whether the line after them is too long and was passed over)."""
    rest = body.read(_BLOCK).removeprefix(_MARK)
    while rest:
        more = body.read(_BLOCK)
        cut = rest.rfind(b"\n") + 1 if more else len(rest)
        lines, rest = rest[:cut], rest[cut:] + more
        overlong = b"\n" not in rest[:LONGEST_LINE] and len(rest) > LONGEST_LINE
        if overlong:
            rest = _after_line(rest, body)
        if lines or overlong:
            yield lines, overlong


def _after_line(rest: bytes, body: IO[bytes]) -> bytes:
    while rest:
        end = rest.find(b"\n")
        if end >= 0:
            return rest[end + 1 :]
        rest = body.read(_BLOCK)
    return b""
