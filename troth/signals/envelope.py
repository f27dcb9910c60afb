"""The envelope: the one shape in which facts come in, and what makes one refused."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from operator import attrgetter
from typing import Annotated, Any

import msgspec

from troth.core.attributes import ATTRIBUTE

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
    dict[str, Annotated[str, msgspec.Meta(max_length=LONGEST_VALUE)] | int | float | bool],
    msgspec.Meta(max_length=MOST_ATTRIBUTES),
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
class Lines:
    """So many checked signals as the NDJSON in which they came: no need to write them again."""

    text: bytes
    count: int


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
_ATTRIBUTE = re.compile(ATTRIBUTE).fullmatch
_CONTROL = re.compile(r"[\x00-\x1f\x7f]").search
_ESCAPED_CONTROL = re.compile(rb"\\(?:[bfnrt]|u00(?:[01][0-9a-fA-F]|7[fF]))").search
_NAMES = ("source", "kind", "touchpoint")
_TOKENS = ("unit", "outcome", "evidence")
_TEXTS = ("key", "id", "subject", "supersedes")
_INSTANTS = ("happened_at", "due_at", "resolved_at")
_NUMBERS = ("value", "expected")


def decode(line: bytes | str) -> Signal:
    """Return the signal in one JSON object. Raises msgspec.ValidationError or DecodeError."""
    try:
        return _DECODER.decode(line)
    except msgspec.ValidationError as error:
        raise _placed(error, line) from None


def _placed(error: msgspec.ValidationError, line: bytes | str) -> msgspec.ValidationError:
    """Return the error with the name of the attribute that is too long: msgspec leaves it out."""
    if f"length <= {LONGEST_VALUE} - at `$.segment[...]`" not in str(error):
        return error
    segment = msgspec.json.decode(line)["segment"]
    long = next(n for n, text in segment.items() if len(str(text)) > LONGEST_VALUE)
    return msgspec.ValidationError(str(error).replace("[...]", f".{long}"))


def decode_lines(lines: bytes | str) -> list[Signal]:
    """Return the signals of NDJSON. Raises at the first bad line: then decode line by line."""
    return _DECODER.decode_lines(lines)


def encode_lines(signals: Sequence[Signal]) -> bytes:
    """Return canonical NDJSON, one line a signal."""
    return _ENCODER.encode_lines(signals)


def attribute_names(signals: Sequence[Signal]) -> list[str]:
    """Return the names of all attributes in the signals' segments, sorted."""
    return sorted(set().union(*map(attrgetter("segment"), signals)))


def refusals(signals: Sequence[Signal], lines: bytes | None = None) -> list[Refusal]:
    """Return what types and lengths cannot say is wrong; empty when every signal is fine.

    The check looks at a whole batch at once, field by field, and goes signal by signal only when
    something in the batch may be wrong. `lines`: the JSON that the signals came in, if at hand.
    """
    if not signals or _all_fine(signals, lines):
        return []
    return [Refusal(n, *found) for n, signal in enumerate(signals) for found in _faults(signal)]


def _all_fine(signals: Sequence[Signal], lines: bytes | None) -> bool:
    """Say whether all is well. What came from JSON has finite numbers and short enough texts."""
    rare = _rare(signals)
    return (
        _without_controls(encode_lines(signals) if lines is None else lines)
        and all(map(_NAME, _distinct_names(signals, rare)))
        and all(map(_TOKEN, _distinct_tokens(signals, rare)))
        and not any(map(_instant_fault, _extremes(signals, rare)))
        and all(map(_ATTRIBUTE, set().union(*[one.segment for one in signals])))
        and (lines is not None or _numbers_fine(signals))
    )


def _without_controls(lines: bytes) -> bool:
    """Say whether no text can hold a control character: JSON writes them with a backslash."""
    escaped = b"\\" in lines and _ESCAPED_CONTROL(lines)
    return not escaped and b"\x7f" not in lines


def _rare(signals: Sequence[Signal]) -> list[Signal]:
    """Return those with a field that few have: one look at each signal in place of five."""
    return [
        one
        for one in signals
        if one.touchpoint is not None
        or one.unit is not None
        or one.evidence is not None
        or one.due_at is not None
        or one.resolved_at is not None
    ]


def _distinct_names(signals: Sequence[Signal], rare: Sequence[Signal]) -> set[str]:
    """Return the names that occur; each field by itself is quickest."""
    touchpoints = {one.touchpoint for one in rare}
    names = {one.source for one in signals} | {one.kind for one in signals}
    return names | set(filter(None, touchpoints))


def _distinct_tokens(signals: Sequence[Signal], rare: Sequence[Signal]) -> set[str]:
    few = {one.unit for one in rare} | {one.evidence for one in rare}
    return set(filter(None, {one.outcome for one in signals} | few))


def _extremes(signals: Sequence[Signal], rare: Sequence[Signal]) -> Iterator[datetime]:
    happened = [one.happened_at for one in signals]
    due = [at for one in rare if (at := one.due_at) is not None]
    resolved = [at for one in rare if (at := one.resolved_at) is not None]
    for instants in filter(None, (happened, due, resolved)):
        yield min(instants)
        yield max(instants)


def _numbers_fine(signals: Sequence[Signal]) -> bool:
    sums = [sum(filter(None, map(attrgetter(field), signals))) for field in _NUMBERS]
    segments = map(attrgetter("segment"), signals)
    values = set(chain.from_iterable(map(dict.values, segments)))
    return not any(map(_number_fault, sums)) and not any(map(_value_fault, values))


def _faults(signal: Signal) -> Iterator[tuple[str, str]]:
    """Yield (field, reason) for everything wrong with one signal."""
    for field, fault in _CHECKS:
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


_CHECKS: tuple[tuple[str, Callable[[Any], str]], ...] = (
    *((field, _name_fault) for field in _NAMES),
    *((field, _token_fault) for field in _TOKENS),
    *((field, _text_fault) for field in _TEXTS),
    *((field, _instant_fault) for field in _INSTANTS),
    *((field, _number_fault) for field in _NUMBERS),
)


def _value_fault(value: object) -> str:
    if isinstance(value, float) and value - value != 0:
        return "is not a finite number"
    if not isinstance(value, str):
        return ""
    if len(value) > LONGEST_VALUE:
        return f"is longer than {LONGEST_VALUE} characters"
    return "may not hold control characters" if _CONTROL(value) else ""
