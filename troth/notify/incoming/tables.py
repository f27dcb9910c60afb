"""Files of rows: CSV with or without a heading, JSON, one JSON object a line."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any, Final

_LARGEST_JSON: Final = 256 * 1024 * 1024  # bytes; one object a line has no limit
_LONGEST_LINE: Final = 200_000
_HEADLESS: Final = ("email", "sms", "webhook")  # the first cell of Statuspage's own files
Numbered = tuple[int, Mapping[str, Any] | str]


class UnreadableError(Exception):
    """The file is none that we know; the message says why."""

    exit_code = 2


def rows(file: IO[bytes], *, name: str) -> Iterator[Numbered]:
    """Yield (line, row); of a line that cannot be read, the reason. Raises UnreadableError."""
    start = file.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
    file.seek(0)
    if start[:1] == b"[" or (start[:1] == b"{" and name.endswith(".json")):
        yield from _json(file)
    elif start[:1] == b"{":
        yield from _lines(file)
    else:
        yield from _csv(file)


def _json(file: IO[bytes]) -> Iterator[Numbered]:
    body = file.read(_LARGEST_JSON + 1)
    if len(body) > _LARGEST_JSON:
        raise UnreadableError("the file is too large; write one JSON object a line instead")
    try:
        found = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        lines = [one for one in body.split(b"\n") if one.strip()]
        if len(lines) > 1 and all(one.lstrip()[:1] == b"{" for one in lines):
            yield from _parsed(lines)
            return
        raise UnreadableError("the file is not JSON in UTF-8") from None
    listed = _listed(found)
    if listed is None:
        raise UnreadableError("the file holds no list of subscribers")
    for number, row in enumerate(listed, 1):
        yield number, row if isinstance(row, Mapping) else "this is no JSON object"


def _listed(found: Any) -> list[Any] | None:  # noqa: ANN401 - JSON
    if isinstance(found, list):
        return found
    if not isinstance(found, dict):
        return None
    inner = [value for value in found.values() if isinstance(value, list)]
    return inner[0] if len(inner) == 1 else [found] if {"email", "address"} & set(found) else None


def _lines(file: IO[bytes]) -> Iterator[Numbered]:
    yield from _parsed(iter(lambda: file.readline(_LONGEST_LINE), b""))


def _parsed(lines: Iterable[bytes]) -> Iterator[Numbered]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            yield number, "this line is not JSON in UTF-8"
            continue
        yield number, row if isinstance(row, dict) else "this is no JSON object"


def _csv(file: IO[bytes]) -> Iterator[Numbered]:
    texts = _decoded(file)
    first = next(texts, "")
    delimiter = max(",;\t", key=first.count)
    cells = next(csv.reader([first], delimiter=delimiter), [])
    heading = _heading(cells)
    if not heading:
        yield 1, _headless(cells)
    reader = csv.reader(texts, delimiter=delimiter)
    while (row := _next(reader)) is not None:
        number = reader.line_num + 1
        if isinstance(row, str):
            yield number, row
        elif any(cell.strip() for cell in row):
            yield number, _named(heading, row) if heading else _headless(row)


def _next(reader: Any) -> list[str] | str | None:  # noqa: ANN401 - csv's own has no public name
    """Return the next row, or why it is none."""
    try:
        found: list[str] | None = next(reader, None)
    except csv.Error as error:
        return f"this line is no CSV: {error}"
    return found


def _heading(cells: list[str]) -> list[str]:
    """Return the names of the columns; none where the first line is a row. UnreadableError."""
    names = [cell.strip().lower().replace(" ", "_") for cell in cells]
    if names and names[0] in _HEADLESS and len(names) > 1 and not _is_heading(names):
        return []
    if not {"email", "address", "phone", "phone_number", "mode"} & set(names):
        raise UnreadableError("the first line names no column such as email or address")
    return names


def _is_heading(names: list[str]) -> bool:
    return bool({"id", "created_at", "confirmed", "verified_at", "phone", "name"} & set(names[1:]))


def _decoded(file: IO[bytes]) -> Iterator[str]:
    for raw in iter(lambda: file.readline(_LONGEST_LINE), b""):
        yield raw.decode("utf-8", "replace").lstrip("\ufeff").replace("\x00", "\ufffd")


def _named(heading: list[str], row: list[str]) -> Mapping[str, Any] | str:
    if len(row) > len(heading):
        return f"this line has {len(row)} cells, the heading {len(heading)}"
    return dict(zip(heading, [cell.strip() for cell in row], strict=False))


def _headless(row: list[str]) -> Mapping[str, Any]:
    """Return a row of the files that Statuspage itself takes: the kind, then what it needs."""
    mode, *rest = [cell.strip() for cell in row]
    found: dict[str, Any] = {"mode": mode.lower()}
    if mode.lower() == "sms":
        found["phone_number"], found["phone_country"] = [*rest, "", ""][:2]
        rest = rest[2:]
    else:
        found["email" if mode.lower() == "email" else "endpoint"] = next(iter(rest), "")
        rest = rest[1:]
    words = [one for one in rest if one.lower() not in {"yes", "no", ""}]
    return {**found, "components": words}
