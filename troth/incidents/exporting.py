"""Templates and the cadence as the documents that files hold."""

from collections.abc import Iterator

from troth.core.filing import Named
from troth.incidents.models import Cadence, Template


def documents() -> Iterator[Named]:
    """Yield the cadence in force, where one was declared, and each template in use."""
    row = Cadence.objects.order_by("-created_at", "-id").first()
    if row is not None:
        yield f"cadence-{row.slug}", row.spec
    for template in Template.objects.filter(retired_at=None).order_by("slug"):
        yield f"incident-template-{template.slug}", template.spec
