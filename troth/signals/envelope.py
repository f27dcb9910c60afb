"""The envelope: the one shape in which facts come in, and what makes one refused."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from typing import Annotated, Any

import msgspec

MOST_ATTRIBUTES = 20
LONGEST_VALUE = 100
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Key = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Token = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
Reference = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]
Version = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Weight = Annotated[int, msgspec.Meta(ge=1, le=10**9)]
Attributes = Annotated[
    dict[str, str | int | float | bool], msgspec.Meta(max_length=MOST_ATTRIBUTES)
]


class Signal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True,
             omit_defaults=True, gc=False):  # fmt: skip
    """One fact as a source tells it. `(source, key)` is the case that it is about.

    Types and lengths are checked while decoding; `refusals` checks what a type cannot say.
    """

    source: Name  # [A-Za-z0-9._:/-]
    kind: Name  # the same letters: "delivery", "checkout.finished"
    happened_at: Instant
    key: Key | None = None  # the case; without one, the id; without both, the content's hash
    id: Key | None = None  # the delivery: the same (source, key, id) counts once
    version: Version = 0  # the higher wins; of equal ones the later recorded
    touchpoint: Name | None = None
    subject: Key | None = None  # hashed before it reaches the store
    segment: Attributes = {}
    due_at: Instant | None = None
    resolved_at: Instant | None = None
    value: float | None = None
    unit: Token | None = None
    outcome: Token | None = None
    expected: float | None = None
    weight: Weight = 1
    evidence: Reference | None = None  # a reference without spaces, never free text
    supersedes: Key | None = None  # the key of another case of this source that this one replaces


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the signal at `index` of a batch (from 0) is not taken."""

    index: int
    field: str
    reason: str


_DECODER = msgspec.json.Decoder(Signal)
_ENCODER = msgspec.json.Encoder()
_NAME = re.compile(r"[A-Za-z0-9._:/-]+").fullmatch
_TOKEN = re.compile(r"[^\s\x00-\x1f\x7f]+").fullmatch
_ATTRIBUTE = re.compile(r"[a-z][a-z0-9_]{0,39}").fullmatch
_CONTROL = re.compile(r"[\x00-\x1f\x7f]").search
_NAMES = ("source", "kind", "touchpoint")
_TOKENS = ("unit", "outcome", "evidence")
_TEXTS = ("key", "id", "subject", "supersedes")
_INSTANTS = ("happened_at", "due_at", "resolved_at")
_NUMBERS = ("value", "expected")


def decode(line: bytes | str) -> Signal:
    """Return the signal in one JSON object. Raises msgspec.ValidationError or DecodeError."""
    return _DECODER.decode(line)


def decode_lines(lines: bytes | str) -> list[Signal]:
    """Return the signals of NDJSON. Raises at the first bad line: then decode line by line."""
    return _DECODER.decode_lines(lines)


def encode_lines(signals: Sequence[Signal]) -> bytes:
    """Return canonical NDJSON, one line a signal."""
    return _ENCODER.encode_lines(signals)


def attribute_names(signals: Sequence[Signal]) -> list[str]:
    """Return the names of all attributes in the signals' segments, sorted."""
    return sorted(set().union(*map(attrgetter("segment"), signals)))


def refusals(signals: Sequence[Signal]) -> list[Refusal]:
    """Return what types and lengths cannot say is wrong; empty when every signal is fine.

    The check looks at a whole batch at once, field by field, and goes signal by signal only when
    something in the batch is wrong.
    """
    if _all_fine(signals):
        return []
    return [Refusal(n, *found) for n, signal in enumerate(signals) for found in _faults(signal)]


def _all_fine(signals: Sequence[Signal]) -> bool:
    return (
        all(_NAME(name) for name in _distinct(signals, _NAMES))
        and all(_TOKEN(token) for token in _distinct(signals, _TOKENS))
        and all(_in_range(signals, name) for name in _INSTANTS)
        and all(_finite(signals, name) for name in _NUMBERS)
        and not _CONTROL("".join(filter(None, _column(signals, _TEXTS))))
        and _attributes_fine(signals)
    )


def _distinct(signals: Sequence[Signal], fields: tuple[str, ...]) -> set[str]:
    found: set[str] = set()
    for field in fields:
        found |= set(map(attrgetter(field), signals))
    found.discard(None)  # type: ignore[arg-type]
    return found


def _column(signals: Sequence[Signal], fields: tuple[str, ...]) -> Iterator[str | None]:
    for field in fields:
        yield from map(attrgetter(field), signals)


def _in_range(signals: Sequence[Signal], field: str) -> bool:
    instants = [at for at in map(attrgetter(field), signals) if at is not None]
    return not instants or (min(instants) >= EARLIEST and max(instants) <= LATEST)


def _finite(signals: Sequence[Signal], field: str) -> bool:
    numbers = [number for number in map(attrgetter(field), signals) if number is not None]
    return not numbers or (sum(numbers) - sum(numbers)) == 0


def _attributes_fine(signals: Sequence[Signal]) -> bool:
    segments = list(filter(None, map(attrgetter("segment"), signals)))
    names = set().union(*segments)
    return all(_ATTRIBUTE(name) for name in names) and not any(
        _value_fault(value) for value in _values(segments)
    )


def _values(segments: Iterable[dict[str, str | int | float | bool]]) -> set[object]:
    found: set[object] = set()
    for segment in segments:
        found.update(segment.values())
    return found


def _faults(signal: Signal) -> Iterator[tuple[str, str]]:
    """Yield (field, reason) for everything wrong with one signal."""
    for fields, fault in _CHECKS:
        for field in fields:
            value = getattr(signal, field)
            if value is not None and (reason := fault(value)):
                yield field, reason
    for name, value in signal.segment.items():
        if not _ATTRIBUTE(name):
            yield f"segment.{name}", "names use a-z, 0-9 and _, begin with a letter, 40 at most"
        if reason := _value_fault(value):
            yield f"segment.{name}", reason


def _name_fault(text: str) -> str:
    return "" if _NAME(text) else "may only hold letters, digits and . _ : / -"


def _token_fault(text: str) -> str:
    return "" if _TOKEN(text) else "may not hold spaces or control characters"


def _text_fault(text: str) -> str:
    return "may not hold control characters" if _CONTROL(text) else ""


def _instant_fault(at: datetime) -> str:
    inside = EARLIEST <= at <= LATEST
    return "" if inside else f"lies outside the years {EARLIEST.year} to {LATEST.year}"


def _number_fault(number: float) -> str:
    return "" if number - number == 0 else "is not a finite number"


_CHECKS: tuple[tuple[tuple[str, ...], Callable[[Any], str]], ...] = (
    (_NAMES, _name_fault), (_TOKENS, _token_fault), (_TEXTS, _text_fault),
    (_INSTANTS, _instant_fault), (_NUMBERS, _number_fault),
)  # fmt: skip


def _value_fault(value: object) -> str:
    if isinstance(value, float) and value - value != 0:
        return "is not a finite number"
    if not isinstance(value, str):
        return ""
    if len(value) > LONGEST_VALUE:
        return f"is longer than {LONGEST_VALUE} characters"
    return "may not hold control characters" if _CONTROL(value) else ""
