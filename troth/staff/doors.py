"""allauth's forms without their placeholders: a label says it already."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp


class Plain:
    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
            field.help_text = ""


class SignIn(Plain, account.LoginForm):
    pass


class Again(Plain, account.ReauthenticateForm):
    pass


class ChangePassword(Plain, account.ChangePasswordForm):
    pass


class AskForReset(Plain, account.ResetPasswordForm):
    pass


class ResetPassword(Plain, account.ResetPasswordKeyForm):
    pass


class SecondStep(Plain, mfa.AuthenticateForm):
    pass


class SecondStepAgain(Plain, mfa.ReauthenticateForm):
    pass


class ActivateApp(Plain, totp.ActivateTOTPForm):
    pass
