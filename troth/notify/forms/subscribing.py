"""The public form: an address, what to be told of, and signs that a person fills it in."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.core.signing import BadSignature, Signer
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from troth.notify import catalogue
from troth.notify.channel import Channel
from troth.notify.forms.wishing import WishForm

_SIGNER: Final = Signer(salt="troth notify form 1")
SLOW_ENOUGH: Final = timedelta(seconds=3)
OLD: Final = timedelta(days=1)
BY_SCRIPT: Final = frozenset({"push"})  # nobody can type such an address


def begun(*, now: datetime) -> str:
    """Return the signed instant at which a form was shown."""
    return _SIGNER.sign(f"{now.timestamp():.0f}")


class SubscribeForm(WishForm):
    """`channels` are those a stranger may choose among; the first is chosen."""

    channel = forms.ChoiceField(label=later("By"), widget=forms.RadioSelect)
    address = forms.CharField(
        label=later("Address"), max_length=2_000,
        widget=forms.TextInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )  # fmt: skip
    website = forms.CharField(
        label=later("Leave this empty"), required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )  # fmt: skip
    riddle = forms.CharField(required=False, widget=forms.HiddenInput)
    begun = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, channels: Mapping[str, Channel], **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        self.is_push_offered = "push" in channels
        by_script = BY_SCRIPT & {str(self.data.get("channel", ""))}  # its script chose and sent it
        self.channels = {
            key: one
            for key, one in channels.items()
            if key in (by_script or channels.keys() - BY_SCRIPT)
        }
        self._choose("channel", [(key, one.label) for key, one in self.channels.items()])
        field = self.fields["channel"]
        field.initial = "email" if "email" in self.channels else next(iter(self.channels), "")
        self.is_mail_alone = list(self.channels) == ["email"]
        if len(self.channels) == 1:
            field.required, field.widget = False, forms.HiddenInput()
        if by_script:
            self.fields["address"].widget = forms.HiddenInput()
        if self.is_mail_alone:
            self.fields["address"].label = _("Your mail address")
            self.fields["address"].widget.input_type = "email"

    def clean_channel(self) -> str:
        return str(self.cleaned_data["channel"] or self.fields["channel"].initial)

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        if {"channel", "address"} <= set(found):
            try:
                catalogue.address(found["channel"], found["address"])
            except catalogue.SettingsError:
                self.add_error("address", _advice(found["channel"]))
        return found

    def looks_made_by_hand(self, *, now: datetime) -> bool:
        """Return whether the trap is empty and somebody took a moment to fill in the rest."""
        if self.data.get("website"):
            return False
        try:
            shown = float(_SIGNER.unsign(self.data.get("begun", "")))
        except (BadSignature, ValueError):
            return False
        return SLOW_ENOUGH.total_seconds() <= now.timestamp() - shown <= OLD.total_seconds()


def _advice(channel: str) -> str:
    return {
        "email": _("Write a mail address such as name@example.com."),
        "sms": _("Write the number with its country, such as +49 30 1234567."),
        "voice": _("Write the number with its country, such as +49 30 1234567."),
        "webhook": _("Write a web address that begins with https://."),
    }.get(channel, _("We cannot write to this address."))
