from collections.abc import Sequence
from typing import Any

from django import forms

from troth.notify import previewing
from troth.notify.channel import Shape
from troth.notify.rules import labels, naming
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
        label="Event", required=False,
        choices=[("", "every event"), *((one.value, naming.event(one)) for one in Event)],
    )  # fmt: skip
    language = forms.ChoiceField(
        label="Language",
        choices=[(one, previewing.language_name(one)) for one in labels.LANGUAGES],
    )
    channel = forms.ChoiceField(label="Seen in", required=False)

    def __init__(self, *args: Any, channels: Sequence[tuple[str, str]], **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.fields["channel"].choices = list(channels)  # type: ignore[attr-defined]
        if len(channels) < 2:  # noqa: PLR2004 - nothing to choose
            del self.fields["channel"]


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
