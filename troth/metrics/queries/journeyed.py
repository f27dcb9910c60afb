"""Which touchpoints the journeys have, as people declared them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from troth.metrics import journey_documents as documents
from troth.metrics.definitions import Difference, differences
from troth.metrics.models_journey import Journey


def journey_documents() -> dict[str, dict[str, Any]]:
    """Return name → journeys as the documents that `declare_journey` takes."""
    return dict(Journey.objects.values_list("name", "document"))


def journey_plan(*, wanted: Sequence[object], prune: bool = False) -> list[Difference]:
    """Return what declaring these documents would do, and with `prune` what would end.

    Nothing is written. Raises DefinitionError.
    """
    told, current = [documents.normal(one) for one in wanted], journey_documents()
    return differences(current, told, prunable=sorted(current) if prune else ())


def declared_places(*, at: datetime) -> dict[str, str]:
    """Return touchpoint → step of all journeys that were declared by `at`.

    Where two name the same touchpoint, the first by its name says the step.
    """
    found: dict[str, str] = {}
    rows = Journey.objects.filter(created_at__lte=at).order_by("-name")
    for document in rows.values_list("document", flat=True):
        found |= documents.places(document)
    return found
