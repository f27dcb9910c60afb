"""Chromium with a person of the cast signed in at the test's server."""

import pytest
from django.conf import settings


@pytest.fixture
def opened(live_server, chromium, signed_in):
    """Return a function that gives a browser's page: `opened(ben, scripts=False)`.

    What a script or the console complains of is in `page.breaches`.
    """
    contexts = []

    def open_for(person, *, scripts=True, **more):
        context = chromium.new_context(
            java_script_enabled=scripts, base_url=live_server.url, **more)  # fmt: skip
        contexts.append(context)
        context.set_default_timeout(20_000)
        cookie = signed_in(person).cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        page = context.new_page()
        page.breaches = []
        page.on("pageerror", lambda error: page.breaches.append(str(error)))
        page.on(
            "console",
            lambda said: page.breaches.append(said.text) if said.type == "error" else None,
        )
        page.on("dialog", lambda dialog: dialog.accept())
        return page

    yield open_for
    for context in contexts:
        context.close()
