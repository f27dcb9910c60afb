"""A small set of components, declared as files would."""

from datetime import UTC, datetime

import pytest

from troth.components import actions
from troth.components.rules import documents

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)


def document(kind, name, **spec):
    return {
        "apiVersion": "troth/v1", "kind": kind, "metadata": {"name": name}, "spec": spec,
    }  # fmt: skip


@pytest.fixture
def declared(db):
    """Return a function that declares a component and gives its row: `declared("api", …)`."""

    def declare(name="api", *, now=NOON, by="Ada", **spec):
        terms = documents.component(document("Component", name, **spec))
        return actions.declare_component(terms=terms, by=by, now=now)

    return declare


@pytest.fixture
def grouped(db):
    def declare(name, *, now=NOON, **spec):
        terms = documents.group(document("ComponentGroup", name, **spec))
        return actions.declare_group(terms=terms, by="Ada", now=now)

    return declare


@pytest.fixture
def paged(db):
    def declare(name, *, now=NOON, **spec):
        terms = documents.page(document("StatusPage", name, **spec))
        return actions.declare_page(terms=terms, by="Ada", now=now)

    return declare


@pytest.fixture
def readers(db):
    def declare(*names, now=NOON):
        for name in names:
            terms = documents.audience(document("Audience", name))
            actions.declare_audience(terms=terms, by="Ada", now=now)

    return declare


@pytest.fixture
def weighed(db):
    def declare(*, now=NOON, **spec):
        terms = documents.uptime_formula(document("Formula", "uptime", **spec))
        return actions.declare_formula(terms=terms, by="Ada", now=now)

    return declare
