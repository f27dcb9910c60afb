"""Structured logs: one JSON object a line, with the request's id and without personal data.

What is logged is chosen word by word: no address, query string, body, e-mail or cookie ever is.
"""

import json
import logging
from datetime import UTC, datetime
from typing import Any

from troth.core.trace import request_id

_USUAL = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
# Django attaches these to its records; they hold the request with all that it carries.
_PRIVATE = frozenset({"request", "sql", "params", "alias"})


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id.get():
            entry["request_id"] = request_id.get()
        extra = {name: value for name, value in record.__dict__.items() if name not in _USUAL}
        entry |= {name: value for name, value in extra.items() if name not in _PRIVATE}
        if record.exc_info:
            entry["trace"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str, ensure_ascii=False)


def setting(*, level: str) -> dict[str, Any]:
    """Return LOGGING: everything goes to the standard error stream, one line each."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "troth.config.logs.JsonLines"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"level": level, "handlers": ["stderr"]},
        "loggers": {
            # These name the path of a refused request, which may hold what a person typed.
            "django.request": {"level": "CRITICAL"},
            "django.security": {"level": "ERROR"},
            "django.server": {"level": "WARNING"},
        },
    }
