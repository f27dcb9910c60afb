"""Forms that make a document as files hold it, and show what is wrong with it at its field."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms

from troth.core.documents import OURS
from troth.core.problems import DocumentError

Document = dict[str, Any]


def text(label: str, *, help_text: str = "", required: bool = False) -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=200, help_text=help_text)


def prose(label: str, *, help_text: str = "") -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, required=False, max_length=5000, widget=area,
                           help_text=help_text)  # fmt: skip


def number(label: str, *, help_text: str = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label, required=False, min_value=0, max_value=1_000_000, help_text=help_text
    )


def names(label: str, *, help_text: str) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=4000, help_text=help_text)


class Declaring(forms.Form):
    """A form of one kind of document. `read` says what it means."""

    kind: ClassVar[str]
    lists: ClassVar[tuple[str, ...]] = ()

    name = forms.SlugField(
        label="Name in addresses", max_length=60, help_text="a-z, 0-9 and hyphens; it stays."
    )
    display_name = text("Name", required=True, help_text="As customers read it.")

    def __init__(self, *args: Any, document: Document | None = None, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        if document is not None:
            kwargs.setdefault("initial", self._initial(document))
        super().__init__(*args, **kwargs)
        self._choose()
        if document is not None:
            self.fields["name"].disabled = True
        self.terms: Any = None

    def _choose(self) -> None:
        """Fill in choices that stand in the database."""

    def _initial(self, document: Document) -> dict[str, object]:
        meta, spec = document["metadata"], dict(document.get("spec", {}))
        found = {"name": meta["name"], "display_name": meta.get("displayName", ""), **spec}
        for name in self.lists:
            found[name] = ", ".join(found.get(name, []))
        return found

    def spec(self, values: dict[str, Any]) -> Document:
        """Return the document's spec from the cleaned values, without what is empty."""
        left_out = ("name", "display_name")
        said = {name: value for name, value in values.items() if name not in left_out}
        for name in self.lists:
            said[name] = split(str(said.get(name, "")))
        return {name: value for name, value in said.items() if value not in (None, "", [], False)}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            document = {
                "apiVersion": OURS, "kind": self.kind,
                "metadata": {"name": cleaned["name"], "displayName": cleaned["display_name"]},
                "spec": self.spec(cleaned),
            }  # fmt: skip
            try:
                self.terms = self.read(document)
            except DocumentError as error:
                self.refuse(error)
        return cleaned

    def read(self, document: Document) -> object:
        """Return what the document declares. Raises DocumentError."""
        raise NotImplementedError

    def refuse(self, error: DocumentError) -> None:
        """Show each problem at its field."""
        for problem in error.problems:
            name = problem.field.removeprefix("spec.").split("[")[0].split(".")[0]
            name = {"metadata": "display_name"}.get(name, name)
            said = problem.message[:1].upper() + problem.message[1:]
            said += "" if said.endswith("?") else "."
            self.add_error(name if name in self.fields else None, said)


def split(text: str) -> list[str]:
    return [part for part in text.replace(",", " ").split() if part]


def set_choices(field: forms.Field, choices: Iterable[tuple[str, str]]) -> None:
    if isinstance(field, forms.ChoiceField):
        field.choices = list(choices)
