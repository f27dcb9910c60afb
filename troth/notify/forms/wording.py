from typing import Any

from django import forms

from troth.notify.channel import Shape
from troth.notify.rules import labels
from troth.notify.rules.events import Event
from troth.notify.wording import PARTS

SHAPES = {
    Shape.MAIL: "Mail", Shape.SMS: "SMS", Shape.POST: "Post of a network", Shape.CARD: "Chat card",
    Shape.NOTE: "Short note", Shape.SPOKEN: "Read aloud",
}  # fmt: skip


class PlaceForm(forms.Form):
    """Which template: its shape, the event it is for, its language. What is unknown is usual."""

    shape = forms.ChoiceField(
        label="Shape", choices=[(key.value, word) for key, word in SHAPES.items()]
    )
    event = forms.ChoiceField(
        label="Event", choices=[("", "every event"), *((one.value, one.value) for one in Event)],
        required=False,
    )  # fmt: skip
    language = forms.ChoiceField(label="Language", choices=[(one, one) for one in labels.LANGUAGES])


class WordingForm(forms.Form):
    """The parts of one template. Empty means the shipped one."""

    use_required_attribute = False

    def __init__(self, *args: Any, shape: Shape, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        for part in PARTS[shape]:
            rows = 2 if part == "title" else 14
            attrs = {"rows": rows, "class": "code", "spellcheck": "false", "autocomplete": "off"}
            self.fields[part] = forms.CharField(
                label="HTML" if part == "html" else part.title(), required=False,
                max_length=20_000, strip=False, widget=forms.Textarea(attrs=attrs),
            )  # fmt: skip
