"""What allauth asks us: nobody signs up alone, and what concerns security is in the trail."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse

from troth.core import clock
from troth.staff import actions
from troth.staff.models import User

_VERBS = {
    "account/email/password_changed": "changed their password",
    "account/email/password_reset": "reset their password",
    "account/email/password_set": "set a password",
    "mfa/email/totp_activated": "activated an authenticator app",
    "mfa/email/totp_deactivated": "removed their authenticator app",
    "mfa/email/recovery_codes_generated": "made recovery codes",
    "mfa/email/webauthn_added": "added a passkey",
    "mfa/email/webauthn_removed": "removed a passkey",
}


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's name
        return False

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)
        _note("signed in", user)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Note the change, then tell the person. allauth calls this for each such change."""
        _note(_VERBS.get(template_prefix, template_prefix.rpartition("/")[2]), user)
        super().send_notification_mail(template_prefix, user, context, email)

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        _note("was refused at sign-in", user)
        response: HttpResponse = super().respond_user_inactive(request, user)
        return response


class SocialAdapter(DefaultSocialAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:  # noqa: ARG002 - allauth's names
        return False


def _note(verb: str, user: AbstractBaseUser) -> None:
    if isinstance(user, User):
        actions.note(actor=user, verb=verb, thing="person", thing_id=user.email, now=clock.now())
