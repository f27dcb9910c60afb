from typing import Any

from django import forms

from troth.signals.imports import mapping
from troth.signals.imports.problems import ImportProblem

_CODE = {"class": "code", "rows": 18, "spellcheck": "false", "autocomplete": "off"}


class MappingForm(forms.Form):
    """A mapping and, over its own, a source. Empty: the columns bear the envelope's names."""

    mapping = forms.CharField(
        required=False,
        max_length=100_000,
        strip=False,
        widget=forms.Textarea(attrs=_CODE),
        help_text="YAML. Leave it empty when the columns bear the names of a signal's fields.",
    )
    source = forms.CharField(
        required=False,
        max_length=100,
        help_text="Takes the place of the source that the mapping names.",
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        text, source = values.get("mapping", ""), values.get("source", "")
        if not text.strip():
            if source:
                self.add_error("source", "A source goes with a mapping.")
            return values
        try:
            needs = ("kind", "happened_at") if source else ("source", "kind", "happened_at")
            mapping.read(text, needs=needs)
        except ImportProblem as error:
            self.add_error("mapping", list(error.problems))
        return values


class UploadForm(MappingForm):
    file = forms.FileField(help_text="CSV, TSV, NDJSON, Parquet or XLSX; plain, .gz, .zst or .zip.")
    field_order = ("file", "mapping", "source")
