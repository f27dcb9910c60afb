from typing import Any

from django import forms

from troth.notify import previewing
from troth.notify.channel import Channel
from troth.notify.rules import labels


class TryForm(forms.Form):
    """Where a test goes, and in which language. Without a channel the address says which one."""

    use_required_attribute = False

    address = forms.CharField(
        label="To", max_length=2_000, required=False,
        help_text="A link, mailto:…, tel:…, CHANNEL:ADDRESS, or an address of Apprise.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    language = forms.ChoiceField(
        label="Language",
        choices=[(one, previewing.language_name(one)) for one in labels.LANGUAGES],
    )

    def __init__(self, *args: Any, channel: Channel | None, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        if channel is None:
            return
        if channel.address is None:
            del self.fields["address"]
            return
        self.fields["address"].label = channel.address.label
        self.fields["address"].help_text = channel.address.hint
