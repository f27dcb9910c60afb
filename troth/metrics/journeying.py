"""Saying which touchpoints a journey has, and taking that back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from troth.metrics import journey_documents
from troth.metrics.definitions import Difference, differences
from troth.metrics.models_journey import Journey
from troth.metrics.queries.journeyed import journey_documents as kept
from troth.staff import actions as staff


@transaction.atomic
def declare_journey(*, document: Mapping[str, Any], author: str, now: datetime) -> Difference:
    """Take a document of kind Journey as what is said of it. Raises DefinitionError."""
    wanted, current = journey_documents.normal(document), kept()
    (difference,) = differences(current, [wanted])
    if difference.verb != "same":
        name = difference.name
        Journey.objects.update_or_create(
            name=name, defaults={"document": wanted}, create_defaults={
                "document": wanted, "created_at": now,
            },
        )  # fmt: skip
        staff.note(actor=author, verb=difference.verb, thing="journey", thing_id=name, now=now,
                   before=current.get(name), after=wanted)  # fmt: skip
    return difference


@transaction.atomic
def retire_journey(*, name: str, author: str, now: datetime) -> Difference:
    """Take a journey back. Raises KeyError where there is none of that name."""
    before = kept()[name]
    Journey.objects.filter(name=name).delete()
    staff.note(actor=author, verb="retire", thing="journey", thing_id=name, now=now,
               before=before, after=None)  # fmt: skip
    return Difference(name, "retire")
