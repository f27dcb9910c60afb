"""Who answers what the page does not: doors for signals, then Django. Nothing runs by itself."""

import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

from troth.core.intake import Intake
from troth.core.rubbish import keep_what_is_loaded

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
# What the page passes on; a test compares this with urls.py.
PASSED = (
    "/accounts/",
    "/api/",
    "/assets/",
    "/desk",
    "/healthz",
    "/hooks/",
    "/metrics",
    "/ping/",
    "/private/",
    "/report",
    "/share/",
    "/subscribe",
    "/subscription/",
    "/alarm/",
    "/v1/",
    "/welcome/",
)


def behind(threads: int) -> Application:
    """Return what stands behind the page: the doors for signals, and Django.

    Of its requests that are no heartbeats so many are worked on at once.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "troth.config.settings")
    from django.core.wsgi import get_wsgi_application  # after the page is there

    django = get_wsgi_application()
    from django.urls import get_resolver  # these need Django's settings

    from troth.probes import door as pings
    from troth.signals.doors import http

    _ = get_resolver().url_patterns  # every screen, so that the first one asked for waits for none

    keep_what_is_loaded()
    intake = Intake(max(1, threads - 2))
    working = threading.BoundedSemaphore(threads)

    def choose(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        guard = intake.guarded(environ)
        try:
            if pings.is_ours(environ):
                return pings.application(environ, start)
            with working:
                return (http.application if http.is_ours(environ) else django)(environ, start)
        finally:
            if guard:
                guard.release()

    return choose
