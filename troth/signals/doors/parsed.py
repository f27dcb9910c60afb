"""What a body comes to, part by part, and the checks that every door makes alike."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from troth.signals import envelope
from troth.signals.doors.refused import Refused, explained
from troth.signals.envelope import Signal
from troth.staff.rules import may_send

PART = 5_000
UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Terms:
    """Who sends: the sources that a token is bound to (none: all), and an Idempotency-Key."""

    sources: tuple[str, ...] = ()
    idempotency_key: str = ""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A part of a body: signals that passed every check, and the lines that did not.

    `text`: the NDJSON that holds these signals and nothing else, where the body was just that.
    """

    signals: Sequence[Signal] = ()
    refused: Sequence[Refused] = ()
    text: bytes | None = None


@dataclass(slots=True)
class Numbered:
    """Signals with their line numbers and raw lines, before the checks that span fields."""

    signals: list[Signal] = field(default_factory=list)
    lines: list[tuple[int, bytes]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    def add(self, line: int, signal: Signal, raw: bytes) -> None:
        self.signals.append(signal)
        self.lines.append((line, raw))


def is_fine(signals: Sequence[Signal], terms: Terms, text: bytes | None = None) -> bool:
    """Return whether a whole part, which came as `text`, can be taken as it is."""
    if terms.idempotency_key or envelope.refusals(signals, text):
        return False
    return not terms.sources or all(
        may_send(terms.sources, source) for source in {signal.source for signal in signals}
    )


def decoded(lines: Iterable[tuple[int, bytes]]) -> Numbered:
    """Decode line by line, naming what is refused."""
    found = Numbered()
    for number, raw in lines:
        try:
            found.add(number, _decoded(raw), raw)
        except UNREADABLE as error:
            found.refused.append(Refused(number, *explained(error), raw))
    return found


def checked(found: Numbered, terms: Terms) -> Parsed:
    """Apply the checks that span fields, and the sender's terms, to decoded signals."""
    wrong: dict[int, tuple[str, str]] = {}
    for refusal in envelope.refusals(found.signals):
        wrong.setdefault(refusal.index, (refusal.field, refusal.reason))
    for index, signal in enumerate(found.signals):
        if not may_send(terms.sources, signal.source):
            wrong.setdefault(index, ("source", "is not one that this token may send for"))
    refused = [
        Refused(found.lines[index][0], *why, found.lines[index][1]) for index, why in wrong.items()
    ]
    signals = [
        _with_id(signal, found.lines[index][0], terms)
        for index, signal in enumerate(found.signals)
        if index not in wrong
    ]
    return Parsed(signals, sorted([*found.refused, *refused], key=lambda one: one.line))


def parts(lines: Iterable[tuple[int, bytes]]) -> Iterator[list[tuple[int, bytes]]]:
    """Yield numbered lines in lists of at most 5,000."""
    part: list[tuple[int, bytes]] = []
    for line in lines:
        part.append(line)
        if len(part) == PART:
            yield part
            part = []
    if part:
        yield part


def _with_id(signal: Signal, line: int, terms: Terms) -> Signal:
    if not terms.idempotency_key or signal.id is not None:
        return signal
    return msgspec.structs.replace(signal, id=f"{terms.idempotency_key}:{line}")


def with_wholes(found: dict[str, Any]) -> dict[str, Any]:
    """Return the members with 7.0 as 7 where a whole number belongs: to JSON they are the same."""
    wholes = {
        name: int(found[name])
        for name in ("version", "weight")
        if isinstance(found.get(name), float) and found[name].is_integer()
    }
    return {**found, **wholes} if wholes else found


def _decoded(raw: bytes) -> Signal:
    try:
        return envelope.decode(raw)
    except msgspec.ValidationError:
        found = msgspec.json.decode(raw)
        if not isinstance(found, dict):
            raise
        # Our own lists of refused lines add `_refused`, which says why.
        kept = {name: value for name, value in found.items() if name != "_refused"}
        mended = with_wholes(kept)
        if mended == found and mended is kept:
            raise
        return envelope.decode(msgspec.json.encode(mended))
