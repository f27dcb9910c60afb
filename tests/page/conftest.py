from dataclasses import replace

import pytest

from tests.page.support import company
from troth.page import actions


@pytest.fixture
def picture():
    """Return a page with one promise of each verdict."""
    return company()


@pytest.fixture
def place(tmp_path, settings, monkeypatch):
    """Give a test an installation's folders of its own; return where the page goes.

    Each turn has time for all of a small page, however busy the machine is.
    """
    monkeypatch.setattr(actions, "TURN", 60.0)
    monkeypatch.setattr(actions, "FIRST", 60.0)
    settings.TROTH = replace(settings.TROTH, data_dir=tmp_path, page_dir=tmp_path / "page")
    return tmp_path / "page"
