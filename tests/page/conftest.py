import pytest

from tests.page.support import company


@pytest.fixture
def picture():
    """Return a page with one promise of each verdict."""
    return company()
