"""The public form: an address, what to be told of, and signs that a person fills it in."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from troth.notify import catalogue
from troth.notify.actions.owning import may_be_owned
from troth.notify.channel import Channel
from troth.notify.forms.guarding import GuardedForm, begun
from troth.notify.forms.owning import OwnerForm
from troth.notify.forms.wishing import WishForm

__all__ = ["BY_SCRIPT", "SubscribeForm", "begun"]
BY_SCRIPT: Final = frozenset({"push"})  # nobody can type such an address


class SubscribeForm(GuardedForm, OwnerForm, WishForm):
    """`channels` are those a stranger may choose among; the first is chosen."""

    channel = forms.ChoiceField(label=later("By"), widget=forms.RadioSelect)
    address = forms.CharField(
        label=later("Address"), max_length=2_000,
        widget=forms.TextInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )  # fmt: skip

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
        self.has_places = any(map(may_be_owned, self.channels))
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


def _advice(channel: str) -> str:
    return {
        "email": _("Write a mail address such as name@example.com."),
        "sms": _("Write the number with its country, such as +49 30 1234567."),
        "voice": _("Write the number with its country, such as +49 30 1234567."),
        "webhook": _("Write a web address that begins with https://."),
    }.get(channel, _("We cannot write to this address."))
