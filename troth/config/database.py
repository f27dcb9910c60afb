"""Where the state is: a database address becomes Django's setting. Pure."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

SQLITE = {
    # A writer takes its lock at BEGIN and waits for it, so that no transaction fails half-way.
    "transaction_mode": "IMMEDIATE",
    "timeout": 10,
    # FULL: a commit is on disk before it is answered; that is what "accepted" means.
    # Pages of a new file hold 16 kB: what comes in and waits to be sealed is blobs of many pages.
    "init_command": "PRAGMA page_size=16384; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
    "PRAGMA cache_size=-16000;",
}


def setting(url: str) -> dict[str, Any]:
    """Return the entry of DATABASES for `sqlite:////file` or `postgresql://user:pass@host/name`."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _sqlite(parts.path)
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or unquote(parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or options.pop("port", "")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, **options},
    }


def _sqlite(path: str) -> dict[str, Any]:
    """Return the setting of a SQLite file; the tests write to another one beside it."""
    name = unquote(path).removeprefix("/")
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "CONN_MAX_AGE": None,
        "TEST": {"NAME": f"{name}.test"},
        "OPTIONS": dict(SQLITE),
    }
