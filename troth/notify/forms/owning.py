"""Whom to tell when a program or a room is not reached any more."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from troth.notify import catalogue
from troth.notify.actions.owning import MAIL


class OwnerForm(forms.Form):
    """An empty address is nobody."""

    owner = forms.CharField(
        label=later("Mail address to tell when it fails"), required=False, max_length=320,
        help_text=later(
            "For programs and chats, if you like: we write to it when our messages do not arrive "
            "there, and of nothing else."
        ),
        widget=forms.TextInput(attrs={"type": "email", "autocomplete": "email"}),
    )  # fmt: skip

    def clean_owner(self) -> str:
        text = str(self.cleaned_data["owner"]).strip()
        if not text:
            return ""
        try:
            return catalogue.address(MAIL, text)
        except catalogue.SettingsError:
            said = _("Write a mail address such as name@example.com.")
            raise forms.ValidationError(said) from None
