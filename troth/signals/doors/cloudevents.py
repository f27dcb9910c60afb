"""CloudEvents 1.0 in JSON: structured, batched, and binary (attributes in headers).

id, source and subject keep their names; type is `kind`; time is `happened_at`. `data` holds the
other fields of the envelope, and nothing else: an unknown name is refused, so that no fact is
dropped in silence. Extension attributes are for the transport and are not kept.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any
from urllib.parse import unquote

import msgspec

from troth.core.refusals import Refusal
from troth.signals.doors import native
from troth.signals.doors.parsed import (
    UNREADABLE,
    Numbered,
    Parsed,
    Terms,
    checked,
    parts,
    with_wholes,
)
from troth.signals.doors.refused import Refused, explained
from troth.signals.envelope import Signal

_EVENT = msgspec.json.Decoder(dict[str, Any])
_ATTRIBUTES = {
    "id": "id",
    "source": "source",
    "type": "kind",
    "time": "happened_at",
    "subject": "subject",
}
_IN_DATA = frozenset(Signal.__struct_fields__) - {"id", "source", "kind"}
_BACK = {"kind": "type", "happened_at": "time"}


class EventRefused(ValueError):  # noqa: N818 - said of an event
    """An event that is no signal: the attribute, and a reason that continues its name."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field} {reason}")
        self.field = field
        self.reason = reason


def structured(body: IO[bytes], terms: Terms) -> Iterator[Parsed]:
    """Yield the signal of one event in the structured mode."""
    return events([(1, body.read())], terms)


def batch(body: IO[bytes], terms: Terms) -> Iterator[Parsed]:
    """Yield the signals of a batch of events. Raises Refusal (400) where it is no JSON array."""
    found = native.items(body.read())
    return events(((n, bytes(item)) for n, item in enumerate(found, 1)), terms)


def binary(body: IO[bytes], terms: Terms, headers: Mapping[str, str]) -> Iterator[Parsed]:
    """Yield the signal of one event in the binary mode: `ce-` headers, the body is its data."""
    event: dict[str, Any] = {
        name.removeprefix("ce-"): unquote(value)
        for name, value in headers.items()
        if name.startswith("ce-")
    }
    text = body.read()
    if text.strip():
        try:
            event["data"] = msgspec.json.decode(text)
        except UNREADABLE as error:
            raise Refusal(400, f"the body {explained(error)[1]}") from error
    return events([(1, msgspec.json.encode(event))], terms)


def signal_of(event: Mapping[str, Any]) -> Signal:
    """Return the signal that an event carries. Raises EventRefused or msgspec.ValidationError."""
    _check(event)
    data = event.get("data") or {}
    unknown = [name for name in data if name not in _IN_DATA]
    if unknown:
        raise EventRefused(f"data.{unknown[0][:60]}", "is not a field of a signal")
    told = {
        ours: event[theirs] for theirs, ours in _ATTRIBUTES.items() if event.get(theirs) is not None
    }
    return msgspec.convert({**told, **with_wholes(data)}, Signal)


def _check(event: Mapping[str, Any]) -> None:
    if event.get("specversion") != "1.0":
        raise EventRefused("specversion", "is not 1.0")
    if event.get("id") is None:
        raise EventRefused("id", "is missing")
    if "data_base64" in event:
        raise EventRefused("data_base64", "is not read; send JSON in data")
    if not isinstance(event.get("data"), dict | None):
        raise EventRefused("data", "is not an object with fields of a signal")


def events(lines: Iterable[tuple[int, bytes]], terms: Terms) -> Iterator[Parsed]:
    """Yield the signals of numbered events in the structured mode."""
    for part in parts(lines):
        found = Numbered()
        for number, raw in part:
            _take(found, number, raw)
        yield checked(found, terms)


def _take(found: Numbered, number: int, raw: bytes) -> None:
    try:
        found.add(number, signal_of(_EVENT.decode(raw)), raw)
    except EventRefused as error:
        found.refused.append(Refused(number, error.field, error.reason, raw))
    except UNREADABLE as error:
        field, reason = explained(error)
        found.refused.append(Refused(number, _BACK.get(field, field), reason, raw))
