"""How the text of a variable becomes a value. Each raises ValueError in plain words. Pure."""

import re
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from troth.config import keys
from troth.core.attributes import ATTRIBUTE

_YES = ("1", "true", "yes", "on")
_PORTS = range(1, 65_536)
_NO = ("0", "false", "no", "off", "")


def text(value: str) -> str:
    return value.strip()


def folder(value: str) -> Path:
    return Path(value).expanduser().resolve()


def yes_or_no(value: str) -> bool:
    if value.lower() not in (*_YES, *_NO):
        raise ValueError(f"“{value}” is neither yes nor no; write 1 or 0")
    return value.lower() in _YES


def whole(value: str) -> int:
    if not re.fullmatch(r"\d{1,9}", value):
        raise ValueError(f"“{value}” is no whole number of 0 or more")
    return int(value)


def port(value: str) -> int:
    number = whole(value)
    if number not in _PORTS:
        raise ValueError(f"“{value}” is no port; write a number from 1 to 65535")
    return number


def words(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def attribute(value: str) -> str:
    if value and not re.fullmatch(ATTRIBUTE, value):
        raise ValueError(f"“{value}” is no attribute of a segment; write for example account")
    return value


def zone(value: str) -> str:
    try:
        return ZoneInfo(value).key
    except (KeyError, ValueError, OSError) as problem:
        raise ValueError(f"“{value}” is no time zone; write for example Europe/Berlin") from problem


def web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"“{value}” is no web address; write for example https://trust.example")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(f"“{value}” has a path; Troth answers at the root of a host")
    return value.rstrip("/")


def link(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"“{value}” is no web address; write for example https://app.example/")
    return value


def contacts(value: str) -> tuple[str, ...]:
    """Return addresses as security.txt takes them (RFC 9116): mailto:, https: or tel:."""
    found = words(value)
    for one in found:
        if urlsplit(one).scheme not in ("mailto", "https", "tel"):
            raise ValueError(f"“{one}” needs mailto:, https: or tel: in front")
    return found


def day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError as problem:
        raise ValueError(f"“{value}” is no day; write for example 2027-06-30") from problem


def database(value: str) -> str:
    scheme = urlsplit(value).scheme
    if value and scheme not in ("sqlite", "postgresql", "postgres"):
        raise ValueError("write sqlite:////path/to/file or postgresql://user:password@host/name")
    if scheme.startswith("postgres") and find_spec("psycopg") is None:
        raise ValueError("PostgreSQL needs its client: pip install 'troth[postgresql]'")
    return value


def signal_store(value: str) -> str:
    if value != "embedded" and urlsplit(value).scheme not in ("clickhouse", "clickhouses", "chdb"):
        raise ValueError("write embedded, or clickhouse://user:password@host:8123/database")
    return value


def log_level(value: str) -> str:
    if value.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise ValueError(f"“{value}” is no level; write debug, info, warning or error")
    return value.upper()


def mail_address(value: str) -> str:
    if value and urlsplit(value).scheme not in ("smtp", "smtps"):
        raise ValueError("write smtp://user:password@host:587 or smtps://user:password@host:465")
    return value


def key(value: str) -> bytes:
    try:
        found = bytes.fromhex(value.strip())
    except ValueError:
        found = b""
    if len(found) != keys.SIZE:
        raise ValueError("a key is 64 hexadecimal digits; `openssl rand -hex 32` makes one")
    return found
