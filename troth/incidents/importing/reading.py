"""Files as other programs write them: plain or gzipped JSON, and instants in their many forms."""

import gzip
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from troth.components.rules.results import Status
from troth.incidents.importing.told import Unreadable
from troth.incidents.rules.results import Impact, State

_SECONDS = 100_000_000_000  # a number above this counts milliseconds
_MOST = 1_000_000_000  # bytes of one file once unpacked
_STATES = {str(one): one for one in State}
_IMPACTS = {str(one): one for one in Impact}
_STATUSES = {str(one): one for one in Status}


def text(path: Path) -> str:
    """Return a text file, unpacked where it ends in .gz. Raises Unreadable."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            raw = file.read(_MOST + 1)
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror or error}.") from error
    except EOFError as error:
        raise Unreadable(f"{path} ends in the middle; it is not whole.") from error
    if len(raw) > _MOST:
        raise Unreadable(f"{path} is larger than 1 GB.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path} is not UTF-8.") from error


def data(path: Path) -> Any:  # noqa: ANN401 - JSON
    """Return the JSON of a file. Raises Unreadable."""
    try:
        return json.loads(text(path))
    except ValueError as error:
        raise Unreadable(f"{path} is not JSON: {error}.") from error


def lines(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a file with one JSON object a line. Raises Unreadable."""
    found = []
    for number, line in enumerate(text(path).splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise Unreadable(f"{path}, line {number}, is not JSON: {error}.") from error
        if not isinstance(row, dict):
            raise Unreadable(f"{path}, line {number}, is no JSON object.")
        found.append(row)
    return found


def instant(value: object) -> datetime | None:
    """Return an instant in UTC, None where there is none. What has no zone is taken as UTC.

    Takes ISO 8601, what PHP and JavaScript print, and Unix seconds or milliseconds. Raises
    ValueError.
    """
    if value is None or value == "" or isinstance(value, bool):
        return None
    if isinstance(value, datetime):
        return _in_utc(value)
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value / 1000 if value > _SECONDS else value, tz=UTC)
    return _in_utc(_parsed(str(value).strip()))


def is_zoned(value: object) -> bool:
    """Return whether an instant says its zone."""
    if isinstance(value, datetime):
        return value.tzinfo is not None
    return not isinstance(value, str) or _parsed(value.strip()).tzinfo is not None


def _parsed(value: str) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        from dateutil import parser

    short = value.partition(" (")[0].replace("GMT+", "+").replace("GMT-", "-")
    try:
        found: datetime = parser.parse(short)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"“{value[:40]}” is no instant") from error
    return found


def _in_utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def state(value: object, default: State) -> State:
    """Return the state of that name ("In progress", "in_progress"), else the default."""
    return _STATES.get(_word(value), default)


def impact(value: object) -> Impact | None:
    return _IMPACTS.get(_word(value))


def status(value: object) -> Status | None:
    return _STATUSES.get(_word(value))


def _word(value: object) -> str:
    return str(value or "").strip().lower().replace(" ", "_").replace("-", "_")


def string(row: Mapping[str, Any], *names: str) -> str:
    """Return the first of some fields that holds a text or a number, as text."""
    for name in names:
        value = row.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return str(value)
    return ""


def objects(value: object) -> list[dict[str, Any]]:
    """Return the JSON objects of a list, of a page of results, or none."""
    if isinstance(value, Mapping):
        value = value.get("data") if "data" in value else list(value.values())
    return [one for one in value if isinstance(one, dict)] if isinstance(value, Iterable) else []
