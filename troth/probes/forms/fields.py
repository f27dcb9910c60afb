"""Fields of a form out of a kind's settings, so that a new kind needs no form of its own."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

import msgspec
from django import forms

from troth.probes.kind import Kind

SECRET: Final = "secret_"  # noqa: S105 - how such a field's name begins
PLAIN: Final = "setting_"
_LONG: Final = 1_000  # a text that may be longer gets several lines
_KEPT = "It is set and never shown. Leave it empty to keep it; write - to remove it."


def fields_of(kind: Kind, *, kept: tuple[str, ...] = ()) -> Iterator[tuple[str, forms.Field]]:
    """Yield (name, field) for each setting; `kept` names the secrets that are set already."""
    hints = get_type_hints(kind.settings, include_extras=True)
    for each in msgspec.structs.fields(kind.settings):
        secret = each.name in kind.secrets
        prefix = SECRET if secret else PLAIN
        field = _field(hints[each.name], each, secret=secret)
        if each.name in kept:
            field.help_text = _KEPT
        yield f"{prefix}{each.name}", field


def _field(hint: Any, each: msgspec.structs.FieldInfo, *, secret: bool) -> forms.Field:  # noqa: ANN401 - a type
    base, *more = get_args(hint) if hasattr(hint, "__metadata__") else (hint,)
    meta = next((one for one in more if isinstance(one, msgspec.Meta)), msgspec.Meta())
    shown: dict[str, Any] = {
        "label": meta.title or each.name,
        "help_text": meta.description or "",
        "required": each.required,
    }
    if base is bool:
        return forms.BooleanField(**{**shown, "required": False})
    if get_origin(base) is Literal:
        return forms.ChoiceField(choices=[(one, one) for one in get_args(base)], **shown)
    if base is int:
        return forms.IntegerField(min_value=_int(meta.ge), max_value=_int(meta.le), **shown)
    return _text(base, meta, shown, secret=secret)


def _int(limit: float | None) -> int | None:
    return None if limit is None else int(limit)


def _text(
    base: Any,  # noqa: ANN401 - a type
    meta: msgspec.Meta,
    shown: dict[str, Any],
    *,
    secret: bool,
) -> forms.Field:
    is_lines = get_origin(base) in (dict, list)
    longest = meta.max_length or _LONG
    if is_lines or longest > 4 * _LONG:
        code = {"rows": 3, "class": "code", "spellcheck": "false", "autocomplete": "off"}
        widget: forms.Widget = forms.Textarea(attrs=code)
    elif secret:
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    else:
        widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(max_length=None if is_lines else longest, widget=widget, **shown)


def written(kind: Kind, name: str, filled: object) -> object:
    """Return what the form's text means as a setting: several lines are pairs or items."""
    hints = get_type_hints(kind.settings, include_extras=True)
    base = get_args(hints[name])[0] if hasattr(hints[name], "__metadata__") else hints[name]
    if get_origin(base) is dict:
        return dict(_pairs(str(filled or "")))
    if get_origin(base) is list:
        return [line.strip() for line in str(filled or "").splitlines() if line.strip()]
    return filled


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if line.strip():
            if not colon:
                raise ValueError("write one to a line, Name: value")
            yield name.strip(), value.strip()


def shown(value: object) -> object:
    """Return a setting as the form shows it."""
    if isinstance(value, Mapping):
        return "\n".join(f"{name}: {each}" for name, each in value.items())
    if isinstance(value, list | tuple):
        return "\n".join(map(str, value))
    return value
