"""All kinds of monitors, and settings of one kind read and checked."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from troth.core import registry
from troth.core.described import SettingsError, converted, refused
from troth.probes import kinds
from troth.probes.kind import EVERYWHERE, Kind
from troth.probes.rules.condition import Condition, parse

__all__ = ["SettingsError", "all_kinds", "condition", "kind", "read"]


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
    read_ = converted(settings, found.settings)
    try:
        found.check(read_)
    except ValueError as error:
        raise refused(error) from error
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
