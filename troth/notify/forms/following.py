"""What staff fill in about readers: a file of them, an address to leave alone."""

from typing import Any

from django import forms

from troth.notify import catalogue, topics
from troth.notify.forms.wishing import FAMILIES
from troth.notify.rules import families


class FileForm(forms.Form):
    file = forms.FileField(
        label="File", help_text="CSV, JSON, or one JSON object a line: ours, or of another page."
    )
    events = forms.MultipleChoiceField(
        label="What they are told of where the file does not say",
        widget=forms.CheckboxSelectMultiple, initial=("incidents", "maintenance"),
    )  # fmt: skip
    page = forms.ChoiceField(label="Page", required=False)
    proof = forms.CharField(
        label="What you know of the consent of all of them", required=False, max_length=500,
        help_text="It is kept with each who comes without a proof of their own. "
        "Without it those are asked by a message.",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        self._choose("events", [(key, FAMILIES[key]) for key in topics.families()])
        places = topics.places().values()
        self._choose("page", [(one.slug, one.name or "The main page") for one in places])

    def _choose(self, name: str, choices: list[tuple[str, object]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean_events(self) -> int:
        return families.bits(self.cleaned_data["events"])


class AloneForm(forms.Form):
    channel = forms.ChoiceField(label="Channel")
    address = forms.CharField(label="Address", max_length=2_000)
    said = forms.CharField(label="Why", max_length=500, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        known = [(key, one.label) for key, one in catalogue.all_channels().items() if one.address]
        known.sort(key=lambda one: one[0] != "email")
        self.fields["channel"].choices = known  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if {"channel", "address"} <= set(found):
            try:
                found["address"] = catalogue.address(found["channel"], found["address"])
            except catalogue.SettingsError as error:
                self.add_error("address", error.message)
        return found
