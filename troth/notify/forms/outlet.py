from collections.abc import Iterator, Mapping
from typing import Any, Final

from django import forms

from troth.core.documents import OURS
from troth.core.problems import DocumentError
from troth.notify import catalogue
from troth.notify.catalogue import Field

_SETTING: Final = "setting_"
_SECRET: Final = "secret_"  # noqa: S105 - how such a field's name begins
_KEPT = "It is set and never shown. Leave it empty to keep it; write - to remove it."
_NUMBERS = {"at_once": "at_once", "per_second": "per_second"}


class OutletForm(forms.Form):
    """An outlet of one channel. What the reader of documents refuses is shown at its field."""

    use_required_attribute = False

    name = forms.CharField(label="Name", max_length=100)
    slug = forms.CharField(
        label="Name in files", max_length=100, help_text="For example team-chat."
    )
    is_default = forms.BooleanField(
        label="Use it where nobody names another", required=False,
        help_text="What strangers subscribe to goes through it.",
    )  # fmt: skip
    per_second = forms.FloatField(
        label="At most so many a second", min_value=0, max_value=10_000, required=False,
        help_text="Empty: as the channel allows.",
    )  # fmt: skip
    at_once = forms.IntegerField(
        label="At the same time", min_value=1, max_value=200, required=False,
        help_text="Empty: as the channel allows.",
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - Django's
        channel: str,
        base: Mapping[str, Any] | None,
        kept: tuple[str, ...] = (),
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        self.channel = channel
        self.own = catalogue.fields(channel)
        kwargs.setdefault("initial", _initial(self.own, base))
        super().__init__(*args, **kwargs)
        inner = {_name(one): _field(one, is_kept=one.name in kept) for one in self.own}
        declared = list(self.fields.items())
        self.fields = {**dict(declared[:2]), **inner, **dict(declared[2:])}
        if base:
            self.fields["slug"].disabled = True

    def document(self) -> dict[str, Any]:
        """Return what was filled in as a document of kind Outlet."""
        filled = self.cleaned_data
        spec: dict[str, Any] = {"channel": self.channel, "settings": dict(self._settings())}
        spec["secrets"] = dict(self._secrets())
        spec["default"] = filled["is_default"]
        spec |= {key: filled[name] for name, key in _NUMBERS.items() if filled[name] is not None}
        meta = {"name": filled["slug"], "title": filled["name"]}
        return {"apiVersion": OURS, "kind": "Outlet", "metadata": meta, "spec": spec}

    def _settings(self) -> Iterator[tuple[str, Any]]:
        for one in self.own:
            value = self.cleaned_data[_name(one)]
            if not one.is_secret and value not in ("", None):
                yield one.name, _written(one, value)

    def _secrets(self) -> Iterator[tuple[str, Any]]:
        for one in self.own:
            value = self.cleaned_data[_name(one)]
            if one.is_secret and value not in ("", None):
                yield one.name, "" if value == "-" else value

    def refuse(self, error: DocumentError) -> None:
        """Show each problem at its field, or above the form."""
        ours = {"title": "name", "name": "slug", "default": "is_default", **_NUMBERS}
        for problem in error.problems:
            last = problem.field.rpartition(".")[2]
            message = problem.message[:1].upper() + problem.message[1:]
            names = (_SETTING + last, _SECRET + last, ours.get(last, last))
            self.add_error(next((name for name in names if name in self.fields), None), message)


def _name(one: Field) -> str:
    return f"{_SECRET if one.is_secret else _SETTING}{one.name}"


def _field(one: Field, *, is_kept: bool) -> forms.Field:
    shown: dict[str, Any] = {
        "label": one.label,
        "help_text": _KEPT if is_kept else one.help,
        "required": one.is_needed and not is_kept,
    }
    if one.kind == "switch":
        return forms.BooleanField(**{**shown, "required": False})
    if one.kind == "choice":
        return forms.ChoiceField(choices=[(value, value) for value in one.choices], **shown)
    if one.kind == "number":
        return forms.FloatField(**shown) if isinstance(one.default, float) else _whole(shown)
    return forms.CharField(max_length=4_000, widget=_widget(one), **shown)


def _whole(shown: dict[str, Any]) -> forms.Field:
    return forms.IntegerField(**shown)


def _widget(one: Field) -> forms.Widget:
    if one.is_secret:
        return forms.PasswordInput(attrs={"autocomplete": "new-password"})
    if one.kind == "list":
        return forms.Textarea(attrs={"rows": 3, "class": "code", "spellcheck": "false"})
    return forms.TextInput(attrs={"autocomplete": "off"})


def _written(one: Field, value: Any) -> Any:  # noqa: ANN401 - a setting
    if one.kind == "list":
        return [line.strip() for line in str(value).splitlines() if line.strip()]
    return value


def _initial(own: tuple[Field, ...], base: Mapping[str, Any] | None) -> dict[str, Any]:
    usual = {_name(one): _shown(one.default) for one in own if one.default is not None}
    if base is None:
        return usual
    spec, meta = base["spec"], base["metadata"]
    given = {f"{_SETTING}{name}": _shown(value) for name, value in spec.get("settings", {}).items()}
    numbers = {name: spec.get(key) for name, key in _NUMBERS.items()}
    slug = meta["name"]
    return {
        **usual, **given, **numbers, "slug": slug, "name": meta.get("title", slug),
        "is_default": spec.get("default", False),
    }  # fmt: skip


def _shown(value: object) -> object:
    return "\n".join(map(str, value)) if isinstance(value, list | tuple) else value
