"""What every browser test expects of Playwright: after a click, the new document is read.

A click waits until the answer has begun, not until it is there. What is read without waiting
(`content`, `is_visible`, `count`) then finds an empty document, now and then, on a busy machine.
"""

import functools

from playwright.sync_api import Locator, Page

_ACTS = ("click", "press")


def wait_for_documents(patch):
    """Let every click and key of this run wait for the document that it leads to."""
    for kind, page_of in ((Page, lambda page: page), (Locator, lambda found: found.page)):
        for act in _ACTS:
            patch.setattr(kind, act, _waiting(getattr(kind, act), page_of))


def _waiting(act, page_of):
    @functools.wraps(act)
    def acted(self, *args, **kwargs):
        answer = act(self, *args, **kwargs)
        page = page_of(self)
        if not page.is_closed():
            page.wait_for_load_state("domcontentloaded")
        return answer

    return acted
