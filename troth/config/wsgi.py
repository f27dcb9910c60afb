"""What the web server calls: the page from memory, then the doors for signals, then Django.

The page needs neither Django nor a database, so it is there while the rest still starts, and when
the rest cannot start at all. To import this is to serve: its threads begin at once.
"""

import threading
from functools import cache

from troth.config import answering, environment
from troth.page.front import Front
from troth.page.visits import VISITS

_loading = threading.Lock()
_settings = environment.read()


@cache
def _loaded() -> answering.Application:
    behind = answering.behind(_settings.web_threads)
    if _settings.page_statistics:
        from troth.page.audience import write_down_always  # needs Django

        threading.Thread(target=write_down_always, name="count readers", daemon=True).start()
    return behind


def behind() -> answering.Application:
    """Return what stands behind the page; who comes while it is loaded waits for it."""
    with _loading:
        return _loaded()


application = Front(
    folder=_settings.page_dir,
    behind=behind,
    passed=answering.PASSED,
    secure=_settings.is_https,
    product=_settings.product_url,
    count=VISITS.count if _settings.page_statistics else None,
)
threading.Thread(target=behind, name="load Django", daemon=True).start()
