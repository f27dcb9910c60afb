"""The fixed cast: Ada owns, Ben edits, Cleo supports, Vic reads; Dov is a stranger now."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from troth.core import clock
from troth.staff import actions
from troth.staff.models import User

PASSWORD = "a lamp by the door"
_JOINED = datetime(2026, 1, 5, 9, tzinfo=UTC)


def _person(name: str, role: str, *, is_active: bool = True) -> User:
    person, _ = User.objects.get_or_create(
        email=f"{name.lower()}@example.org",
        defaults={"name": name, "role": role, "joined_at": _JOINED, "is_active": is_active},
    )
    return person


@pytest.fixture
def ada(db: None) -> User:
    """Return the owner."""
    return _person("Ada", "owner")


@pytest.fixture
def ben(db: None) -> User:
    """Return the editor."""
    return _person("Ben", "editor")


@pytest.fixture
def cleo(db: None) -> User:
    """Return the one in support."""
    return _person("Cleo", "support")


@pytest.fixture
def vic(db: None) -> User:
    """Return the viewer."""
    return _person("Vic", "viewer")


@pytest.fixture
def dov(db: None) -> User:
    """Return the stranger: an owner once, suspended since, who must see nothing."""
    return _person("Dov", "owner", is_active=False)


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """Return a function that gives a browser in which a person is signed in."""

    def browser(person: User) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return browser


@pytest.fixture
def token(db: None) -> Callable[..., str]:
    """Return a function that gives the text of a token: `token("ingest", sources=["shop"])`."""

    def issued(*scopes: str, sources: tuple[str, ...] = ()) -> str:
        now = clock.now()
        return actions.issue(
            name="A program",
            scopes=scopes,
            sources=sources,
            expires_at=now + timedelta(days=30),
            now=now,
        ).text

    return issued
