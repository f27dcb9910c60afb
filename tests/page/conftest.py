from dataclasses import replace

import pytest

from tests.page.support import company


@pytest.fixture
def picture():
    """Return a page with one promise of each verdict."""
    return company()


@pytest.fixture
def place(tmp_path, settings):
    """Give a test an installation's folders of its own; return where the page goes."""
    settings.TROTH = replace(settings.TROTH, data_dir=tmp_path, page_dir=tmp_path / "page")
    return tmp_path / "page"
