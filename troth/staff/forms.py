from datetime import timedelta
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.password_validation import validate_password as check_password
from django.core.exceptions import ValidationError

from troth.staff import rules
from troth.staff.models import Role, User

_EMAIL = forms.EmailInput(attrs={"autocomplete": "email"})
_NEW = {"autocomplete": "new-password"}
LASTS = ((30, "30 days"), (90, "90 days"), (365, "a year"), (730, "two years"))
_SCOPES = (
    (rules.INGEST, "send signals, read nothing"),
    (rules.READ, "read promises, signals and figures"),
    (rules.WRITE, "read, and change promises and exclusions"),
)


class PasswordForm(forms.Form):
    """A new password, asked once: a manager fills it in, and a link mends what was mistyped."""

    password = forms.CharField(widget=forms.PasswordInput(attrs=_NEW), max_length=256)

    def __init__(self, *args: Any, person: User | None = None, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.person = person
        self.fields["password"].help_text = "At least 10 characters. A sentence is good."

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        person = self.person or User(email=values.get("email", ""), name=values.get("name", ""))
        try:
            check_password(values.get("password", ""), person)
        except ValidationError as problem:
            self.add_error("password", problem)
        return values


class JoinForm(PasswordForm):
    name = forms.CharField(
        max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"}), label="Your name"
    )
    field_order = ("email", "name", "password")


class OwnerForm(JoinForm):
    email = forms.EmailField(widget=_EMAIL, label="E-mail", help_text="You sign in with it.")

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if User.objects.filter(email=email).exists():
            raise ValidationError("Someone with this e-mail is here already.")
        return email


class InvitationForm(forms.Form):
    email = forms.EmailField(widget=_EMAIL, label="E-mail")
    role = forms.ChoiceField(choices=Role.choices, widget=forms.RadioSelect, initial=Role.VIEWER)


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices, widget=forms.RadioSelect)


class AccountForm(forms.Form):
    name = forms.CharField(max_length=100, label="Your name")

    def __init__(self, *args: Any, house: str, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        known = sorted(name for name in available_timezones() if "/" in name or name == "UTC")
        choices = [("", f"that of the installation, {house}"), *((name, name) for name in known)]
        self.fields["zone"] = forms.ChoiceField(
            choices=choices, required=False, label="Your time zone",
            help_text="Times in forms are those that clocks there show.",
        )  # fmt: skip


class TokenForm(forms.Form):
    name = forms.CharField(max_length=100, help_text="What uses it: “Shop, production”.")
    scopes = forms.MultipleChoiceField(
        choices=_SCOPES, widget=forms.CheckboxSelectMultiple, label="It may"
    )
    sources = forms.CharField(
        required=False,
        label="Sources it sends for",
        help_text="Separated by commas; shop/* means all that begin so. Empty means any.",
    )
    lasts = forms.TypedChoiceField(choices=LASTS, coerce=int, initial=365, label="It expires after")

    def clean_sources(self) -> list[str]:
        parts = [part.strip() for part in str(self.cleaned_data["sources"]).split(",")]
        return [part for part in parts if part]

    def lifetime(self) -> timedelta:
        return timedelta(days=self.cleaned_data["lasts"])


class TrailForm(forms.Form):
    q = forms.CharField(required=False, label="Search")
    thing = forms.ChoiceField(required=False, label="About")
    since = forms.DateField(
        required=False, label="From", widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        required=False, label="To", widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, things: list[str], **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        choices = [("", "anything"), *((thing, thing) for thing in things)]
        self.fields["thing"] = forms.ChoiceField(choices=choices, required=False, label="About")
