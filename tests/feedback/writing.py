"""Somebody writes to us by the form, and what the tests read of it."""

from datetime import UTC, datetime, timedelta

from django.test import Client

from troth.components import actions as components
from troth.components.rules.documents import ComponentTerms
from troth.core import clock
from troth.feedback.models import Report
from troth.notify.forms.guarding import begun

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def part(by, slug="checkout", **more):
    """Declare a component; returns its uid."""
    with clock.frozen(NOON - timedelta(days=2)):
        terms = ComponentTerms(slug=slug, name=slug.title(), **more)
        return components.declare_component(terms=terms, by=by, now=clock.now()).uid


def write(at=NOON, *, ip="203.0.113.1", query="", **fields):
    """Send the form of somebody who took ten seconds over it."""
    with clock.frozen(at):
        values = {
            "kind": "problem",
            "text": "My card is refused",
            "begun": begun(now=at - timedelta(seconds=10)),
            **fields,
        }
        return Client(REMOTE_ADDR=ip).post(f"/report{query}", values)


def written(at=NOON, **fields):
    """Return the report that came of a form."""
    assert write(at, **fields).status_code == 302
    return Report.objects.latest("pk")
