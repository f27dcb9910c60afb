"""What the web server calls: the page from memory, then the doors for signals, then Django.

The page needs neither Django nor a database, so it is there while the rest still starts, and when
the rest cannot start at all.
"""

import os
import threading
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from troth.config import environment
from troth.core.intake import Intake
from troth.core.rubbish import keep_what_is_loaded
from troth.page.front import Front
from troth.page.visits import VISITS

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
_loading = threading.Lock()


@cache
def behind() -> Application:
    """Return what stands behind the page: the doors for signals, and Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "troth.config.settings")
    from django.core.wsgi import get_wsgi_application  # after the page is there

    django = get_wsgi_application()
    from django.urls import get_resolver  # these need Django's settings

    from troth.probes import door as pings
    from troth.signals.doors import http

    _ = get_resolver().url_patterns  # every screen, so that the first one asked for waits for none

    if _settings.page_statistics:
        from troth.page.audience import write_down_always

        threading.Thread(target=write_down_always, name="count readers", daemon=True).start()
    keep_what_is_loaded()
    intake = Intake(max(1, _settings.web_threads - 2))
    working = threading.BoundedSemaphore(_settings.web_threads)

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


def _behind() -> Application:
    with _loading:
        return behind()


_settings = environment.read()
application = Front(
    folder=_settings.page_dir,
    behind=_behind,
    passed=PASSED,
    secure=_settings.is_https,
    product=_settings.product_url,
    count=VISITS.count if _settings.page_statistics else None,
)
threading.Thread(target=_behind, name="load Django", daemon=True).start()
