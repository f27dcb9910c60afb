"""Results as plain JSON values and back."""

from fractions import Fraction
from typing import Any

import msgspec

from troth.promises.rules.results import WindowResult


def written(result: WindowResult) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(result, enc_hook=_text)
    return found


def text(result: WindowResult) -> str:
    """Return the same as JSON text."""
    return msgspec.json.encode(result, enc_hook=_text).decode()


def read(detail: dict[str, Any]) -> WindowResult:
    return msgspec.convert(detail, WindowResult, dec_hook=_value)


def _text(value: object) -> str:
    if isinstance(value, Fraction):
        return str(value)
    raise NotImplementedError(type(value))


def _value(kind: type, value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    if kind is Fraction:
        return Fraction(value)
    raise NotImplementedError(kind)
