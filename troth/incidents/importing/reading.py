"""Files as other programs write them: plain or gzipped JSON, and instants in their many forms."""

import gzip
import json
import re
import zlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from troth.components.rules.results import Status
from troth.incidents.importing.told import Unreadable
from troth.incidents.rules.results import Impact, State

_SECONDS = 100_000_000_000  # a number above this counts milliseconds
_MOST = 256 * 1024 * 1024  # bytes of one file once unpacked: a JSON needs some six times as much
_GZIP = b"\x1f\x8b"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_ESCAPED = re.compile(r"\\u(?:00[01][0-9a-fA-F]|[dD][89a-fA-F])")
_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")  # by databases
_INSTEAD = "\ufffd"  # what readers see where a character cannot be kept
_STATES = {str(one): one for one in State}
_IMPACTS = {str(one): one for one in Impact}
_STATUSES = {str(one): one for one in Status}


def text(path: Path) -> str:
    """Return a text file, unpacked where it is a gzip. Raises Unreadable: what, and where."""
    raw = _unpacked(path)
    if len(raw) > _MOST:
        raise Unreadable(
            f"{path} is larger than {_MOST >> 20} MB once unpacked: export it in parts."
        )
    if raw[:2] in _UTF_16:
        raise Unreadable(f"{path} is UTF-16: save it as UTF-8.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Unreadable(
            f"{path} is not UTF-8: line {line}, byte {error.start + 1} of the file."
        ) from error


def _unpacked(path: Path) -> bytes:
    """Return the bytes of a file, one more than may be where it holds more."""
    try:
        with path.open("rb") as file:
            if file.read(2) != _GZIP:
                file.seek(0)
                return file.read(_MOST + 1)
        with gzip.open(path) as packed:
            return packed.read(_MOST + 1)
    except EOFError as error:
        raise Unreadable(f"{path} ends in the middle of a gzip; it is not whole.") from error
    except zlib.error as error:
        raise Unreadable(f"{path} is a gzip that is damaged: {error}.") from error
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror or error}.") from error


def data(path: Path) -> Any:  # noqa: ANN401 - JSON
    """Return the JSON of a file. Raises Unreadable.

    What no database keeps (NUL, halves of a surrogate pair) is shown as U+FFFD.
    """
    whole = text(path)
    try:
        found = json.loads(whole)
    except RecursionError as error:
        raise Unreadable(f"{path} is nested too deeply to be such a file.") from error
    except ValueError as error:
        raise Unreadable(f"{path} is not JSON: {error}.") from error
    return _kept(found) if _ESCAPED.search(whole) else found


def _kept(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return JSON whose texts a database takes."""
    if isinstance(value, str):
        return _REFUSED.sub(_INSTEAD, value)
    if isinstance(value, dict):
        return {_kept(key): _kept(one) for key, one in value.items()}
    return [_kept(one) for one in value] if isinstance(value, list) else value


def answers(path: Path) -> Any:  # noqa: ANN401 - JSON
    """Return the JSON of a file; of a folder, that of each .json file by its name. Unreadable."""
    if not path.is_dir():
        return data(path)
    files = sorted([*path.glob("*.json"), *path.glob("*.json.gz")])
    if not files:
        raise Unreadable(f"{path} is a folder without .json files.")
    return {file.name.partition(".json")[0]: data(file) for file in files}


def lines(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a file with one JSON object a line. Raises Unreadable."""
    found = []
    for number, line in enumerate(text(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise Unreadable(f"{path}, line {number}, is not JSON: {error}.") from error
        except RecursionError as error:
            raise Unreadable(f"{path}, line {number}, is nested too deeply.") from error
        if not isinstance(row, dict):
            raise Unreadable(f"{path}, line {number}, is no JSON object.")
        found.append(_kept(row) if _ESCAPED.search(line) else row)
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
        return _of_seconds(value / 1000 if value > _SECONDS else value)
    return _in_utc(_parsed(str(value).strip()))


def _of_seconds(value: float) -> datetime:
    try:
        return datetime.fromtimestamp(value, tz=UTC)
    except (OverflowError, OSError) as error:
        raise ValueError(f"“{value}” is no instant") from error


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
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"“{value}” is no instant") from error


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


def whole(value: object) -> int:
    """Return a place in an order; 0 where there is none, or none that makes sense."""
    try:
        found = int(str(value))
    except ValueError:
        return 0
    return found if abs(found) < 1 << 31 else 0


def objects(value: object) -> list[dict[str, Any]]:
    """Return the JSON objects of a list, of a page of results, or none."""
    if isinstance(value, Mapping):
        value = value.get("data") if "data" in value else list(value.values())
    return [one for one in value if isinstance(one, dict)] if isinstance(value, Iterable) else []
