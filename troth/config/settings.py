"""Django's settings, made from the environment (environment.py says what can be set)."""

from typing import Any
from urllib.parse import urlsplit

from troth.config import database, environment, logs

TROTH = environment.read()
SECRET_KEY = TROTH.secret_key
DEBUG = TROTH.debug
ALLOWED_HOSTS = [
    urlsplit(TROTH.base_url).hostname or "",
    "127.0.0.1",
    "localhost",
    "[::1]",
    *TROTH.allowed_hosts,
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "troth.core",
    "troth.ui",
    "troth.staff",
    "troth.signals",
    "troth.people",
    "troth.notify",
    "troth.probes",
    "troth.metrics",
    "troth.promises",
    "troth.components",
    "troth.incidents",
    "troth.feedback",
    "troth.plan",
    "troth.page",
    "troth.desk",
    # After ours, so that our templates replace theirs.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]
MIDDLEWARE = [
    "troth.config.observe.observe",
    "troth.ui.headers.security",
    "troth.config.plain.plain",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
]
ROOT_URLCONF = "troth.config.urls"
WSGI_APPLICATION = "troth.config.wsgi.application"
AUTH_USER_MODEL = "staff.User"
DATABASES = {"default": database.setting(TROTH.database_url)}
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
USE_TZ = True
TIME_ZONE = "UTC"  # what is stored and logged; the zone of promises is TROTH.time_zone
STATIC_URL = "/static/"  # never asked for: AssetStorage and ui/assets.py give and serve /assets/
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # no uploads are kept
    "staticfiles": {"BACKEND": "troth.ui.storage.AssetStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000  # forms and JSON; uploads and signals are streamed
LOGGING = logs.setting(level=TROTH.log_level)

# Cookies and headers. Behind TLS (BASE_URL is https) nothing of ours travels in the clear.
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TROTH.is_https
SESSION_COOKIE_NAME = "__Host-troth" if TROTH.is_https else "troth"
CSRF_COOKIE_NAME = "__Host-troth-csrf" if TROTH.is_https else "troth-csrf"
SECURE_HSTS_SECONDS = 31_536_000 if TROTH.is_https else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [TROTH.base_url]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TROTH.behind_proxy else None
SECURE_SSL_REDIRECT = False  # the proxy in front redirects; /healthz must answer without TLS

_mail = urlsplit(TROTH.email_url)
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if TROTH.email_url
    else "django.core.mail.backends.dummy.EmailBackend"
)
EMAIL_HOST = _mail.hostname or ""
EMAIL_PORT = _mail.port or 587
EMAIL_HOST_USER = _mail.username or ""
EMAIL_HOST_PASSWORD = _mail.password or ""
EMAIL_USE_SSL = _mail.scheme == "smtps"
EMAIL_USE_TLS = _mail.scheme == "smtp" and _mail.hostname not in ("localhost", "127.0.0.1")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = TROTH.email_from

# Who may come in. Nobody signs up alone: an owner's link or invitation makes a person.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
_validation = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": f"{_validation}.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": f"{_validation}.CommonPasswordValidator"},
    {"NAME": f"{_validation}.NumericPasswordValidator"},
    {
        "NAME": f"{_validation}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/desk/"
ACCOUNT_ADAPTER = "troth.staff.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_FORMS = {
    "login": "troth.staff.doors.SignIn",
    "reauthenticate": "troth.staff.doors.Again",
    "change_password": "troth.staff.doors.ChangePassword",
    "reset_password": "troth.staff.doors.AskForReset",
    "reset_password_from_key": "troth.staff.doors.ResetPassword",
}
MFA_FORMS = {
    "authenticate": "troth.staff.doors.SecondStep",
    "reauthenticate": "troth.staff.doors.SecondStepAgain",
    "activate_totp": "troth.staff.doors.ActivateApp",
}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # who was invited at an address is verified by it
ACCOUNT_EMAIL_NOTIFICATIONS = bool(TROTH.email_url)
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if TROTH.is_https else "http"
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if TROTH.behind_proxy else 0
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = TROTH.organisation
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = urlsplit(TROTH.base_url).hostname in ("localhost", "127.0.0.1")
SOCIALACCOUNT_ADAPTER = "troth.staff.adapters.SocialAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True  # the issuer is the installation's own choice
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {"openid_connect": {"APPS": []}}
if TROTH.oidc_issuer:
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"].append(
        {
            "provider_id": "oidc",
            "name": TROTH.oidc_name,
            "client_id": TROTH.oidc_client_id,
            "secret": TROTH.oidc_client_secret,
            "settings": {"server_url": TROTH.oidc_issuer, "oauth_pkce_enabled": True},
        }
    )
USERSESSIONS_TRACK_ACTIVITY = False
# Rate limits count in the database, so that all web processes count together.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "staff_attempt",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
