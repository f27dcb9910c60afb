"""All channels, and an outlet's settings and a reader's address read and checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import msgspec

from troth.core import registry
from troth.core.described import SettingsError, converted, refused
from troth.core.fields import nearest
from troth.notify import channels
from troth.notify.channel import Channel

__all__ = ["Field", "SettingsError", "address", "all_channels", "channel", "fields", "read"]

_LONGEST: Final = 2_000  # characters of an address: a browser's push subscription is the longest


@cache
def all_channels() -> dict[str, Channel]:
    """Return key → channel, in alphabetical order."""
    return registry.load(channels, Channel)


def channel(key: str) -> Channel:
    """Return one channel. Raises SettingsError."""
    found = all_channels().get(key)
    if found is None:
        known = all_channels()
        raise SettingsError("channel", f"“{key[:40]}” is no channel{nearest(key[:40], known)}")
    return found


def read(key: str, settings: Mapping[str, Any], secrets: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401 - settings of any channel
    """Return an outlet's settings, checked; None where the channel has none.

    Secrets stand apart, so that none is shown by mistake. Raises SettingsError.
    """
    found, secrets = channel(key), secrets or {}
    _check_places(found, settings, secrets)
    if found.settings is None:
        return None
    read_ = converted({**settings, **secrets}, found.settings)
    try:
        found.check(read_)
    except ValueError as error:
        raise refused(error) from error
    return read_


def _check_places(found: Channel, settings: Mapping[str, Any], secrets: Mapping[str, Any]) -> None:
    for name in settings:
        if name in found.secrets:
            raise SettingsError(name, "stands under secrets, to be encrypted")
        if found.settings is None:
            raise SettingsError(name, f"{found.label} needs no settings")
    for name in secrets:
        if name not in found.secrets:
            raise SettingsError(name, f"is no secret of {found.label}")


def address(key: str, text: str) -> str:
    """Return a reader's address, normalised; empty where the outlet itself is the reader.

    Raises SettingsError with the field “address”.
    """
    found, text = channel(key), text.strip()
    if found.address is None:
        if text:
            raise SettingsError("address", f"{found.label} takes none: its outlet says where to")
        return ""
    if not text:
        raise SettingsError("address", f"is missing: {found.address.label}")
    if len(text) > _LONGEST:
        raise SettingsError("address", f"is longer than {_LONGEST} characters")
    try:
        return found.address.check(text)
    except ValueError as error:
        raise SettingsError("address", refused(error).message) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A setting of an outlet, for forms and for the documentation.

    `kind` is text, number, switch, list or choice (then among `choices`).
    """

    name: str
    label: str
    help: str
    kind: str
    choices: tuple[str, ...]
    default: Any
    is_needed: bool
    is_secret: bool


def fields(key: str) -> tuple[Field, ...]:
    """Return the settings that an outlet of a channel has, as declared."""
    found = channel(key)
    if found.settings is None:
        return ()
    return tuple(
        _field(one, is_secret=one.name in found.secrets)
        for one in msgspec.structs.fields(found.settings)
    )


def _field(one: msgspec.structs.FieldInfo, *, is_secret: bool) -> Field:
    told = msgspec.inspect.type_info(one.type)
    meta = told.extra_json_schema or {} if isinstance(told, msgspec.inspect.Metadata) else {}
    inner = told.type if isinstance(told, msgspec.inspect.Metadata) else told
    choices = inner.values if isinstance(inner, msgspec.inspect.LiteralType) else ()
    return Field(
        name=one.name,
        label=meta.get("title", one.name),
        help=meta.get("description", ""),
        kind=_kinds().get(type(inner), "text"),
        choices=tuple(str(value) for value in choices),
        default=None if one.required else one.default,
        is_needed=one.required,
        is_secret=is_secret,
    )


@cache
def _kinds() -> dict[type, str]:
    seen = msgspec.inspect
    return {
        seen.IntType: "number", seen.FloatType: "number", seen.BoolType: "switch",
        seen.VarTupleType: "list", seen.LiteralType: "choice",
    }  # fmt: skip
