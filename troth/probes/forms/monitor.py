from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from django import forms

from troth.core.documents import OURS
from troth.core.problems import DocumentError, Problem
from troth.probes import catalogue, queries
from troth.probes.forms import fields
from troth.probes.rules import documents

_COMMON = ("every", "timeout", "condition", "slow", "retries", "need", "quorum", "touchpoint")
_NOTHING: tuple[object, ...] = ("", None, [], {})
_OWN = {"metadata.displayName": "name", "metadata.name": "slug"}


def _code(label: str, text: str, *, required: bool = False) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "code", "autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(label=label, help_text=text, required=required, widget=widget)


class MonitorForm(forms.Form):
    """A monitor of one kind. What the reader of documents refuses is shown at its field."""

    use_required_attribute = False

    name = forms.CharField(label="Name", max_length=200)
    slug = forms.CharField(
        label="Name in addresses", max_length=60, help_text="For example shop-checkout."
    )
    condition = _code("It is up when", "Empty: the usual for this kind.")
    every = _code("Check every", "30s, 1m, 1h …")
    timeout = _code("Give up after", "Not longer than the time between two checks.")
    slow = _code("Slow beyond", "Degraded above it, for example 800ms. Empty: never.")
    retries = forms.IntegerField(
        label="Try again at once", min_value=0, max_value=5, required=False, help_text="So often."
    )
    need = _code("Results that turn its state", "2 of 3: two failures of the last three.")
    locations = forms.MultipleChoiceField(
        label="Checked from", widget=forms.CheckboxSelectMultiple, required=False
    )
    quorum = forms.IntegerField(
        label="Locations that must agree", min_value=0, max_value=20, required=False,
        help_text="0: more than half of them.",
    )  # fmt: skip
    parents = forms.MultipleChoiceField(
        label="Depends on",
        required=False,
        help_text="While one of these is down, its failures open nothing.",
    )
    touchpoint = forms.CharField(label="Touchpoint", max_length=100, required=False)

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - Django's
        kind: str,
        base: Mapping[str, Any] | None,
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        self.kind, self.base = kind, base
        self.found = catalogue.kind(kind)
        kwargs.setdefault("initial", _initial(kind, base))
        super().__init__(*args, **kwargs)
        kept = queries.secret_names(str(base["metadata"]["name"])) if base else ()
        own = dict(fields.fields_of(self.found, kept=kept))
        self.fields = {**dict(list(self.fields.items())[:2]), **own,
                       **dict(list(self.fields.items())[2:])}  # fmt: skip
        self._choices()
        self.fields["condition"].help_text = self._told()
        if base:
            self.fields["slug"].disabled = True

    def _choices(self) -> None:
        mine = self.initial.get("slug")
        names = [documents.LOCAL, *(one.location for one in queries.agents() if not one.revoked_at)]
        known = dict.fromkeys([*names, *self.initial.get("locations", ())])
        for name, found in (("locations", known), ("parents", queries.monitor_slugs())):
            field = self.fields[name]
            assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - declared above
            field.choices = [(one, one) for one in found if one != mine]

    def _told(self) -> str:
        usual = f"Empty: {self.found.condition}. " if self.found.condition else ""
        return f"{usual}It may ask for {', '.join(self.found.facts)} and time."

    def document(self) -> dict[str, Any]:
        """Return what was filled in as a document. Raises DocumentError."""
        filled = self.cleaned_data
        spec: dict[str, Any] = {"kind": self.kind, "settings": self._settings()}
        spec["secrets"] = dict(self._secrets())
        spec |= {name: filled[name] for name in _COMMON if filled[name] not in _NOTHING}
        spec |= {"locations": filled["locations"], "parents": filled["parents"]}
        metadata = {"name": filled["slug"], "displayName": filled["name"]}
        return {"apiVersion": OURS, "kind": "Monitor", "metadata": metadata, "spec": spec}

    def _settings(self) -> dict[str, Any]:
        found = {}
        for each in msgspec.structs.fields(self.found.settings):
            if each.name not in self.found.secrets:
                value = self._written(each.name, f"{fields.PLAIN}{each.name}")
                if value not in _NOTHING or isinstance(value, bool):
                    found[each.name] = value
        return found

    def _secrets(self) -> Iterator[tuple[str, Any]]:
        for name in self.found.secrets:
            filled = self.cleaned_data[f"{fields.SECRET}{name}"]
            if filled == "-":
                yield name, ""
            elif filled not in _NOTHING:
                yield name, self._written(name, f"{fields.SECRET}{name}")

    def _written(self, name: str, field: str) -> object:
        try:
            return fields.written(self.found, name, self.cleaned_data[field])
        except ValueError as error:
            raise DocumentError((Problem(f"spec.settings.{name}", str(error)),)) from error

    def refuse(self, error: DocumentError) -> None:
        """Show each problem at its field."""
        for problem in error.problems:
            last = problem.field.rpartition(".")[2].partition("[")[0]
            names = {"displayName": "name"} | (
                {"name": "slug"} if "metadata" in problem.field else {}
            )
            for field in (names.get(last, last), fields.PLAIN + last, fields.SECRET + last, None):
                if field is None or field in self.fields:
                    self.add_error(field, problem.message[:1].upper() + problem.message[1:] + ".")
                    break


def _initial(kind: str, base: Mapping[str, Any] | None) -> dict[str, Any]:
    if base is None:
        every = {"every": "1m", "timeout": "10s", "need": "1 of 1", "locations": [documents.LOCAL]}
        return {**every, **_usual(kind)}
    spec = base["spec"]
    found = {name: spec.get(name) for name in _COMMON}
    found |= {f"{fields.PLAIN}{name}": fields.shown(value)
              for name, value in spec["settings"].items()}  # fmt: skip
    slug = base["metadata"]["name"]
    return {
        **_usual(kind),
        **found,
        "need": spec.get("need", "1 of 1"),
        "slug": slug,
        "name": base["metadata"].get("displayName", slug),
        "locations": spec.get("locations") or [documents.LOCAL],
        "parents": spec.get("parents", []),
    }


def _usual(kind: str) -> dict[str, Any]:
    """Return the settings' own defaults, as the form shows them."""
    found = {}
    for each in msgspec.structs.fields(catalogue.kind(kind).settings):
        if each.default is not msgspec.NODEFAULT and not isinstance(each.default, dict):
            found[f"{fields.PLAIN}{each.name}"] = fields.shown(each.default)
    return found
