"""Settings as a declaration: a frozen msgspec.Struct whose fields say what they are for."""

import re
from collections.abc import Mapping
from typing import Any, Final, TypeVar

import msgspec

S = TypeVar("S")

_PLACE = re.compile(r" - at `\$\.?(?P<field>[^`]*)`$")
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<field>[^`]*)`")
_LACKING = re.compile(r"Object missing required field `(?P<field>[^`]*)`")
_LONGEST: Final = 200


class SettingsError(ValueError):
    """What is wrong with settings, and in which field."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.field = field
        self.message = message


def named(label: str, text: str = "", **limits: Any) -> msgspec.Meta:  # noqa: ANN401 - Meta's own
    """Return how a field of settings is called on the desk, and what it is for."""
    return msgspec.Meta(title=label, description=text, **limits)


def converted(settings: Mapping[str, Any], kind: type[S]) -> S:
    """Return settings read as the declaration `kind`. Raises SettingsError."""
    try:
        return msgspec.convert(dict(settings), kind)
    except msgspec.ValidationError as error:
        raise _explained(str(error)) from error


def refused(error: ValueError) -> SettingsError:
    """Return what a check of settings said as SettingsError."""
    return error if isinstance(error, SettingsError) else SettingsError("", str(error)[:_LONGEST])


def _explained(said: str) -> SettingsError:
    for pattern, reason in ((_UNKNOWN, "there is no such setting"), (_LACKING, "is missing")):
        if match := pattern.search(said):
            return SettingsError(match["field"], reason)
    match = _PLACE.search(said)
    field = match["field"] if match else ""
    return SettingsError(field, _PLACE.sub("", said)[:_LONGEST])
