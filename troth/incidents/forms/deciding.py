"""Templates and the cadence as the documents that files hold."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms

from troth.core.problems import DocumentError
from troth.incidents.forms.fields import Asking
from troth.promises.forms.documents import LONGEST, from_yaml


class DocumentForm(Asking):
    """One YAML document; what is wrong with it is named by the field that it stands in."""

    document = forms.CharField(
        label="Document", max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 28, "class": "code", "spellcheck": "false"}),
        help_text="YAML, the same that files hold for troth apply.",
    )  # fmt: skip

    def clean_document(self) -> Mapping[str, Any]:
        try:
            return from_yaml(self.cleaned_data["document"])
        except ValueError as error:
            raise forms.ValidationError(f"{error}.") from None

    def declared(self, declare: Callable[[], object]) -> bool:
        """Declare it, or show each problem. Return whether it was declared."""
        try:
            declare()
        except DocumentError as error:
            for problem in error.problems:
                self.add_error("document", f"{problem}.")
        return not self.errors
