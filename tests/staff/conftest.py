import pytest
from django.core.cache import cache

from troth.staff import access


@pytest.fixture(autouse=True)
def nothing_remembered(request):
    """Begin without counted attempts and without tokens seen a moment ago."""
    access._known.clear()
    if "django_db" in request.keywords or "db" in request.fixturenames:
        request.getfixturevalue("db")
        cache.clear()
