"""NDJSON as a table: members of nested objects are columns named with dots."""

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

import msgspec

from troth.signals.doors.refused import explained
from troth.signals.imports.problems import ImportProblem
from troth.signals.imports.rows import Line, Opening

_DECODER = msgspec.json.Decoder(dict[str, Any])
_LOOK = 1_000
_DEEPEST = 5


def json_lines(opening: Opening) -> tuple[list[str], Iterator[Line]]:
    """Return the columns of the first 1,000 objects, and all rows."""
    objects = _objects(opening)
    first = list(islice(objects, _LOOK))
    if not first:
        raise ImportProblem(f"{opening.path.name} is empty.")
    columns = list(dict.fromkeys(name for _, found, _ in first for name in found))
    return columns, _rows(columns, chain(first, objects))


def _objects(opening: Opening) -> Iterator[tuple[int, dict[str, object], tuple[str, str] | None]]:
    for number, raw in enumerate(opening.inside, 1):
        line = raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw
        if not line.strip():
            continue
        try:
            yield number, dict(_flat(_DECODER.decode(line))), None
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            yield number, {}, explained(error)


def _rows(
    columns: list[str],
    objects: Iterator[tuple[int, dict[str, object], tuple[str, str] | None]],
) -> Iterator[Line]:
    for number, found, fault in objects:
        yield Line(number, [found.get(name) for name in columns], fault)


def _flat(found: dict[str, Any], prefix: str = "", depth: int = 0) -> Iterator[tuple[str, object]]:
    for name, value in found.items():
        if isinstance(value, dict) and depth < _DEEPEST:
            yield from _flat(value, f"{prefix}{name}.", depth + 1)
        elif isinstance(value, dict | list):
            yield f"{prefix}{name}", msgspec.json.encode(value).decode()
        else:
            yield f"{prefix}{name}", value
