"""What was decided beforehand: the cadence in force and the templates."""

from typing import Any

from troth.incidents.models import Cadence, Template
from troth.incidents.rules import documents
from troth.incidents.rules.cadence import Grid
from troth.incidents.rules.documents import Prepared


def grid() -> Grid:
    """Return the cadence in force: the latest declared one, or the built-in one."""
    spec = Cadence.objects.order_by("-created_at", "-id").values_list("spec", flat=True).first()
    return documents.read_cadence(spec) if spec else Grid()


def template_documents() -> list[dict[str, Any]]:
    """Return the templates in use as they were declared, by name."""
    return list(Template.objects.filter(retired_at=None).values_list("spec", flat=True))


def templates() -> list[Prepared]:
    """Return the templates in use, by name."""
    return [documents.read_template(row.spec) for row in Template.objects.filter(retired_at=None)]


def template(slug: str) -> Prepared | None:
    row = Template.objects.filter(slug=slug, retired_at=None).first()
    return documents.read_template(row.spec) if row else None
