from collections.abc import Callable, Iterator

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from troth.components import actions as components
from troth.components.rules.documents import ComponentTerms
from troth.core import clock
from troth.promises.models import Promise


@pytest.fixture
def reader(shop: Callable[..., Promise], token: Callable[..., str]) -> dict[str, str]:
    """Return the header of a token that may read, in a shop with one promise."""
    shop()
    return {"Authorization": f"Bearer {token('read')}"}


@pytest.fixture
def writer(shop: Callable[..., Promise], token: Callable[..., str]) -> dict[str, str]:
    """Return the header of a token that may write, in a shop with a promise and a component."""
    shop()
    terms = ComponentTerms(slug="search", name="Search")
    components.declare_component(terms=terms, by="Ada", now=clock.now())
    return {"Authorization": f"Bearer {token('write')}"}


@pytest.fixture
def one_connection(db: None) -> Iterator[None]:
    """Keep the test's connection, which holds its transaction, open from request to request."""
    for moment in (request_started, request_finished):
        moment.disconnect(close_old_connections)
    yield
    for moment in (request_started, request_finished):
        moment.connect(close_old_connections)
