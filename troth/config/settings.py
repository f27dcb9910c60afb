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
    "troth.core",
    "troth.ui",
    "troth.staff",
    "troth.signals",
    "troth.metrics",
    "troth.promises",
    "troth.page",
    "troth.desk",
]
MIDDLEWARE = [
    "troth.config.observe.observe",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
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
STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # no uploads are kept
    "staticfiles": {"BACKEND": "troth.config.statics.Fingerprinted"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = TROTH.max_body_mb * 1_000_000
LOGGING = logs.setting(level=TROTH.log_level)

# Cookies and headers. Behind TLS (BASE_URL is https) nothing of ours travels in the clear.
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TROTH.is_https
SESSION_COOKIE_NAME = "__Host-troth" if TROTH.is_https else "troth"
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
