"""What the browser may do with our pages: run our own files and nothing else."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_vary_headers

PERMISSIONS = (
    "camera=(), geolocation=(), microphone=(), payment=(), usb=(), "
    "publickey-credentials-create=(self), publickey-credentials-get=(self)"
)
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'self'"
)
_PRIVATE = ("/desk/", "/accounts/", "/welcome/")
Answer = Callable[[HttpRequest], HttpResponseBase]


def security(answer: Answer) -> Answer:
    """Middleware: headers on every answer; what staff see is kept by no cache."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = answer(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("X-Frame-Options", "DENY")
        if request.path.startswith(_PRIVATE):
            response.headers.setdefault("Cache-Control", "private, no-store")
            patch_vary_headers(response, ("HX-Request",))
        return response

    return middleware
