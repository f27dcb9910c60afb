"""All kinds of monitors, and settings of one kind read and checked."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import msgspec

from troth.core import registry
from troth.probes import kinds
from troth.probes.kind import EVERYWHERE, Kind
from troth.probes.rules.condition import Condition, parse

_PLACE = re.compile(r" - at `\$\.?(?P<field>[^`]*)`$")
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<field>[^`]*)`")
_LACKING = re.compile(r"Object missing required field `(?P<field>[^`]*)`")
_LONGEST: Final = 200


class SettingsError(ValueError):
    """What is wrong with a monitor's settings, and in which field."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.field = field
        self.message = message


@cache
def all_kinds() -> dict[str, Kind]:
    """Return key → kind, in alphabetical order."""
    return registry.load(kinds, Kind)


def kind(key: str) -> Kind:
    """Return one kind. Raises SettingsError."""
    found = all_kinds().get(key)
    if found is None:
        raise SettingsError("kind", f"“{key[:40]}” is none of {', '.join(all_kinds())}")
    return found


def read(key: str, settings: Mapping[str, Any]) -> msgspec.Struct:
    """Return the settings of a kind, checked. Raises SettingsError."""
    found = kind(key)
    try:
        read_ = msgspec.convert(dict(settings), found.settings)
        found.check(read_)
    except msgspec.ValidationError as error:
        raise _explained(str(error)) from error
    except SettingsError:
        raise
    except ValueError as error:
        raise SettingsError("", str(error)[:_LONGEST]) from error
    return read_


def condition(key: str, text: str) -> Condition | None:
    """Return what a monitor of a kind expects; None: that the probe completes.

    Raises SettingsError where it cannot be read or asks for what the kind never tells.
    """
    found = kind(key)
    text = text.strip() or found.condition
    if not text:
        return None
    try:
        parsed = parse(text)
    except ValueError as error:
        raise SettingsError("condition", str(error)) from error
    known = {name.partition(".")[0] for name in (*found.facts, *EVERYWHERE)}
    for root in sorted(parsed.roots - known):
        told = ", ".join(sorted(known))
        raise SettingsError("condition", f"{found.label} tells nothing of “{root}”; it has {told}")
    return parsed


def _explained(said: str) -> SettingsError:
    for pattern, reason in ((_UNKNOWN, "there is no such setting"), (_LACKING, "is missing")):
        if match := pattern.search(said):
            return SettingsError(match["field"], reason)
    match = _PLACE.search(said)
    field = match["field"] if match else ""
    return SettingsError(field, _PLACE.sub("", said)[:_LONGEST])
