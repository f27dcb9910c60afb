from allauth.account.views import PasswordResetView
from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from troth.staff.views import account, audit, leaving, people, tokens, welcome

_settings = [
    path("", account.settings_home, name="settings"),
    path("account/", account.account, name="account"),
    # /people/
    path("people/", people.people, name="people"),
    path("people/invite/", people.invite, name="invite"),
    path("people/<int:pk>/", people.someone, name="person"),
    path("people/<int:pk>/suspension/", people.suspension, name="suspension"),
    path("people/<int:pk>/restoration/", people.restoration, name="restoration"),
    path("people/<int:pk>/password-link/", people.password_link, name="password_link"),
    path("people/invitations/<int:pk>/withdrawal/", people.withdrawal, name="withdrawal"),
    # /tokens/
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/new/", tokens.new_token, name="new_token"),
    path("tokens/<int:pk>/revocation/", tokens.revocation, name="revocation"),
    # /audit/
    path("audit/", audit.audit, name="audit"),
    path("audit.csv", audit.audit_csv, name="audit_csv"),
    path("audit/<int:pk>/", audit.audit_entry, name="audit_entry"),
]
# An e-mail address is who someone is here: an owner gives it, so nobody changes it alone.
_own_account = RedirectView.as_view(pattern_name="account")
_password_reset = PasswordResetView.as_view(
    extra_context={"sends_mail": bool(settings.TROTH.email_url)}
)
urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/settings/", include(_settings)),
    path("welcome/<str:token>/", welcome.welcome, name="welcome"),
    path("accounts/email/", _own_account),
    path("accounts/3rdparty/", _own_account),
    path("accounts/2fa/", _own_account),
    path("accounts/password/reset/", _password_reset),
    path("accounts/oidc/<str:provider_id>/login/", leaving.leave),
    path("accounts/", include("allauth.urls")),
]
