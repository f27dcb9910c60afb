"""Decide beforehand: templates and the cadence, by hand or from files."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from troth.incidents.models import Cadence, Template
from troth.incidents.rules import documents
from troth.staff.actions import note as trail
from troth.staff.actions.audit import Actor, published_name

Document = Mapping[str, Any]


@transaction.atomic
def declare_template(
    *, document: Document, by: Actor, now: datetime, managed_by: str = ""
) -> Template:
    """Declare a template, or change it; a retired one is there again. Raises DocumentError."""
    prepared = documents.read_template(document)
    row = Template.objects.select_for_update().filter(slug=prepared.slug).first()
    before = row.spec if row else None
    row = row or Template(slug=prepared.slug, created_at=now)
    row.name, row.spec, row.updated_at = prepared.name, dict(document), now
    row.managed_by, row.retired_at = managed_by, None
    row.save()
    if before != row.spec:
        trail(actor=by, verb="changed" if before else "declared", thing="incident template",
              thing_id=row.slug, now=now, before=before, after=row.spec)  # fmt: skip
    return row


@transaction.atomic
def retire_template(*, slug: str, by: Actor, now: datetime) -> None:
    """Take a template out of use; `declare_template` brings it back."""
    if Template.objects.filter(slug=slug, retired_at=None).update(retired_at=now):
        trail(actor=by, verb="retired", thing="incident template", thing_id=slug, now=now)


@transaction.atomic
def declare_cadence(
    *, document: Document, by: Actor, now: datetime, managed_by: str = ""
) -> Cadence:
    """Say how often we speak from now on; what was promised before stays. Raises DocumentError."""
    documents.read_cadence(document)
    slug = str(document["metadata"]["name"])
    last = Cadence.objects.order_by("-created_at", "-id").first()
    if last is not None and last.spec == document and last.managed_by == managed_by:
        return last
    row = Cadence.objects.create(
        slug=slug, spec=dict(document), managed_by=managed_by, by=published_name(by),
        created_at=max(now, last.created_at) if last else now,
    )  # fmt: skip
    trail(actor=by, verb="declared", thing="cadence", thing_id=slug, now=now,
          before=last.spec if last else None, after=row.spec)  # fmt: skip
    return row
