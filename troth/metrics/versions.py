"""Versions of what somebody declared: each is a row, none is ever changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from troth.metrics.models import Definition
from troth.metrics.models_outcomes import OutcomeDefinition


def add(
    kept: type[Definition | OutcomeDefinition], document: Mapping[str, Any], *,
    author: str, now: datetime, ends: bool = False,
) -> None:  # fmt: skip
    """Write a document as the newest version of what it names; `ends` says that it has ended."""
    name = document["metadata"]["name"]
    kept.objects.create(
        name=name,
        version=kept.objects.filter(name=name).count() + 1,
        document=dict(document),
        author=author,
        retired=ends,
        created_at=now,
    )
